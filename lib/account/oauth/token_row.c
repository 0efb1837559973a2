/*
 * See token_row.h.
 */
#include "account/oauth/token_row.h"

#define IS_LIVE "access_token_revoked_at = 0 AND refresh_token_revoked_at = 0"

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
			"WHERE c.client_id = ? AND u.id = ? AND u.active = 1"};

	return db_execute_one(db, &INSERT,
		DB_PARAMS(DB_TEXT(pair->access.hash), DB_TEXT(pair->refresh.hash),
			DB_TEXT(pair->scope), DB_INT(pair->expires_in), DB_TEXT(pair->grant_id),
			DB_BYTES(pair->client_id), DB_INT(pair->user_id)));
}

/*
 * Whether the pair has replaced the row: a statement that was repeated after a lost connection finds its own work done.
 * A row that the statement has inserted does not count.
 */
static enum db_result has_replaced(struct db *db, const struct token_pair *pair, int64_t id)
{
	static const struct db_field ID[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {
		ID, .text = "FROM oauth2_token WHERE id = ? AND replaced_by = ? AND client_id = ?"};
	int64_t found;

	return db_query_row(db, NULL, &FIND,
		DB_PARAMS(DB_INT(id), DB_TEXT(pair->access.hash), DB_BYTES(pair->client_id)),
		&found);
}

/* No client has got this pair: another request has replaced the row, or it has been revoked or deleted. */
static enum db_result withdraw(struct db *db, const struct token_pair *pair)
{
	static const struct db_query DELETE = {
		.text = "DELETE FROM oauth2_token WHERE access_token IN (?, ?)"};
	enum db_result result = db_execute(db, &DELETE,
		DB_PARAMS(DB_TEXT(pair->access.hash), DB_TEXT(pair->refresh.hash)), NULL);

	return result == DB_OK ? DB_NO_ROW : result;
}

enum db_result token_pair_rotate(struct db *db, const struct token_pair *pair, int64_t id)
{
	/*
	 * The old row is there already, and so it is changed instead of inserted: one statement takes one round
	 * trip, a transaction would take four. If it has been deleted meanwhile, a row without application and
	 * user takes its place, under the hash of a token that gives no access. VALUES() instead of an alias of the
	 * new row: see throttle_hit().
	 */
	static const struct db_query ROTATE = {
		.text = "INSERT INTO oauth2_token (id, access_token, refresh_token, "
			"access_token_revoked_at, client_id, token_type, scope, issued_at, "
			"expires_in, user_id, grant_id, replaced_by) VALUES "
			"(?, ?, NULL, UNIX_TIMESTAMP(), NULL, 'Bearer', NULL, 0, 0, NULL, ?, ?), "
			"(NULL, ?, ?, 0, ?, 'Bearer', ?, UNIX_TIMESTAMP(), ?, ?, ?, NULL) "
			"ON DUPLICATE KEY UPDATE grant_id = VALUES(grant_id), "
			"replaced_by = IF(" IS_LIVE ", VALUES(replaced_by), replaced_by), "
			"access_token_revoked_at = IF(" IS_LIVE
			", VALUES(access_token_revoked_at), access_token_revoked_at)"};
	/* as the server counts: 2 for a changed row, 1 for one that is inserted or stays as it is */
	static const int64_t REPLACED = 3;
	int64_t changed = 0;
	enum db_result result = db_execute(db, &ROTATE,
		DB_PARAMS(DB_INT(id), DB_TEXT(pair->refresh.hash), DB_TEXT(pair->grant_id),
			DB_TEXT(pair->access.hash), DB_TEXT(pair->access.hash),
			DB_TEXT(pair->refresh.hash), DB_BYTES(pair->client_id),
			DB_TEXT(pair->scope), DB_INT(pair->expires_in), DB_INT(pair->user_id),
			DB_TEXT(pair->grant_id)),
		&changed);

	if (result != DB_OK || changed == REPLACED)
		return result;
	result = has_replaced(db, pair, id);
	return result == DB_NO_ROW ? withdraw(db, pair) : result;
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
