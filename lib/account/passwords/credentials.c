/*
 * Passwords and e-mail addresses as rows.
 */
#include "account/passwords/credentials.h"

#include "account/passwords/password.h"
#include "account/validation.h"
#include "core/clock.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>

enum { FORMATS_MAX = 16 };

enum db_result credentials_hash(
	struct db *db, struct arena *arena, int64_t user_id, const char **hash)
{
	static const struct db_field FIELDS[] = {DB_VALUE(const char *, "password"), {0}};
	static const struct db_query READ = {FIELDS, .text = "FROM users WHERE id = ?"};

	return db_query_row(db, arena, &READ, DB_PARAMS(DB_INT(user_id)), hash);
}

/* The assignments run from left to right: email_to_confirm is still the old one where it is tested. A token
 * without an email_to_confirm confirms the account itself, and stays. */
#define CANCEL_EMAIL                                                                               \
	"confirmation_token = IF(email_to_confirm IS NULL, confirmation_token, NULL), "            \
	"confirmation_sent_at = IF(email_to_confirm IS NULL, confirmation_sent_at, NULL), "        \
	"email_to_confirm = NULL"

enum db_result credentials_change_password(struct db *db, int64_t user_id, const char *old_hash,
	const char *new_hash, const char *kept_token)
{
	static const struct db_query CHANGE = {
		.text = "UPDATE users SET password = ?, token_epoch = token_epoch + 1, "
			"kept_token = ?, sessions_since = NULL, " CANCEL_EMAIL
			" WHERE id = ? AND password = ?"};

	return db_execute_one(db, &CHANGE,
		DB_PARAMS(DB_TEXT(new_hash), DB_TEXT(kept_token), DB_INT(user_id),
			DB_TEXT(old_hash)));
}

enum db_result credentials_replace_password(struct db *db, int64_t user_id, const char *new_hash)
{
	static const struct db_query REPLACE = {
		.text = "UPDATE users SET password = ?, token_epoch = token_epoch + 1, "
			"kept_token = NULL, sessions_since = NULL, " CANCEL_EMAIL " WHERE id = ?"};

	return db_execute(db, &REPLACE, DB_PARAMS(DB_TEXT(new_hash), DB_INT(user_id)), NULL);
}

enum db_result credentials_rehash(
	struct db *db, int64_t user_id, const char *old_hash, const char *new_hash)
{
	static const struct db_query UPDATE = {
		.text = "UPDATE users SET password = ? WHERE id = ? AND password = ?"};

	return db_execute(db, &UPDATE,
		DB_PARAMS(DB_TEXT(new_hash), DB_INT(user_id), DB_TEXT(old_hash)), NULL);
}

/* Codes that an application has not exchanged for a token yet. */
static enum db_result revoke_codes(struct db *db, int64_t user_id)
{
	static const struct db_query CODES = {
		.text = "UPDATE oauth2_code SET used_at = UNIX_TIMESTAMP() "
			"WHERE user_id = ? AND used_at = 0"};
	static const struct db_query DEVICE_CODES = {
		.text = "UPDATE oauth2_device_code SET used_at = UNIX_TIMESTAMP() "
			"WHERE user_id = ? AND used_at = 0"};
	enum db_result result = db_execute(db, &CODES, DB_PARAMS(DB_INT(user_id)), NULL);

	return result == DB_OK ? db_execute(db, &DEVICE_CODES, DB_PARAMS(DB_INT(user_id)), NULL)
			       : result;
}

enum db_result credentials_revoke(struct db *db, int64_t user_id)
{
	static const struct db_query OAUTH2 = {
		.text = "UPDATE oauth2_token SET "
			"access_token_revoked_at = IF(access_token_revoked_at = 0, ?, "
			"access_token_revoked_at), "
			"refresh_token_revoked_at = IF(refresh_token_revoked_at = 0, ?, "
			"refresh_token_revoked_at) WHERE user_id = ? AND "
			"(access_token_revoked_at = 0 OR refresh_token_revoked_at = 0)"};
	static const struct db_query PERSONAL = {
		.text = "UPDATE personal_tokens SET revoked_at = ? "
			"WHERE user_id = ? AND revoked_at IS NULL"};
	const int64_t now = clock_seconds();
	enum db_result result =
		db_execute(db, &OAUTH2, DB_PARAMS(DB_INT(now), DB_INT(now), DB_INT(user_id)), NULL);

	if (result == DB_OK)
		result = revoke_codes(db, user_id);
	if (result == DB_OK)
		result = db_execute(
			db, &PERSONAL, DB_PARAMS(DB_TIME(clock_now()), DB_INT(user_id)), NULL);
	return result == DB_OK ? credentials_cancel_email(db, user_id) : result;
}

/* The account that has an address. */
struct owner {
	int64_t id;
	const char *email;
};

