/*
 * See connection.h.
 */
#include "account/oauth/connection.h"

#include "account/event.h"
#include "account/oauth/app_metadata.h"
#include "account/oauth/token_condition.h"

/* ---- list -------------------------------------------------------------------------------------- */

struct connection_row {
	int64_t app_id, owner_id, app_issued_at;
	const char *scope, *client_id, *metadata;
};

static const struct db_field CONNECTION_ROW[] = {
	DB_FIELD(struct connection_row, scope, "t.scope"),
	DB_FIELD(struct connection_row, app_id, "c.id"),
	DB_FIELD(struct connection_row, owner_id, "c.user_id"),
	DB_FIELD(struct connection_row, app_issued_at, "c.client_id_issued_at"),
	DB_FIELD(struct connection_row, client_id, "c.client_id"),
	DB_FIELD(struct connection_row, metadata, "c.client_metadata"),
	{0},
};

struct listing {
	struct connection_row row;
	struct oauth_connection *connections;
	int count;
};

static bool add_connection(void *context)
{
	struct listing *listing = context;
	const struct connection_row *row = &listing->row;

	listing->connections[listing->count] = (struct oauth_connection){
		.app = {.id = row->app_id,
			.user_id = row->owner_id,
			.client_id = row->client_id,
			.issued_at = row->app_issued_at * MICROSECONDS},
		.scope = row->scope == NULL ? "" : row->scope,
	};
	app_metadata_read(row->metadata, &listing->connections[listing->count].app);
	return ++listing->count < OAUTH_CONNECTIONS_MAX;
}

enum db_result oauth_connections_list(const struct account_context *context, int64_t user_id,
	struct oauth_connection *connections, int *count)
{
	static const struct db_query LIST = {CONNECTION_ROW,
		.text = "FROM oauth2_token AS t JOIN oauth2_client AS c "
			"ON c.client_id = t.client_id WHERE t.user_id = ? "
			"AND " OAUTH_TOKEN_USABLE("t") " "
						       "ORDER BY t.id DESC LIMIT ?"};
	struct listing listing = {.connections = connections};
	enum db_result result = db_query_each(context->db, context->arena, &LIST,
		DB_PARAMS(DB_INT(user_id), DB_INT(OAUTH_CONNECTIONS_MAX)), &listing.row,
		add_connection, &listing);

	*count = listing.count;
	return result;
}

/* ---- end --------------------------------------------------------------------------------------- */

struct ending {
	const struct account_context *context;
	int64_t user_id;
	const char *client_id, *name;
};

/* Codes first: a code that is being redeemed is locked until its token is stored. */
static enum db_result end_all(struct db *db, void *context)
{
	static const struct db_query END[] = {
		{.text = "UPDATE oauth2_code SET used_at = UNIX_TIMESTAMP() "
			 "WHERE user_id = ? AND client_id = ? AND used_at = 0"},
		{.text = "UPDATE oauth2_device_code SET used_at = UNIX_TIMESTAMP() "
			 "WHERE user_id = ? AND client_id = ? AND used_at = 0"},
		{.text = "UPDATE oauth2_token SET access_token_revoked_at = UNIX_TIMESTAMP() "
			 "WHERE user_id = ? AND client_id = ? AND access_token_revoked_at = 0"},
	};
	const struct ending *ending = context;
	int64_t total = 0;

	for (size_t i = 0; i < sizeof(END) / sizeof(*END); i++) {
		int64_t changed = 0;
		enum db_result result = db_execute(db, &END[i],
			DB_PARAMS(DB_INT(ending->user_id), DB_BYTES(ending->client_id)), &changed);

		if (result != DB_OK)
			return result;
		total += changed;
	}
	if (total == 0)
		return DB_NO_ROW;
	return account_event(
		db, ending->context, ending->user_id, EVENT_APPLICATION_REVOKED, ending->name);
}

enum db_result oauth_connection_end(
	const struct account_context *context, int64_t user_id, const char *client_id)
{
	struct ending ending = {.context = context, .user_id = user_id, .client_id = client_id};
	struct oauth_app app;
	enum db_result found = oauth_app_read(context, client_id, &app);

	if (found != DB_OK)
		return found;
	ending.name = app.name;
	return db_transaction(context->db, end_all, &ending);
}
