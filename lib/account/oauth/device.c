/*
 * The program's side of device authorization; see device.h.
 */
#include "account/oauth/device.h"

#include "account/oauth/oauth_scope.h"
#include "account/oauth/token_row.h"
#include "account/oauth/user_code.h"

#include <string.h>

/* ---- beginning --------------------------------------------------------------------------------- */

struct beginning {
	const struct oauth_app *app;
	const char *scope;
	const struct oauth_secret *device_code;
	struct user_code user_code;
};

/* More codes would help to guess one of them. */
static enum db_result end_older(struct db *db, const char *client_id)
{
	static const struct db_query END = {
		.text = "UPDATE oauth2_device_code SET used_at = UNIX_TIMESTAMP() "
			"WHERE client_id = ? AND used_at = 0 AND id NOT IN (SELECT id FROM "
			"(SELECT id FROM oauth2_device_code WHERE client_id = ? AND used_at = 0 "
			"ORDER BY id DESC LIMIT ?) AS newest)"};

	return db_execute(db, &END,
		DB_PARAMS(DB_BYTES(client_id), DB_BYTES(client_id), DB_INT(OAUTH_DEVICE_PENDING)),
		NULL);
}

static enum db_result store(struct db *db, void *context)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO oauth2_device_code (device_code, user_code, client_id, scope, "
			"created_at, poll_interval, user_id, grant_id) "
			"VALUES (?, ?, ?, ?, UNIX_TIMESTAMP(), ?, ?, ?)"};
	const struct beginning *beginning = context;
	const struct oauth_app *app = beginning->app;
	char grant_id[CRYPTO_ID_SIZE];
	enum db_result result;

	if (!crypto_random_id(grant_id))
		return DB_FAILED;
	result = db_execute(db, &INSERT,
		DB_PARAMS(DB_TEXT(beginning->device_code->hash), DB_TEXT(beginning->user_code.hash),
			DB_TEXT(app->client_id), DB_TEXT(beginning->scope),
			DB_INT(OAUTH_DEVICE_INTERVAL), DB_INT(app->user_id), DB_TEXT(grant_id)),
		NULL);
	return result == DB_OK ? end_older(db, app->client_id) : result;
}

enum oauth_device_start oauth_device_begin(const struct account_context *context,
	const char *client_id, const char *scope, struct oauth_device_codes *codes)
{
	enum { ATTEMPTS = 5 };
	struct oauth_app app;
	struct oauth_secret *device_code = arena_alloc(context->arena, sizeof(*device_code));
	struct beginning beginning = {.app = &app, .device_code = device_code};
	enum db_result result = DB_DUPLICATE;

	if (device_code == NULL || oauth_app_read(context, client_id, &app) != DB_OK)
		return OAUTH_DEVICE_START_FAILED;
	beginning.scope = oauth_scope_common(context->arena, scope, app.scope);
	if (beginning.scope == NULL || !oauth_secret_make(OAUTH_DEVICE_CODE_LENGTH, device_code))
		return OAUTH_DEVICE_START_FAILED;
	if (*beginning.scope == '\0')
		return OAUTH_DEVICE_SCOPE_INVALID;
	/* a user code is short: it may be that of another request */
	for (int i = 0; i < ATTEMPTS && result == DB_DUPLICATE; i++) {
		if (!user_code_make(&beginning.user_code))
			return OAUTH_DEVICE_START_FAILED;
		result = db_transaction(context->db, store, &beginning);
	}
	if (result != DB_OK)
		return OAUTH_DEVICE_START_FAILED;
	codes->device_code = device_code->text;
	codes->user_code = arena_copy(
		context->arena, beginning.user_code.text, strlen(beginning.user_code.text));
	return codes->user_code == NULL ? OAUTH_DEVICE_START_FAILED : OAUTH_DEVICE_STARTED;
}

/* ---- polling ----------------------------------------------------------------------------------- */

struct poll_row {
	int64_t id, user_id;
	const char *client_id, *scope, *grant_id;
	bool used, expired, denied, approved, early, active;
};

