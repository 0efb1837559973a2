/*
 * Refresh tokens and revocation; see token_grant.h.
 */
#include "account/oauth/oauth_scope.h"
#include "account/oauth/token_condition.h"
#include "account/oauth/token_grant.h"
#include "account/oauth/token_row.h"

#include <string.h>

const struct db_field OAUTH_REFRESH_TOKEN_FIELDS[] = {
	DB_FIELD(struct oauth_refresh_token, id, "t.id"),
	DB_FIELD(struct oauth_refresh_token, user_id, "t.user_id"),
	DB_FIELD(struct oauth_refresh_token, client_id, "t.client_id"),
	DB_FIELD(struct oauth_refresh_token, scope, "t.scope"),
	DB_FIELD(struct oauth_refresh_token, grant_id, "t.grant_id"),
	DB_FIELD(struct oauth_refresh_token, revoked,
		"t.access_token_revoked_at <> 0 OR t.refresh_token_revoked_at <> 0"),
	DB_FIELD(struct oauth_refresh_token, revoked_for,
		"UNIX_TIMESTAMP() - t.access_token_revoked_at"),
	DB_FIELD(struct oauth_refresh_token, expired, "UNIX_TIMESTAMP() > " OAUTH_REFRESH_END("t")),
	DB_FIELD(struct oauth_refresh_token, active, "u.active"),
	{0},
};

/* The grant of a token; that of an imported one begins here. NULL: it failed. */
static const char *grant_of(struct arena *arena, const struct oauth_refresh_token *token)
{
	char *new_grant;

	if (token->grant_id != NULL)
		return token->grant_id;
	new_grant = arena_alloc(arena, CRYPTO_ID_SIZE);
	return new_grant != NULL && crypto_random_id(new_grant) ? new_grant : NULL;
}

static enum oauth_refresh_result issue(const struct account_context *context,
	const struct oauth_refresh_token *old, const char *scope, struct oauth_tokens *tokens)
{
	struct token_pair *pair = token_pair_make(context);

	if (pair == NULL)
		return OAUTH_REFRESH_FAILED;
	pair->grant_id = grant_of(context->arena, old);
	if (pair->grant_id == NULL)
		return OAUTH_REFRESH_FAILED;
	pair->client_id = old->client_id;
	pair->user_id = old->user_id;
	pair->scope = scope;
	/* together: a process that is killed between the two changes would lock the application out */
	switch (token_pair_rotate(context->db, pair, old->id)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return OAUTH_REFRESH_INVALID;
	default:
		return OAUTH_REFRESH_FAILED;
	}
	*tokens = token_pair_tokens(pair);
	return OAUTH_REFRESHED;
}

/* A refresh token that is used long after its exchange may have been stolen. */
static enum oauth_refresh_result refuse_reused(
	const struct account_context *context, const struct oauth_refresh_token *token)
{
	if (token->revoked_for > OAUTH_REUSE_GRACE &&
		token_revoke_grant(context->db, token->grant_id) != DB_OK)
		return OAUTH_REFRESH_FAILED;
	return OAUTH_REFRESH_INVALID;
}

enum oauth_refresh_result oauth_refresh(const struct account_context *context,
	const struct oauth_refresh_token *token, const char *scope, struct oauth_tokens *tokens)
{
	const char *present = token->scope == NULL ? "" : token->scope;
	const char *asked;

	if (token->id == 0)
		return OAUTH_REFRESH_INVALID;
	if (token->revoked)
		return refuse_reused(context, token);
	if (token->expired || !token->active)
		return OAUTH_REFRESH_INVALID;
	if (!oauth_scope_within(scope, token->scope))
		return OAUTH_REFRESH_SCOPE_EXCEEDED;
	asked = oauth_scope_common(context->arena, scope, token->scope);
	if (asked == NULL)
		return OAUTH_REFRESH_FAILED;
	return issue(context, token, *asked == '\0' ? present : asked, tokens);
}

/* ---- revocation -------------------------------------------------------------------------------- */

struct revocation {
	struct arena *arena;
	const char *client_id;
	char hash[CRYPTO_SHA256_HEX_SIZE];
};

struct token_owner {
	int64_t id;
	const char *client_id, *grant_id;
};

static const struct db_field TOKEN_OWNER[] = {
	DB_FIELD(struct token_owner, id, "id"),
	DB_FIELD(struct token_owner, client_id, "client_id"),
	DB_FIELD(struct token_owner, grant_id, "grant_id"),
	{0},
};

/* Lock the row of an access or refresh token: it must not be exchanged before its grant is known. */
static enum db_result lock_token(
	struct db *db, const struct revocation *revocation, struct token_owner *owner)
{
	static const struct db_query BY_ACCESS = {
		TOKEN_OWNER, .text = "FROM oauth2_token WHERE access_token = ? FOR UPDATE"};
	static const struct db_query BY_REFRESH = {
		TOKEN_OWNER, .text = "FROM oauth2_token WHERE refresh_token = ? FOR UPDATE"};
	const struct db_params hash = DB_PARAMS(DB_TEXT(revocation->hash));
	enum db_result result = db_query_row(db, revocation->arena, &BY_ACCESS, hash, owner);

	return result == DB_NO_ROW ? db_query_row(db, revocation->arena, &BY_REFRESH, hash, owner)
				   : result;
}

static enum db_result revoke(struct db *db, void *context)
{
	static const struct db_query REVOKE = {
		.text = "UPDATE oauth2_token SET "
			"access_token_revoked_at = IF(access_token_revoked_at = 0, "
			"UNIX_TIMESTAMP(), access_token_revoked_at), "
			"refresh_token_revoked_at = IF(refresh_token_revoked_at = 0, "
			"UNIX_TIMESTAMP(), refresh_token_revoked_at) WHERE id = ?"};
	const struct revocation *revocation = context;
	struct token_owner owner;
	enum db_result result = lock_token(db, revocation, &owner);

	if (result != DB_OK)
		return result;
	if (owner.client_id == NULL || strcmp(owner.client_id, revocation->client_id) != 0)
		return DB_NO_ROW;
	result = db_execute(db, &REVOKE, DB_PARAMS(DB_INT(owner.id)), NULL);
	return result == DB_OK ? token_revoke_grant(db, owner.grant_id) : result;
}

enum db_result oauth_revoke_token(
	const struct account_context *context, const char *client_id, const char *token)
{
	struct revocation revocation = {.arena = context->arena, .client_id = client_id};
	enum db_result result;

	if (!crypto_sha256_hex(token, strlen(token), revocation.hash))
		return DB_FAILED;
	result = db_transaction(context->db, revoke, &revocation);
	return result == DB_NO_ROW ? DB_OK : result;
}
