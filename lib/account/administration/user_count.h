/*
 * How many accounts there are, for lists of many of them. Counting a million rows takes a tenth of a second.
 */
#ifndef FITGATE_ACCOUNT_USER_COUNT_H
#define FITGATE_ACCOUNT_USER_COUNT_H

#include "db/db.h"

enum {
	USER_COUNT_EXACT = 1000,  /* up to this number, every call counts */
	USER_COUNT_SECONDS = 300, /* beyond it, this is how long a count is used */
};

/*
 * The number of accounts. If the last count was above USER_COUNT_EXACT, it is that number, with the accounts that were
 * added since, and without those that account_delete() has deleted since: accounts that the cleanup or another program
 * has deleted are still included, for USER_COUNT_SECONDS at most. DB_OK, DB_FAILED.
 */
enum db_result user_count(struct db *db, int64_t *count);

/* An account is being deleted, within the caller's transaction. DB_OK, DB_RETRY, DB_FAILED. */
enum db_result user_count_deleted(struct db *db, int64_t user_id);

#endif
