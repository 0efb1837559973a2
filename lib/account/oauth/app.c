/*
 * See app.h.
 */
#include "account/oauth/app.h"

#include "account/event.h"
#include "account/oauth/app_metadata.h"
#include "account/oauth/oauth_scope.h"
#include "account/oauth/oauth_secret.h"
#include "account/oauth/redirect_uri.h"
#include "account/tokens/scopes.h"
#include "core/text.h"

#include <inttypes.h>
#include <string.h>

/* ---- creating ---------------------------------------------------------------------------------- */

static bool is_blank(const char *text)
{
	char copy[4 * OAUTH_APP_NAME_MAX + 1];
	size_t length = strlen(text);

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length + 1);
	text_trim(copy);
	return *copy == '\0';
}

static bool uris_are_valid(const struct oauth_app_draft *draft)
{
	if (draft->redirect_uris == NULL || draft->redirect_uri_count < 1 ||
		draft->redirect_uri_count > OAUTH_APP_REDIRECT_URIS)
		return false;
	for (int i = 0; i < draft->redirect_uri_count; i++)
		if (draft->redirect_uris[i] == NULL ||
			!redirect_uri_is_registrable(draft->redirect_uris[i]))
			return false;
	return true;
}

static unsigned check_values(const struct oauth_app_draft *draft)
{
	unsigned invalid = 0;

	if (draft->name == NULL || is_blank(draft->name) ||
		text_length(draft->name) > OAUTH_APP_NAME_MAX)
		invalid |= OAUTH_APP_NAME_INVALID;
	if (draft->website == NULL || !redirect_uri_is_website(draft->website))
		invalid |= OAUTH_APP_WEBSITE_INVALID;
	if (!uris_are_valid(draft))
		invalid |= OAUTH_APP_REDIRECT_URIS_INVALID;
	if (draft->description_invalid ||
		(draft->description != NULL &&
			text_length(draft->description) > OAUTH_APP_DESCRIPTION_MAX))
		invalid |= OAUTH_APP_DESCRIPTION_INVALID;
	return invalid;
}

struct creation {
	struct oauth_app *app;
	const char *secret_hash, *metadata;
};

static enum db_result insert_app(struct db *db, void *context)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO oauth2_client (client_id, client_secret, client_id_issued_at, "
			"client_metadata, user_id) VALUES (?, ?, ?, ?, ?)"};
	const struct creation *creation = context;
	struct oauth_app *app = creation->app;
	enum db_result result = db_execute(db, &INSERT,
		DB_PARAMS(DB_TEXT(app->client_id), DB_TEXT(creation->secret_hash),
			DB_INT(app->issued_at / MICROSECONDS), DB_TEXT(creation->metadata),
			DB_INT(app->user_id)),
		NULL);

	if (result == DB_OK)
		app->id = db_inserted_id(db);
	return result;
}

static enum oauth_app_creation store(
	const struct account_context *context, struct oauth_app *app, const char *secret_hash)
{
	struct creation creation = {app, secret_hash, app_metadata_write(app)};

	if (creation.metadata == NULL ||
		db_transaction(context->db, insert_app, &creation) != DB_OK)
		return OAUTH_APP_CREATION_FAILED;
	return OAUTH_APP_CREATED;
}

enum oauth_app_creation oauth_app_create(const struct account_context *context, int64_t user_id,
	const struct oauth_app_draft *draft, struct oauth_app *app, unsigned *invalid)
{
	struct oauth_secret *id = arena_alloc(context->arena, sizeof(*id));
	struct oauth_secret *secret = arena_alloc(context->arena, sizeof(*secret));
	const char *scope = oauth_scope_common(context->arena, draft->scope, SCOPES);

	*invalid = check_values(draft);
	if (scope == NULL || id == NULL || secret == NULL)
		return OAUTH_APP_CREATION_FAILED;
	if (*scope == '\0')
		return OAUTH_APP_SCOPE_INVALID;
	if (*invalid != 0)
		return OAUTH_APP_VALUES_INVALID;
	if (!oauth_secret_make(OAUTH_CLIENT_ID_LENGTH, id) ||
		!oauth_secret_make(OAUTH_CLIENT_SECRET_LENGTH, secret))
		return OAUTH_APP_CREATION_FAILED;
	*app = (struct oauth_app){
		.user_id = user_id,
		.client_id = id->text,
		.issued_at = clock_seconds() * MICROSECONDS,
		.name = draft->name,
		.website = draft->website,
		.description = draft->description,
		.scope = scope,
		.redirect_uri_count = draft->redirect_uri_count,
		.secret = secret->text,
	};
	memcpy(app->redirect_uris, draft->redirect_uris,
		sizeof(*draft->redirect_uris) * (size_t)draft->redirect_uri_count);
	return store(context, app, secret->hash);
}

