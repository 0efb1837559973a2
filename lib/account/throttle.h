/*
 * How often an event may happen: failed logins, requests that cause mail, messages to an account (contract §2.6,
 * W33).
 *
 * The counts are rows of the table throttle, so they hold over processes and hosts. A count starts with its first
 * event and starts over after a fixed time.
 *
 * No limit can be used against an account's owner. Failed logins count for a pair of account and client network,
 * never for an account alone. Messages to an account count per purpose, so that one kind of message does not use
 * up another's limit, and only when the message is composed.
 */
#ifndef FITGATE_ACCOUNT_THROTTLE_H
#define FITGATE_ACCOUNT_THROTTLE_H

#include "core/crypto.h"
#include "core/settings.h"
#include "db/db.h"

enum throttle_purpose {
	THROTTLE_LOGIN_ACCOUNT, /* failed logins of an account from a network */
	THROTTLE_LOGIN_ADDRESS, /* failed logins from a network */
	THROTTLE_GATE_ADDRESS,  /* failed logins at the gate (account/gate/gate.h) from a network */
	THROTTLE_USER_CODE,     /* wrong codes of devices that an account has typed */
	THROTTLE_MAIL_ADDRESS,  /* requests from a network that can cause mail */
	THROTTLE_EMAIL_CHANGE,  /* requests of an account to change its e-mail address */
	THROTTLE_CONFIRMATION,  /* from here: messages to an address; confirmation links */
	THROTTLE_PASSWORD_RESET,   /* password reset links */
	THROTTLE_NEW_ADDRESS,      /* links that confirm an e-mail change */
	THROTTLE_PASSWORD_CHANGED, /* notifications of a changed password */
	THROTTLE_EMAIL_CHANGED,    /* notifications of a changed or requested e-mail address */
	THROTTLE_EXPORT_READY,     /* notifications that a data export is ready */
	THROTTLE_DEFERRED,         /* messages over one of these limits that wait for its end */
};

/* A count and its limit. */
struct throttle {
	char key[CRYPTO_SHA256_HEX_SIZE];
	int64_t limit;  /* 0: no limit, nothing is counted */
	int64_t window; /* seconds */
	int64_t hits;   /* counted so far; set by throttle_peek() */
};

/*
 * The count for a purpose. `subject` is the account: an e-mail address as typed, whose ASCII case is ignored, or
 * another text that identifies it; "" if the purpose has none. `address` is the client's REMOTE_ADDR, of which the
 * network counts (of IPv6 the first 64 bits); "" if the purpose does not count clients. false: the crypto library
 * failed; it has been logged.
 */
bool throttle_for(const struct settings *settings, enum throttle_purpose purpose,
	const char *subject, const char *address, struct throttle *throttle);

/*
 * Count one event, then compare with the limit: of any number of simultaneous events, exactly as many pass as the
 * limit allows. `wait` is set to 0 if the event is within the limit, else to the seconds until the count starts
 * over. DB_OK, DB_RETRY, DB_FAILED.
 */
enum db_result throttle_hit(struct db *db, const struct throttle *throttle, int64_t *wait);

/*
 * Check whether one of two limits has been reached, without counting an event. `wait` is set to the longer wait.
 * Sets `hits` of both. DB_OK, DB_RETRY, DB_FAILED.
 */
enum db_result throttle_peek(
	struct db *db, struct throttle *first, struct throttle *second, int64_t *wait);

/* Delete a count, so that it starts over with the next event. DB_OK, DB_RETRY, DB_FAILED. */
enum db_result throttle_clear(struct db *db, const struct throttle *throttle);

/* Delete counts whose time has ended. DB_OK, DB_FAILED. */
enum db_result throttle_clean(struct db *db);

#endif
