/*
 * Auth tokens given out and taken back.
 */
#include "account/session.h"

char *session_begin(
	const struct settings *settings, struct arena *arena, int64_t user_id, int64_t token_epoch)
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

static enum db_result blacklist(struct db *db, const struct caller *caller)
{
	static const char INSERT[] =
		"INSERT INTO blacklisted_tokens (token, expired_at, blacklisted_on) VALUES (?, ?, ?)";
	enum db_result result = db_change(db, INSERT,
		DB_PARAMS(DB_TEXT(caller->token_hash), DB_INT(caller->claims.expires_at),
			DB_TIME(clock_now())),
		NULL);

	return result == DB_DUPLICATE ? DB_OK : result;
}

enum db_result session_end(struct db *db, const struct caller *caller)
{
	static const char REVOKE_OAUTH2[] =
		"UPDATE oauth2_token SET access_token_revoked_at = ? WHERE id = ?";
	static const char REVOKE_PERSONAL[] =
		"UPDATE personal_tokens SET revoked_at = ? WHERE id = ?";

	switch (caller->kind) {
	case CALLER_FIRST_PARTY:
		return blacklist(db, caller);
	case CALLER_OAUTH2:
		return db_change(db, REVOKE_OAUTH2,
			DB_PARAMS(DB_INT(clock_seconds()), DB_INT(caller->row_id)), NULL);
	case CALLER_PERSONAL:
		return db_change(db, REVOKE_PERSONAL,
			DB_PARAMS(DB_TIME(clock_now()), DB_INT(caller->row_id)), NULL);
	}
	return DB_FAILED;
}