/* ---- reading ----------------------------------------------------------------------------------- */

struct app_row {
	int64_t id, user_id, issued_at;
	const char *client_id, *metadata;
};

static const struct db_field APP_ROW[] = {
	DB_FIELD(struct app_row, id, "id"),
	DB_FIELD(struct app_row, user_id, "user_id"),
	DB_FIELD(struct app_row, issued_at, "client_id_issued_at"),
	DB_FIELD(struct app_row, client_id, "client_id"),
	DB_FIELD(struct app_row, metadata, "client_metadata"),
	{0},
};

static void fill(struct oauth_app *app, const struct app_row *row)
{
	*app = (struct oauth_app){
		.id = row->id,
		.user_id = row->user_id,
		.client_id = row->client_id,
		.issued_at = row->issued_at * MICROSECONDS,
	};
	app_metadata_read(row->metadata, app);
}

enum db_result oauth_app_count(
	const struct account_context *context, int64_t user_id, int64_t *count)
{
	static const struct db_field COUNT[] = {DB_VALUE(int64_t, "COUNT(client_id)"), {0}};
	static const struct db_query READ = {COUNT, .text = "FROM oauth2_client WHERE user_id = ?"};

	return db_query_row(context->db, NULL, &READ, DB_PARAMS(DB_INT(user_id)), count);
}

struct listing {
	struct app_row row;
	struct oauth_app *apps;
	int count;
};

static bool add_app(void *context)
{
	struct listing *listing = context;

	fill(&listing->apps[listing->count++], &listing->row);
	return listing->count < OAUTH_APP_PAGE_SIZE;
}

enum db_result oauth_app_list(const struct account_context *context, int64_t user_id,
	int64_t offset, struct oauth_app apps[OAUTH_APP_PAGE_SIZE], int *count)
{
	static const struct db_query LIST = {
		APP_ROW, .text = "FROM oauth2_client WHERE user_id = ? AND client_id IS NOT NULL "
				 "ORDER BY id DESC LIMIT ? OFFSET ?"};
	struct listing listing = {.apps = apps};
	enum db_result result = db_query_each(context->db, context->arena, &LIST,
		DB_PARAMS(DB_INT(user_id), DB_INT(OAUTH_APP_PAGE_SIZE), DB_INT(offset)),
		&listing.row, add_app, &listing);

	*count = listing.count;
	return result;
}

enum db_result oauth_app_read(
	const struct account_context *context, const char *client_id, struct oauth_app *app)
{
	static const struct db_query READ = {
		APP_ROW, .text = "FROM oauth2_client WHERE client_id = ?"};
	struct app_row row;
	enum db_result result = db_query_row(
		context->db, context->arena, &READ, DB_PARAMS(DB_BYTES(client_id)), &row);

	if (result != DB_OK)
		return result;
	/* the column's collation ignores spaces at the end */
	if (row.client_id == NULL || strcmp(row.client_id, client_id) != 0)
		return DB_NO_ROW;
	fill(app, &row);
	return DB_OK;
}

enum db_result oauth_app_find(const struct account_context *context, int64_t user_id,
	const char *client_id, struct oauth_app *app)
{
	enum db_result result = oauth_app_read(context, client_id, app);

	return result == DB_OK && app->user_id != user_id ? DB_NO_ROW : result;
}

enum db_result oauth_app_find_by_id(
	const struct account_context *context, int64_t user_id, int64_t id, struct oauth_app *app)
{
	static const struct db_query READ = {
		APP_ROW, .text = "FROM oauth2_client "
				 "WHERE id = ? AND user_id = ? AND client_id IS NOT NULL"};
	struct app_row row;
	enum db_result result = db_query_row(
		context->db, context->arena, &READ, DB_PARAMS(DB_INT(id), DB_INT(user_id)), &row);

	if (result == DB_OK)
		fill(app, &row);
	return result;
}

