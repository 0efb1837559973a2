/*
 * Changing what an account logs in with: password and e-mail address (contract §6.7, §6.14, §6.15, W4,
 * W7). The functions that change something run within the caller's transaction.
 */
#ifndef FITGATE_ACCOUNT_CREDENTIALS_H
#define FITGATE_ACCOUNT_CREDENTIALS_H

#include "account/confirmation.h"
#include "db/db.h"

/* The stored password hash of an account. DB_OK, DB_NO_ROW, DB_AGAIN, DB_FAILED. */
enum db_result credentials_hash(struct db *db, int64_t user_id, const char **hash);

/*
 * Store a new password hash in place of `old_hash`. All first-party tokens issued so far die, but for
 * the one whose hash is `kept_token` (NULL: none is kept). DB_NO_ROW: the password has been changed
 * meanwhile.
 */
enum db_result credentials_change_password(struct db *db, int64_t user_id, const char *old_hash,
	const char *new_hash, const char *kept_token);

/*
 * Revoke what else than the password leads into an account: its OAuth 2.0 and personal tokens, and a change
 * of address that waits to be confirmed, for who asked for it may be who the account is to be saved from.
 */
enum db_result credentials_revoke(struct db *db, int64_t user_id);

/* Whether somebody else has this address, case ignored. */
enum db_result credentials_email_is_taken(
	struct db *db, int64_t user_id, const char *email, bool *taken);

/* Note the address that an account wants to change to, until it is confirmed. */
enum db_result credentials_request_email(
	struct db *db, int64_t user_id, const char *email, const struct confirmation *confirmation);

/* Change the address at once. DB_DUPLICATE: somebody else has it. */
enum db_result credentials_set_email(struct db *db, int64_t user_id, const char *email);

enum email_change {
	EMAIL_CHANGED,
	EMAIL_CHANGE_UNKNOWN, /* no account waits for this token, or it is too old */
	EMAIL_CHANGE_TAKEN, /* somebody else has the address by now: the change has been dropped */
};

/*
 * Redeem the token of an e-mail change. DB_OK (see `change`), DB_AGAIN, DB_FAILED. DB_DUPLICATE: the
 * unique key says that somebody has the address; to be called again, with `taken`, to drop the change.
 */
enum db_result credentials_redeem_email(struct db *db, const struct settings *settings,
	const char *token, bool taken, enum email_change *change);

#endif