enum db_result credentials_email_is_taken(
	struct db *db, struct arena *arena, int64_t user_id, const char *email, bool *taken)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct owner, id, "id"),
		DB_FIELD(struct owner, email, "email"),
		{0},
	};
	static const struct db_query FIND = {FIELDS, .text = "FROM users WHERE email = ?"};
	struct owner owner;
	enum db_result result;

	*taken = false;
	if (strlen(email) > VALIDATION_EMAIL_MAX)
		return DB_OK;
	result = db_query_row(db, arena, &FIND, DB_PARAMS(DB_TEXT(email)), &owner);
	/* the collation of the database ignores more than the case of ASCII letters */
	*taken = result == DB_OK && owner.id != user_id &&
		 text_equal_ignoring_case(email, owner.email);
	return result == DB_NO_ROW ? DB_OK : result;
}

enum db_result credentials_request_email(struct db *db, int64_t user_id, const char *email)
{
	static const struct db_query REQUEST = {
		.text = "UPDATE users SET email_to_confirm = ?, confirmation_token = NULL, "
			"confirmation_sent_at = ? WHERE id = ?"};

	return db_execute(db, &REQUEST,
		DB_PARAMS(DB_TEXT(email), DB_TIME(clock_now()), DB_INT(user_id)), NULL);
}

enum db_result credentials_set_email_token(
	struct db *db, int64_t user_id, const char *email, const char *token_hash)
{
	/*
	 * look for the row first: a message that is sent again has the same token, and then the UPDATE changes no
	 * row
	 */
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {
		FIELDS, .text = "FROM users WHERE id = ? AND email_to_confirm = ? FOR UPDATE"};
	static const struct db_query SET = {
		.text = "UPDATE users SET confirmation_token = ?, confirmation_sent_at = ? "
			"WHERE id = ?"};
	int64_t id;
	enum db_result result =
		db_query_row(db, NULL, &FIND, DB_PARAMS(DB_INT(user_id), DB_TEXT(email)), &id);

	if (result != DB_OK)
		return result;
	return db_execute(db, &SET,
		DB_PARAMS(DB_TEXT(token_hash), DB_TIME(clock_now()), DB_INT(user_id)), NULL);
}

enum db_result credentials_prove_email(struct db *db, int64_t user_id, const char *email)
{
	static const struct db_query PROVE = {
		.text = "UPDATE users SET proven_email = ? WHERE id = ?"};

	return db_execute(db, &PROVE, DB_PARAMS(DB_TEXT(email), DB_INT(user_id)), NULL);
}

enum db_result credentials_cancel_email(struct db *db, int64_t user_id)
{
	static const struct db_query CANCEL = {
		.text = "UPDATE users SET " CANCEL_EMAIL
			" WHERE id = ? AND email_to_confirm IS NOT NULL"};

	return db_execute(db, &CANCEL, DB_PARAMS(DB_INT(user_id)), NULL);
}

enum db_result credentials_set_unconfirmed_email(struct db *db, int64_t user_id, const char *email)
{
	static const struct db_query SET = {
		.text = "UPDATE users SET email = ?, email_to_confirm = NULL, "
			"confirmation_token = NULL, confirmation_sent_at = ? WHERE id = ?"};

	return db_execute(
		db, &SET, DB_PARAMS(DB_TEXT(email), DB_TIME(clock_now()), DB_INT(user_id)), NULL);
}

enum db_result credentials_set_email(struct db *db, int64_t user_id, const char *email)
{
	static const struct db_query SET = {
		.text = "UPDATE users SET email = ?, email_to_confirm = NULL, "
			"confirmation_token = NULL, confirmation_sent_at = NULL WHERE id = ?"};

	return db_execute(db, &SET, DB_PARAMS(DB_TEXT(email), DB_INT(user_id)), NULL);
}

enum db_result credentials_each_format(struct db *db, struct arena *arena,
	bool (*each)(void *context, const char *hash), void *context)
{
	/* each query finds the first hash of the next format, in the index of hashes */
	static const struct db_field FIELDS[] = {DB_VALUE(const char *, "password"), {0}};
	static const struct db_query NEXT = {
		FIELDS, .text = "FROM users WHERE password > ? AND password < '%' "
				"ORDER BY password LIMIT 1"};
	char after[PASSWORD_FORMAT_SIZE + 1] = "$", format[PASSWORD_FORMAT_SIZE];

	for (int i = 0; i < FORMATS_MAX; i++) {
		const char *hash;
		enum db_result result =
			db_query_row(db, arena, &NEXT, DB_PARAMS(DB_TEXT(after)), &hash);

		if (result != DB_OK)
			return result == DB_NO_ROW ? DB_OK : result;
		if (!each(context, hash))
			return DB_OK;
		/* "~" is behind every character of a hash */
		password_format(hash, format);
		snprintf(after, sizeof(after), "%s~", format);
	}
	return DB_OK;
}
