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

/* Whether the pair is stored: a statement that was repeated after a lost connection finds its own work done. */
static enum db_result is_stored(struct db *db, const struct token_pair *pair)
{
	static const struct db_field ID[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {
		ID, .text = "FROM oauth2_token WHERE access_token = ?"};
	int64_t id;

	return db_query_row(db, NULL, &FIND, DB_PARAMS(DB_TEXT(pair->access.hash)), &id);
}

enum db_result token_pair_rotate(struct db *db, const struct token_pair *pair, int64_t id)
{
	/*
	 * The SELECT gives two rows: the old one, whose key is there already, and the new one. One statement takes
	 * one round trip, a transaction would take four. The old row is locked, so a deletion of the application or
	 * of the account, or a revocation, comes before (and there is no row) or after (and ends the new one, too).
	 * VALUES() instead of an alias of the new row: see throttle_hit().
	 */
	static const struct db_query ROTATE = {
		.text = "INSERT INTO oauth2_token (id, access_token, refresh_token, "
			"access_token_revoked_at, client_id, token_type, scope, issued_at, "
			"expires_in, user_id, grant_id) "
			"SELECT IF(n.added, NULL, t.id), IF(n.added, ?, t.access_token), "
			"IF(n.added, ?, t.refresh_token), IF(n.added, 0, UNIX_TIMESTAMP()), "
			"t.client_id, 'Bearer', ?, UNIX_TIMESTAMP(), ?, t.user_id, ? "
			"FROM oauth2_token AS t JOIN (SELECT 0 AS added UNION ALL SELECT 1) AS n "
			"WHERE t.id = ? AND t.access_token_revoked_at = 0 "
			"AND t.refresh_token_revoked_at = 0 "
			"ON DUPLICATE KEY UPDATE "
			"access_token_revoked_at = VALUES(access_token_revoked_at), "
			"grant_id = VALUES(grant_id)"};
	int64_t changed = 0;
	enum db_result result = db_execute(db, &ROTATE,
		DB_PARAMS(DB_TEXT(pair->access.hash), DB_TEXT(pair->refresh.hash),
			DB_TEXT(pair->scope), DB_INT(pair->expires_in), DB_TEXT(pair->grant_id),
			DB_INT(id)),
		&changed);

	return result == DB_OK && changed == 0 ? is_stored(db, pair) : result;
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
