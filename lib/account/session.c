/*
 * Auth tokens given out and taken back.
 */
#include "account/session.h"

char *session_begin(const struct settings *settings, struct arena *arena, int64_t user_id,
	int64_t token_epoch)
{
	int64_t now = clock_seconds();
	const struct token_claims claims = {
		.user_id = user_id,
		.issued_at = now,
		.expires_at = now + settings->token_lifetime,
		.generation = token_epoch,
	};

	return token_issue(arena, settings->secret_key, &claims);
}

enum db_result session_end(struct db *db, const char *token_hash, int64_t expires_at)
{
	static const char INSERT[] =
		"INSERT INTO blacklisted_tokens (token, expired_at, blacklisted_on) VALUES (?, ?, ?)";
	enum db_result result = db_change(db, INSERT,
		DB_PARAMS(DB_TEXT(token_hash), DB_INT(expires_at), DB_TIME(clock_now())), NULL);

	return result == DB_DUPLICATE ? DB_OK : result;
}