static enum db_result read_request(
	const struct account_context *context, const char *device_code, struct poll_row *row)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct poll_row, id, "d.id"),
		DB_FIELD(struct poll_row, user_id, "d.user_id"),
		DB_FIELD(struct poll_row, client_id, "d.client_id"),
		DB_FIELD(struct poll_row, scope, "d.scope"),
		DB_FIELD(struct poll_row, grant_id, "d.grant_id"),
		DB_FIELD(struct poll_row, used, "d.used_at <> 0"),
		DB_FIELD(struct poll_row, expired, "UNIX_TIMESTAMP() > d.created_at + ?"),
		DB_FIELD(struct poll_row, denied, "d.denied_at <> 0"),
		DB_FIELD(struct poll_row, approved, "d.approved_at <> 0"),
		DB_FIELD(struct poll_row, early,
			"UNIX_TIMESTAMP() < d.last_polled_at + d.poll_interval"),
		DB_FIELD(struct poll_row, active, "u.active"),
		{0},
	};
	static const struct db_query READ = {FIELDS,
		.text = "FROM oauth2_device_code AS d LEFT JOIN users AS u ON u.id = d.user_id "
			"WHERE d.device_code = ?"};
	char hash[CRYPTO_SHA256_HEX_SIZE];

	if (!crypto_sha256_hex(device_code, strlen(device_code), hash))
		return DB_FAILED;
	return db_query_row(context->db, context->arena, &READ,
		DB_PARAMS(DB_INT(OAUTH_DEVICE_SECONDS), DB_TEXT(hash)), row);
}

/* Note the time of the poll; one that comes too early makes the interval longer (RFC 8628 §3.5). */
static enum oauth_device_poll wait_longer(
	const struct account_context *context, const struct poll_row *row)
{
	static const struct db_query NOTE = {
		.text = "UPDATE oauth2_device_code SET last_polled_at = UNIX_TIMESTAMP(), "
			"poll_interval = poll_interval + ? WHERE id = ?"};
	int64_t longer = row->early ? OAUTH_DEVICE_INTERVAL : 0;

	if (db_execute(context->db, &NOTE, DB_PARAMS(DB_INT(longer), DB_INT(row->id)), NULL) !=
		DB_OK)
		return OAUTH_DEVICE_POLL_FAILED;
	return row->early ? OAUTH_DEVICE_SLOW_DOWN : OAUTH_DEVICE_WAITING;
}

struct exchange {
	const struct poll_row *row;
	const struct token_pair *pair;
};

static enum db_result use(struct db *db, void *context)
{
	static const struct db_query USE = {
		.text = "UPDATE oauth2_device_code SET used_at = UNIX_TIMESTAMP() "
			"WHERE id = ? AND used_at = 0 AND approved_at <> 0 AND denied_at = 0"};
	const struct exchange *exchange = context;
	enum db_result result = db_execute_one(db, &USE, DB_PARAMS(DB_INT(exchange->row->id)));

	return result == DB_OK ? token_pair_store(db, exchange->pair) : result;
}

static enum oauth_device_poll issue(const struct account_context *context,
	const struct poll_row *row, struct oauth_tokens *tokens)
{
	struct token_pair *pair = token_pair_make(context);
	struct exchange exchange = {row, pair};

	if (pair == NULL)
		return OAUTH_DEVICE_POLL_FAILED;
	pair->client_id = row->client_id;
	pair->user_id = row->user_id;
	pair->scope = row->scope == NULL ? "" : row->scope;
	pair->grant_id = row->grant_id;
	switch (db_transaction(context->db, use, &exchange)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return OAUTH_DEVICE_INVALID;
	default:
		return OAUTH_DEVICE_POLL_FAILED;
	}
	*tokens = token_pair_tokens(pair);
	return OAUTH_DEVICE_GRANTED;
}

enum oauth_device_poll oauth_device_exchange(const struct account_context *context,
	const char *client_id, const char *device_code, struct oauth_tokens *tokens)
{
	struct poll_row row;

	switch (read_request(context, device_code, &row)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return OAUTH_DEVICE_INVALID;
	default:
		return OAUTH_DEVICE_POLL_FAILED;
	}
	if (row.client_id == NULL || strcmp(row.client_id, client_id) != 0 || row.used)
		return OAUTH_DEVICE_INVALID;
	if (row.expired)
		return OAUTH_DEVICE_EXPIRED;
	if (row.denied)
		return OAUTH_DEVICE_DENIED;
	if (!row.approved)
		return wait_longer(context, &row);
	return row.active ? issue(context, &row, tokens) : OAUTH_DEVICE_INVALID;
}
