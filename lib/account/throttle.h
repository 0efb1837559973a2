/*
 * How often something may happen: failed log-ins, requests that cause mail (contract §2.6, W33).
 *
 * The counts are rows of the table throttle, so they hold over processes and hosts. There is no limit of
 * log-ins over all addresses for one account: that would be a weapon against its owner. The mail that one
 * account causes is limited over all addresses, so that nobody can flood its owner. An unknown account is
 * counted like a known one.
 */
#ifndef FITGATE_ACCOUNT_THROTTLE_H
#define FITGATE_ACCOUNT_THROTTLE_H

#include "core/secret.h"
#include "core/settings.h"
#include "db/db.h"

/* What a request is counted under: who is meant, and where it comes from. */
struct throttle {
	struct {
		char key[SECRET_SHA256_HEX_SIZE];
		int64_t limit;     /* 0: no limit */
		int64_t hits;      /* counted so far */
		int64_t resets_in; /* seconds until the count starts over */
	} account, address;
	int64_t window; /* seconds */
};

/*
 * For failed log-ins: a pair of account and address, and an address. `email` as typed, `address` as
 * REMOTE_ADDR has it (of an IPv6 address the first 64 bits count). false: the library fails.
 */
bool throttle_for_login(const struct settings *settings, const char *email, const char *address,
	struct throttle *throttle);

/* For requests that cause mail: an account, and an address. */
bool throttle_for_mail(const struct settings *settings, const char *email, const char *address,
	struct throttle *throttle);

/* Read both counts. DB_OK, DB_AGAIN, DB_FAILED. */
enum db_result throttle_read(struct db *db, struct throttle *throttle);

/* Seconds to wait where a limit that was read is reached, else 0. */
int64_t throttle_wait_for_account(const struct throttle *throttle);
int64_t throttle_wait_for_address(const struct throttle *throttle);

/* Count one more under both. DB_OK, DB_AGAIN, DB_FAILED. */
enum db_result throttle_count(struct db *db, const struct throttle *throttle);

/* Forget the count of the account, if there is one. */
enum db_result throttle_clear_account(struct db *db, const struct throttle *throttle);

/* Delete counts that have started over anyway, some at a time until none is left. */
enum db_result throttle_clean(struct db *db);

#endif
