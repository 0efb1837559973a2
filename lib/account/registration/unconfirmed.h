/*
 * Accounts that have never been confirmed, and usernames that registrations have reserved: until when they count,
 * and their removal.
 */
#ifndef FITGATE_ACCOUNT_UNCONFIRMED_H
#define FITGATE_ACCOUNT_UNCONFIRMED_H

#include "core/settings.h"
#include "db/db.h"

/*
 * The number of accounts and reservations that count for max_users, counted up to `limit` only. Those that
 * unconfirmed_clean() would remove do not count. DB_OK, DB_RETRY, DB_FAILED.
 */
enum db_result unconfirmed_count_users(
	struct db *db, const struct settings *settings, int64_t limit, int64_t *count);

/* How many rows were removed. */
struct unconfirmed_removed {
	int64_t accounts, reservations;
};

/*
 * Remove accounts and reservations whose link has expired. An account is removed only if a registration made it
 * and nothing else is known of it: accounts that were ever active, are suspended, have workouts or preferences, or
 * have no confirmation_sent_at stay, as do accounts that other programs have inserted. Nothing is removed while no
 * mail is sent, because then the administrator activates accounts. DB_OK, DB_FAILED.
 */
enum db_result unconfirmed_clean(
	struct db *db, const struct settings *settings, struct unconfirmed_removed *removed);

#endif
