/*
 * Starting and ending sessions (contract §6.4, §6.17): the first-party tokens that a login, a confirmation and a
 * registration in dialect 0.2 issue. Each has a row in the table `sessions`.
 */
#ifndef FITGATE_ACCOUNT_SESSION_H
#define FITGATE_ACCOUNT_SESSION_H

#include "account/context.h"
#include "account/tokens/principal.h"

/* What the token of a session may do. */
enum session_kind {
	SESSION_NORMAL,
	SESSION_SETS_PASSWORD, /* also set a new password without the old one (dialect 0.2) */
};

/*
 * Start a session of an account, within the caller's transaction: sign an auth token, valid from now on for as long as
 * the settings say, and store its row (account/tokens/session_list.h). `auth_token` is set to it, in the arena.
 * DB_OK, DB_RETRY; DB_FAILED, which has been logged.
 */
enum db_result session_start(struct db *db, const struct account_context *context, int64_t user_id,
	int64_t token_epoch, enum session_kind kind, const char **auth_token);

/*
 * Make sure that the session of the principal's first-party token has a row: tokens issued before the table existed have
 * none. Call it within the transaction that makes the token the kept token of its account. DB_OK, DB_RETRY, DB_FAILED.
 */
enum db_result session_adopt(
	struct db *db, const struct account_context *context, const struct principal *principal);

/*
 * A token for the gate (account/gate/gate.h) that belongs to a session: it is valid as long as the session's token, and
 * ends with it. In the arena. NULL: the session's token is not valid, or there is no memory.
 */
const char *session_gate_token(
	struct arena *arena, const struct settings *settings, const char *auth_token);

enum login_result {
	LOGIN_DONE,
	LOGIN_REFUSED, /* no active account has this address and this password */
	LOGIN_LIMITED, /* too many failures; see `wait` */
	LOGIN_FAILED,  /* it has been logged */
};

struct login_outcome {
	const char *auth_token; /* LOGIN_DONE; in the arena */
	int64_t wait;           /* LOGIN_LIMITED: seconds */
};

/*
 * Log in. LOGIN_REFUSED takes the same time for every address, whether it has an account or not (W10): the time of
 * one password hash of each format that accounts have, for each form of the password
 * (account/passwords/password_forms.h). A hash that is not of the setting's format is replaced while
 * the password is known.
 */
enum login_result account_log_in(const struct account_context *context, const char *email,
	const char *password, enum session_kind kind, struct login_outcome *outcome);

/*
 * Revoke the principal's token, of whatever kind; of a first-party token, this ends the session. Revoking it twice is
 * not an error. DB_OK; every other result is a failure, which has been logged.
 */
enum db_result account_log_out(
	const struct account_context *context, const struct principal *principal);

/* ---- for account/tokens/session_list.h ------------------------------------------------------------ */

/* Revoke the first-party token with this hash until it expires (Unix seconds), and remove its row, within the caller's
 * transaction. DB_OK, DB_RETRY, DB_FAILED. */
enum db_result session_revoke(struct db *db, const char *token_hash, int64_t expires_at);

#endif
