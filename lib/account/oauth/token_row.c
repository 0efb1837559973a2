/*
 * See token_row.h.
 */
#include "account/oauth/token_row.h"

struct token_pair *token_pair_make(const struct account_context *context)
{
	struct token_pair *pair = arena_zero(context->arena, sizeof(*pair));

	if (pair == NULL || !oauth_secret_make(OAUTH_ACCESS_TOKEN_LENGTH, &pair->access) ||
		!oauth_secret_make(OAUTH_REFRESH_TOKEN_LENGTH, &pair->refresh))
		return NULL;
	pair->expires_in = context->settings->oauth2_token_lifetime;
	return pair;
}

struct oauth_tokens token_pair_tokens(const struct token_pair *pair)
{
	return (struct oauth_tokens){
		pair->access.text, pair->refresh.text, pair->scope, pair->expires_in};
}

enum db_result token_pair_store(struct db *db, const struct token_pair *pair)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO oauth2_token (client_id, token_type, access_token, "
			"refresh_token, scope, issued_at, expires_in, user_id, grant_id) "
			"SELECT c.client_id, 'Bearer', ?, ?, ?, UNIX_TIMESTAMP(), ?, u.id, ? "
			"FROM oauth2_client AS c JOIN users AS u "
			"WHERE c.client_id = ? AND u.id = ? AND u.is_active = 1 "
			"AND u.suspended_at IS NULL"};

	return db_execute_one(db, &INSERT,
		DB_PARAMS(DB_TEXT(pair->access.hash), DB_TEXT(pair->refresh.hash),
			DB_TEXT(pair->scope), DB_INT(pair->expires_in), DB_TEXT(pair->grant_id),
			DB_BYTES(pair->client_id), DB_INT(pair->user_id)));
}

/* Whether the pair is stored. */
static enum db_result is_stored(struct db *db, const struct token_pair *pair)
{
	static const struct db_field ID[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {
		ID, .text = "FROM oauth2_token WHERE access_token = ?"};
	int64_t id;

	return db_query_row(db, NULL, &FIND, DB_PARAMS(DB_TEXT(pair->access.hash)), &id);
}

struct rotation {
	const struct token_pair *pair;
	int64_t id; /* of the old row */
};

/*
 * The old row is locked until the end, so a deletion of the application or of the account, or a revocation, comes
 * before (and nothing is changed here) or after (and ends the new pair, too). So the new row need not look them up.
 */
static enum db_result rotate(struct db *db, void *context)
{
	static const struct db_query REVOKE = {
		.text = "UPDATE oauth2_token SET access_token_revoked_at = UNIX_TIMESTAMP(), "
			"grant_id = ? WHERE id = ? AND access_token_revoked_at = 0 "
			"AND refresh_token_revoked_at = 0"};
	static const struct db_query INSERT = {
		.text = "INSERT INTO oauth2_token (client_id, token_type, access_token, "
			"refresh_token, scope, issued_at, expires_in, user_id, grant_id) "
			"VALUES (?, 'Bearer', ?, ?, ?, UNIX_TIMESTAMP(), ?, ?, ?)"};
	const struct rotation *rotation = context;
	const struct token_pair *pair = rotation->pair;
	enum db_result result = db_execute_one(
		db, &REVOKE, DB_PARAMS(DB_TEXT(pair->grant_id), DB_INT(rotation->id)));

	if (result != DB_OK)
		return result;
	return db_execute_one(db, &INSERT,
		DB_PARAMS(DB_BYTES(pair->client_id), DB_TEXT(pair->access.hash),
			DB_TEXT(pair->refresh.hash), DB_TEXT(pair->scope), DB_INT(pair->expires_in),
			DB_INT(pair->user_id), DB_TEXT(pair->grant_id)));
}

/* The connection may be lost during COMMIT: refusing a refresh that took place would lock the application out. */
enum db_result token_pair_rotate(struct db *db, const struct token_pair *pair, int64_t id)
{
	struct rotation rotation = {pair, id};
	enum db_result result = db_transaction(db, rotate, &rotation);

	if (result != DB_COMMIT_UNKNOWN)
		return result;
	return is_stored(db, pair) == DB_OK ? DB_OK : DB_FAILED;
}

enum db_result token_revoke_grant(struct db *db, const char *grant_id)
{
	static const struct db_query REVOKE = {
		.text = "UPDATE oauth2_token SET "
			"access_token_revoked_at = IF(access_token_revoked_at = 0, "
			"UNIX_TIMESTAMP(), access_token_revoked_at), "
			"refresh_token_revoked_at = IF(refresh_token_revoked_at = 0, "
			"UNIX_TIMESTAMP(), refresh_token_revoked_at) "
			"WHERE grant_id = ? AND "
			"(access_token_revoked_at = 0 OR refresh_token_revoked_at = 0)"};

	if (grant_id == NULL)
		return DB_OK;
	return db_execute(db, &REVOKE, DB_PARAMS(DB_TEXT(grant_id)), NULL);
}
