/*
 * Confirming that a registration's e-mail address belongs to the person who registered (contract §6.2, §6.3,
 * §6.16).
 *
 * An unconfirmed account belongs to no one yet. Each registration of its address (account/registration/registration.h) has a
 * link of its own, which activates the account with the name, password and language of that registration; the other
 * registrations then expire. A link that was sent on request to an address with competing registrations activates
 * the account without a password: its owner sets one by a reset.
 */
#ifndef FITGATE_ACCOUNT_CONFIRMATION_H
#define FITGATE_ACCOUNT_CONFIRMATION_H

#include "account/context.h"

enum confirmation_result {
	CONFIRMATION_DONE,
	CONFIRMATION_TOKEN_INVALID, /* unknown, used, expired, or replaced by a later one */
	CONFIRMATION_FAILED,        /* it has been logged */
};

/* Activate the account that the token of a link belongs to, and start a session: `auth_token` is set to its
 * token, in the arena. */
enum confirmation_result account_confirm(
	const struct account_context *context, const char *token, const char **auth_token);

/* ---- for lib/mail, within its transaction ------------------------------------------------------- */

/* Set the token (its hash) of an unconfirmed account's link. DB_OK; DB_NO_ROW: it does not wait for confirmation;
 * DB_RETRY, DB_FAILED. */
enum db_result confirmation_set_token(struct db *db, int64_t user_id, const char *token_hash);

/* The same for the link of a competing registration; also reads to whom the message is addressed. */
enum db_result confirmation_set_registration_token(struct db *db, struct arena *arena,
	int64_t registration_id, int64_t user_id, const char *token_hash, const char **username,
	const char **language);

/*
 * The same for an account's link that is sent on request, which replaces the one before: its validity starts at the time of the
 * request. If the address has competing registrations, the link will activate the account without its password.
 */
enum db_result confirmation_replace_token(struct db *db, int64_t user_id, const char *email,
	const char *token_hash, instant requested_at);

/* Extend the reservations of an address as a link sent on request extends those of an unconfirmed account. */
enum db_result confirmation_extend_reservations(
	struct db *db, const char *email, instant requested_at);

/* ---- for the administrator ---------------------------------------------------------------------- */

/* Activate an account without a link, within the caller's transaction. Nothing changes if it is active. If its
 * address has competing registrations, its password is removed. DB_OK, DB_RETRY, DB_FAILED. */
enum db_result confirmation_activate(struct db *db, int64_t user_id, const char *email);

/* Remove the registrations of an address whose account is being deleted. DB_OK, DB_RETRY, DB_FAILED. */
enum db_result confirmation_forget(struct db *db, const char *email);

#endif
