/*
 * Making, redeeming and replacing confirmation tokens.
 */
#include "account/confirmation.h"

#include "core/text.h"

#include <string.h>

enum { RANDOM_BYTES = 30 };

bool confirmation_make(struct confirmation *confirmation)
{
	unsigned char bytes[RANDOM_BYTES];

	if (!secret_random(bytes, sizeof(bytes)))
		return false;
	text_base64url(bytes, sizeof(bytes), confirmation->token);
	return secret_sha256_hex(
		confirmation->token, strlen(confirmation->token), confirmation->hash);
}

enum db_result confirmation_redeem(struct db *db, const struct settings *settings,
	const char *token, int64_t *user_id, int64_t *token_epoch)
{
	static const char FIND[] =
		"SELECT id, token_epoch FROM users WHERE confirmation_token = ? AND is_active = 0 AND "
		"email_to_confirm IS NULL AND suspended_at IS NULL AND (confirmation_sent_at IS NULL OR confirmation_sent_at > ?)";
	static const char ACTIVATE[] =
		"UPDATE users SET is_active = 1, confirmation_token = NULL, confirmation_sent_at = NULL "
		"WHERE id = ? AND confirmation_token = ? AND email_to_confirm IS NULL AND "
		"suspended_at IS NULL";
	instant oldest = clock_now() - settings->confirmation_token_lifetime * MICROSECONDS;
	char hash[SECRET_SHA256_HEX_SIZE];
	enum db_result result;

	if (!secret_sha256_hex(token, strlen(token), hash))
		return DB_FAILED;
	result = db_row(db, FIND, DB_PARAMS(DB_TEXT(hash), DB_TIME(oldest)),
		DB_COLUMNS(DB_TO_INT(user_id), DB_TO_INT(token_epoch)));
	if (result != DB_OK)
		return result;
	/* of two that redeem it at once, the second finds nothing left to change */
	return db_change_one(db, ACTIVATE, DB_PARAMS(DB_INT(*user_id), DB_TEXT(hash)));
}

enum db_result confirmation_replace(
	struct db *db, int64_t user_id, const struct confirmation *confirmation)
{
	static const char REPLACE[] =
		"UPDATE users SET confirmation_token = ?, confirmation_sent_at = ? "
		"WHERE id = ? AND is_active = 0 AND email_to_confirm IS NULL AND suspended_at IS NULL";

	return db_change_one(db, REPLACE,
		DB_PARAMS(DB_TEXT(confirmation->hash), DB_TIME(clock_now()), DB_INT(user_id)));
}
