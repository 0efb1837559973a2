/*
 * Passwords and e-mail addresses as rows.
 */
#include "account/credentials.h"

#include "account/user.h"

#include <string.h>

enum db_result credentials_hash(struct db *db, int64_t user_id, const char **hash)
{
	static const char READ[] = "SELECT password FROM users WHERE id = ?";

	return db_row(db, READ, DB_PARAMS(DB_INT(user_id)), DB_COLUMNS(DB_TO_TEXT(hash)));
}

enum db_result credentials_change_password(struct db *db, int64_t user_id, const char *old_hash,
	const char *new_hash, const char *kept_token)
{
	static const char CHANGE[] =
		"UPDATE users SET password = ?, token_epoch = token_epoch + 1, kept_token = ? "
		"WHERE id = ? AND password = ?";

	return db_change_one(db, CHANGE,
		DB_PARAMS(DB_TEXT(new_hash), DB_TEXT(kept_token), DB_INT(user_id),
			DB_TEXT(old_hash)));
}

enum db_result credentials_revoke(struct db *db, int64_t user_id)
{
	static const char OAUTH2[] = "UPDATE oauth2_token SET access_token_revoked_at = ? "
				     "WHERE user_id = ? AND access_token_revoked_at = 0";
	static const char PERSONAL[] = "UPDATE personal_tokens SET revoked_at = ? "
				       "WHERE user_id = ? AND revoked_at IS NULL";
	/* the token of an account that waits to be confirmed itself is none of these, and stays */
	static const char ADDRESS[] =
		"UPDATE users SET email_to_confirm = NULL, confirmation_token = NULL, "
		"confirmation_sent_at = NULL WHERE id = ? AND email_to_confirm IS NOT NULL";
	enum db_result result =
		db_change(db, OAUTH2, DB_PARAMS(DB_INT(clock_seconds()), DB_INT(user_id)), NULL);

	if (result == DB_OK)
		result = db_change(
			db, PERSONAL, DB_PARAMS(DB_TIME(clock_now()), DB_INT(user_id)), NULL);
	return result == DB_OK ? db_change(db, ADDRESS, DB_PARAMS(DB_INT(user_id)), NULL) : result;
}

enum db_result credentials_email_is_taken(
	struct db *db, int64_t user_id, const char *email, bool *taken)
{
	struct user_by_email other;
	enum db_result result = user_find_by_email(db, email, &other);

	*taken = result == DB_OK && other.id != user_id;
	return result == DB_NO_ROW ? DB_OK : result;
}

enum db_result credentials_request_email(
	struct db *db, int64_t user_id, const char *email, const struct confirmation *confirmation)
{
	static const char REQUEST[] =
		"UPDATE users SET email_to_confirm = ?, confirmation_token = ?, confirmation_sent_at = ? "
		"WHERE id = ?";

	return db_change(db, REQUEST,
		DB_PARAMS(DB_TEXT(email), DB_TEXT(confirmation->hash), DB_TIME(clock_now()),
			DB_INT(user_id)),
		NULL);
}

enum db_result credentials_set_email(struct db *db, int64_t user_id, const char *email)
{
	static const char SET[] =
		"UPDATE users SET email = ?, email_to_confirm = NULL, confirmation_token = NULL, "
		"confirmation_sent_at = NULL WHERE id = ?";

	return db_change(db, SET, DB_PARAMS(DB_TEXT(email), DB_INT(user_id)), NULL);
}

static enum db_result drop_request(struct db *db, int64_t user_id)
{
	static const char DROP[] =
		"UPDATE users SET email_to_confirm = NULL, confirmation_token = NULL, "
		"confirmation_sent_at = NULL WHERE id = ?";

	return db_change(db, DROP, DB_PARAMS(DB_INT(user_id)), NULL);
}

enum db_result credentials_redeem_email(struct db *db, const struct settings *settings,
	const char *token, bool taken, enum email_change *change)
{
	static const char FIND[] =
		"SELECT id, email_to_confirm FROM users WHERE confirmation_token = ? AND "
		"email_to_confirm IS NOT NULL AND "
		"(confirmation_sent_at IS NULL OR confirmation_sent_at > ?) FOR UPDATE";
	instant oldest = clock_now() - settings->confirmation_token_lifetime * MICROSECONDS;
	char hash[SECRET_SHA256_HEX_SIZE];
	int64_t user_id;
	const char *email;
	enum db_result result;

	*change = EMAIL_CHANGE_UNKNOWN;
	if (!secret_sha256_hex(token, strlen(token), hash))
		return DB_FAILED;
	result = db_row(db, FIND, DB_PARAMS(DB_TEXT(hash), DB_TIME(oldest)),
		DB_COLUMNS(DB_TO_INT(&user_id), DB_TO_TEXT(&email)));
	if (result != DB_OK)
		return result == DB_NO_ROW ? DB_OK : result;
	if (!taken)
		result = credentials_email_is_taken(db, user_id, email, &taken);
	if (result != DB_OK)
		return result;
	*change = taken ? EMAIL_CHANGE_TAKEN : EMAIL_CHANGED;
	return taken ? drop_request(db, user_id) : credentials_set_email(db, user_id, email);
}
