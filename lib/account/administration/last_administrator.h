/*
 * The last active administrator: without one, accounts cannot be administered over HTTP (contract W48).
 */
#ifndef FITGATE_ACCOUNT_LAST_ADMINISTRATOR_H
#define FITGATE_ACCOUNT_LAST_ADMINISTRATOR_H

#include "db/db.h"

/*
 * Lock an account that is to lose its rights or to be deleted, and find out whether it is an administrator and no other
 * account is an active one. Must be the first query of its transaction: an earlier one could have read a snapshot from
 * before another transaction that did the same. DB_OK; DB_NO_ROW: there is no such account; DB_RETRY, DB_FAILED.
 */
enum db_result last_administrator_check(struct db *db, int64_t user_id, bool *last);

#endif