/* ---- ending ------------------------------------------------------------------------------------ */

struct ending {
	const struct account_context *context;
	struct oauth_app app;
	const char *client_id;
};

/* Lock the application's row: no token can be issued for it meanwhile (account/oauth/token_row.h). */
static enum db_result lock(struct db *db, struct ending *ending)
{
	static const struct db_field CLIENT_ID[] = {DB_VALUE(const char *, "client_id"), {0}};
	static const struct db_query LOCK = {
		CLIENT_ID, .text = "FROM oauth2_client "
				   "WHERE id = ? AND client_id IS NOT NULL FOR UPDATE"};

	return db_query_row(db, ending->context->arena, &LOCK, DB_PARAMS(DB_INT(ending->app.id)),
		&ending->client_id);
}

/* Run these statements, each of which has the client_id as its only parameter. */
static enum db_result run_all(
	struct db *db, const struct db_query *statements, size_t count, const char *client_id)
{
	enum db_result result = DB_OK;

	for (size_t i = 0; i < count && result == DB_OK; i++)
		result = db_execute(db, &statements[i], DB_PARAMS(DB_BYTES(client_id)), NULL);
	return result;
}

/* Deleting an application revokes its tokens, too. An imported application may have no owner. */
static enum db_result record_revocation(struct db *db, const struct ending *ending)
{
	if (ending->app.user_id == 0)
		return DB_OK;
	return account_event(db, ending->context, ending->app.user_id, EVENT_APPLICATION_REVOKED,
		ending->app.name);
}

static enum db_result delete_app(struct db *db, void *context)
{
	static const struct db_query DELETE[] = {
		{.text = "DELETE FROM oauth2_code WHERE client_id = ?"},
		{.text = "DELETE FROM oauth2_device_code WHERE client_id = ?"},
		{.text = "DELETE FROM oauth2_token WHERE client_id = ?"},
		{.text = "DELETE FROM oauth2_client WHERE client_id = ?"},
	};
	struct ending *ending = context;
	enum db_result result = lock(db, ending);

	if (result == DB_OK)
		result = run_all(db, DELETE, sizeof(DELETE) / sizeof(*DELETE), ending->client_id);
	return result == DB_OK ? record_revocation(db, ending) : result;
}

enum db_result oauth_app_delete(const struct account_context *context, int64_t user_id, int64_t id)
{
	struct ending ending = {.context = context};
	enum db_result result = oauth_app_find_by_id(context, user_id, id, &ending.app);

	return result == DB_OK ? db_transaction(context->db, delete_app, &ending) : result;
}

/* Codes first: a code that is being redeemed is locked until its token is stored. */
static enum db_result revoke_app(struct db *db, void *context)
{
	static const struct db_query REVOKE[] = {
		{.text = "UPDATE oauth2_code SET used_at = UNIX_TIMESTAMP() "
			 "WHERE client_id = ? AND used_at = 0"},
		{.text = "UPDATE oauth2_device_code SET used_at = UNIX_TIMESTAMP() "
			 "WHERE client_id = ? AND used_at = 0"},
		{.text = "UPDATE oauth2_token SET access_token_revoked_at = UNIX_TIMESTAMP() "
			 "WHERE client_id = ? AND access_token_revoked_at = 0"},
	};
	struct ending *ending = context;
	enum db_result result = lock(db, ending);

	if (result == DB_OK)
		result = run_all(db, REVOKE, sizeof(REVOKE) / sizeof(*REVOKE), ending->client_id);
	return result == DB_OK ? record_revocation(db, ending) : result;
}

enum db_result oauth_app_revoke(const struct account_context *context, int64_t user_id, int64_t id)
{
	struct ending ending = {.context = context};
	enum db_result result = oauth_app_find_by_id(context, user_id, id, &ending.app);

	return result == DB_OK ? db_transaction(context->db, revoke_app, &ending) : result;
}

enum db_result oauth_app_revoke_any(const struct account_context *context, const char *client_id)
{
	struct ending ending = {.context = context};
	enum db_result result = oauth_app_read(context, client_id, &ending.app);

	return result == DB_OK ? db_transaction(context->db, revoke_app, &ending) : result;
}
