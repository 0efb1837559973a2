/*
 * An account with all that its profile shows (contract §5).
 */
#ifndef FITGATE_ACCOUNT_PROFILE_H
#define FITGATE_ACCOUNT_PROFILE_H

#include "account/totals.h"
#include "account/user.h"

struct profile {
	struct user user;
	struct totals totals;
	instant privacy_policy_date; /* of app_config */
};

/*
 * The columns of a struct profile, with its user and its totals. PROFILE_JOIN joins their tables to `users AS u`.
 */
extern const struct db_field PROFILE_FIELDS[];
#define PROFILE_JOIN                                                                               \
	" LEFT JOIN user_totals AS t ON t.user_id = u.id LEFT JOIN app_config AS c ON TRUE"

/* Read a complete profile. DB_OK, DB_NO_ROW, DB_RETRY, DB_FAILED. */
enum db_result profile_read(
	struct db *db, struct arena *arena, int64_t user_id, struct profile *profile);

/* Complete a profile that another query has read: where user_totals has no counts, read them from the tables
 * (account/totals.h). DB_OK, DB_RETRY, DB_FAILED. */
enum db_result profile_complete(struct db *db, struct arena *arena, struct profile *profile);

/* Whether the user has accepted the privacy policy that is in force. */
bool profile_has_accepted_policy(const struct profile *profile);

#endif
