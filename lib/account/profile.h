/*
 * The profile object of the API (contract §5).
 */
#ifndef FITGATE_ACCOUNT_PROFILE_H
#define FITGATE_ACCOUNT_PROFILE_H

#include "account/dialect.h"
#include "account/totals.h"
#include "account/user.h"

struct profile {
	struct user user;
	struct totals totals;
	instant privacy_policy_date; /* of app_config */
};

/* The columns that fill a struct profile from `users AS u` and PROFILE_JOIN, and where each goes. */
#define PROFILE_COLUMNS "c.privacy_policy_date, " TOTALS_COLUMNS ", " USER_COLUMNS
#define PROFILE_JOIN                                                                               \
	" LEFT JOIN user_totals AS t ON t.user_id = u.id LEFT JOIN app_config AS c ON TRUE"
#define PROFILE_CELLS(profile)                                                                     \
	DB_TO_TIME(&(profile)->privacy_policy_date), TOTALS_CELLS(&(profile)->totals),             \
		USER_CELLS(&(profile)->user)

/* Read a profile; still to be completed, as below. DB_OK, DB_NO_ROW, DB_AGAIN, DB_FAILED. */
enum db_result profile_read(struct db *db, int64_t user_id, struct profile *profile);

/* Where the totals do not lie ready (account/totals.h), read them from the tables. DB_OK, DB_AGAIN, DB_FAILED. */
enum db_result profile_complete(struct db *db, struct profile *profile);

/* The object as the dialect has it; NULL when memory is out. */
cJSON *profile_object(const struct profile *profile, const struct dialect *dialect);

#endif
