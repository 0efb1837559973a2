/*
 * The credentials of an account in the database: password hash and e-mail address (contract §6.7, §6.14, §6.15,
 * W4, W7). Functions that change rows run within the caller's transaction. All return DB_OK, DB_RETRY or
 * DB_FAILED, and the results named below.
 */
#ifndef FITGATE_ACCOUNT_CREDENTIALS_H
#define FITGATE_ACCOUNT_CREDENTIALS_H

#include "db/db.h"

/* A hash that no password matches: the owner of the account sets a password by a reset. */
#define CREDENTIALS_NO_PASSWORD "*"

/* The stored password hash of an account. DB_NO_ROW: there is no such account. */
enum db_result credentials_hash(
	struct db *db, struct arena *arena, int64_t user_id, const char **hash);

/*
 * Store a new password hash in place of `old_hash`. This revokes all first-party tokens issued so far, except the
 * one whose hash is `kept_token` (NULL: no exception), and cancels a pending change of address: an attacker may
 * have requested it. DB_NO_ROW: the password has been changed meanwhile.
 */
enum db_result credentials_change_password(struct db *db, int64_t user_id, const char *old_hash,
	const char *new_hash, const char *kept_token);

/* The same, whatever the old hash is, and without an exception: for an administrator, whose program cannot read hashes. */
enum db_result credentials_replace_password(struct db *db, int64_t user_id, const char *new_hash);

/* Replace the hash of the same password by one of another format. Revokes nothing. */
enum db_result credentials_rehash(
	struct db *db, int64_t user_id, const char *old_hash, const char *new_hash);

/* Revoke every other way into the account: OAuth 2.0 and personal tokens, and a pending change of address. */
enum db_result credentials_revoke(struct db *db, int64_t user_id);

/* Whether another account has this address, ignoring case. */
enum db_result credentials_email_is_taken(
	struct db *db, struct arena *arena, int64_t user_id, const char *email, bool *taken);

/* Store a new address of an account as pending until it is confirmed. Its token is set when its message is sent. */
enum db_result credentials_request_email(struct db *db, int64_t user_id, const char *email);

/* Set the token (its hash) of a pending change to `email`. DB_NO_ROW: this change is not pending any more. */
enum db_result credentials_set_email_token(
	struct db *db, int64_t user_id, const char *email, const char *token_hash);

/* Cancel a pending change of address, if there is one. */
enum db_result credentials_cancel_email(struct db *db, int64_t user_id);

/*
 * Store that the owner has followed a link that was mailed to this address: it is proven as long as the account has it
 * (user_has_proven_email()). DB_OK, DB_RETRY, DB_FAILED.
 */
enum db_result credentials_prove_email(struct db *db, int64_t user_id, const char *email);

/* Change the address of an account that waits for confirmation now, and start the validity of its link again: the link is
 * set when the message with it is sent. DB_DUPLICATE: another account has the address. */
enum db_result credentials_set_unconfirmed_email(struct db *db, int64_t user_id, const char *email);

/* Change the address now. DB_DUPLICATE: another account has it. */
enum db_result credentials_set_email(struct db *db, int64_t user_id, const char *email);

/*
 * The formats of the stored password hashes: calls `each` with one hash of every format until it returns false.
 * A format is the algorithm and its parameters; hashes without a "$" are left out.
 */
enum db_result credentials_each_format(struct db *db, struct arena *arena,
	bool (*each)(void *context, const char *hash), void *context);

#endif
