/*
 * Rows of the table events.
 */
#include "account/event.h"

#include "account/network.h"
#include "account/user_agent.h"
#include "core/crypto.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DETAIL_MAX = 255, FAILURE_TEXT_SIZE = 512, HOUR_SECONDS = 3600, CLEAN_BATCH = 1000 };

static const instant DAY = 86400 * MICROSECONDS;

static const char *const NAMES[EVENT_KIND_COUNT] = {
	[EVENT_LOGIN] = "login",
	[EVENT_LOGIN_FAILED] = "login_failed",
	[EVENT_LOGOUT] = "logout",
	[EVENT_REGISTERED] = "registered",
	[EVENT_CONFIRMED] = "account_confirmed",
	[EVENT_PASSWORD_CHANGED] = "password_changed",
	[EVENT_PASSWORD_RESET] = "password_reset",
	[EVENT_EMAIL_CHANGE_REQUESTED] = "email_change_requested",
	[EVENT_EMAIL_CHANGED] = "email_changed",
	[EVENT_PICTURE_CHANGED] = "picture_changed",
	[EVENT_PICTURE_REMOVED] = "picture_removed",
	[EVENT_SESSION_ENDED] = "session_ended",
	[EVENT_OTHER_SESSIONS_ENDED] = "other_sessions_ended",
	[EVENT_TOKEN_CREATED] = "token_created",
	[EVENT_TOKEN_REVOKED] = "token_revoked",
	[EVENT_APPLICATION_AUTHORIZED] = "application_authorized",
	[EVENT_APPLICATION_REVOKED] = "application_revoked",
	[EVENT_EXPORT_REQUESTED] = "export_requested",
	[EVENT_ACTIVATED] = "account_activated",
	[EVENT_SUSPENDED] = "account_suspended",
	[EVENT_RESUMED] = "account_resumed",
	[EVENT_ADMIN_GRANTED] = "admin_granted",
	[EVENT_ADMIN_WITHDRAWN] = "admin_withdrawn",
};

const char *event_kind_name(enum event_kind kind)
{
	return NAMES[kind];
}

/* ---- writing ------------------------------------------------------------------------------------ */

/* The beginning of a text that the column holds. */
static const char *shortened(struct arena *arena, const char *detail)
{
	const char *end = detail;
	unsigned code;

	if (detail == NULL || text_length(detail) <= DETAIL_MAX)
		return detail;
	for (int i = 0; i < DETAIL_MAX; i++)
		end = text_code_point(end, &code);
	return arena_copy(arena, detail, (size_t)(end - detail));
}

enum db_result account_event(struct db *db, const struct account_context *context, int64_t user_id,
	enum event_kind kind, const char *detail)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO events (user_id, kind, created_at, by_administrator, os, "
			"browser, network, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"};
	const bool owner = !context->by_administrator;
	const struct user_agent device = user_agent_parse(owner ? context->user_agent : NULL);
	char network[NETWORK_TEXT_SIZE];

	return db_execute(db, &INSERT,
		DB_PARAMS(DB_INT(user_id), DB_TEXT(NAMES[kind]), DB_TIME(clock_now()),
			DB_INT(!owner), DB_TEXT(device.system), DB_TEXT(device.browser),
			DB_TEXT(owner ? network_text(context->remote_address, network) : NULL),
			DB_TEXT(shortened(context->arena, detail))),
		NULL);
}

/* ---- failed logins ------------------------------------------------------------------------------ */

/* A keyed hash, so that the table does not reveal which addresses without an account were tried. */
static bool make_failure_key(const struct account_context *context, const char *email,
	const char *network, char key[CRYPTO_SHA256_HEX_SIZE])
{
	char text[FAILURE_TEXT_SIZE];
	unsigned char mac[CRYPTO_SHA256_SIZE];

	snprintf(text, sizeof(text), "failure|%" PRId64 "|%s|%.320s",
		clock_seconds() / HOUR_SECONDS, network == NULL ? "" : network, email);
	text_lower_ascii(text);
	if (!crypto_hmac_sha256(context->settings->secret_key, text, strlen(text), mac))
		return false;
	text_hex(mac, sizeof(mac), key);
	return true;
}

struct failure {
	const struct account_context *context;
	int64_t user_id;
	const char *network;
	char key[CRYPTO_SHA256_HEX_SIZE];
};

/* The account may have been created since the first failure of the hour. */
static enum db_result count_again(const struct failure *failure)
{
	static const struct db_query COUNT = {
		.text = "UPDATE events SET occurrences = occurrences + 1, user_id = NULLIF(?, 0) "
			"WHERE failure_key = ?"};

	return db_execute_one(failure->context->db, &COUNT,
		DB_PARAMS(DB_INT(failure->user_id), DB_TEXT(failure->key)));
}

static enum db_result insert_first(const struct failure *failure)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO events (user_id, kind, created_at, os, browser, network, "
			"failure_key) VALUES (NULLIF(?, 0), ?, ?, ?, ?, ?, ?)"};
	const struct account_context *context = failure->context;
	const struct user_agent device = user_agent_parse(context->user_agent);

	return db_execute(context->db, &INSERT,
		DB_PARAMS(DB_INT(failure->user_id), DB_TEXT(NAMES[EVENT_LOGIN_FAILED]),
			DB_TIME(clock_now()), DB_TEXT(device.system), DB_TEXT(device.browser),
			DB_TEXT(failure->network), DB_TEXT(failure->key)),
		NULL);
}

/* Not by ON DUPLICATE KEY UPDATE: it would need the privilege to update every column that it inserts. */
enum db_result account_event_failure(
	const struct account_context *context, const char *email, int64_t user_id)
{
	char text[NETWORK_TEXT_SIZE];
	struct failure failure = {
		.context = context,
		.user_id = user_id,
		.network = network_text(context->remote_address, text),
	};
	enum db_result result;

	if (!make_failure_key(context, email, failure.network, failure.key))
		return DB_FAILED;
	result = count_again(&failure);
	if (result == DB_NO_ROW)
		result = insert_first(&failure);
	/* another failure of the same hour has been stored meanwhile */
	return result == DB_DUPLICATE ? count_again(&failure) : result;
}

/* ---- reading ------------------------------------------------------------------------------------ */

struct listing {
	struct event_list *list;
	struct event row;
};

static bool list_event(void *context)
{
	struct listing *listing = context;

	listing->list->events[listing->list->count++] = listing->row;
	return listing->list->count < EVENT_LIST_MAX;
}

enum db_result account_list_events(
	struct db *db, struct arena *arena, int64_t user_id, struct event_list *list)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct event, id, "id"),
		DB_FIELD(struct event, kind, "kind"),
		DB_FIELD_TIME(struct event, created_at, "created_at"),
		DB_FIELD(struct event, occurrences, "occurrences"),
		DB_FIELD(struct event, by_administrator, "by_administrator"),
		DB_FIELD(struct event, system, "os"),
		DB_FIELD(struct event, browser, "browser"),
		DB_FIELD(struct event, network, "network"),
		DB_FIELD(struct event, detail, "detail"),
		{0},
	};
	static const struct db_query LIST = {
		FIELDS, .text = "FROM events WHERE user_id = ? ORDER BY id DESC LIMIT ?"};
	struct listing listing = {.list = list};

	list->count = 0;
	return db_query_each(db, arena, &LIST, DB_PARAMS(DB_INT(user_id), DB_INT(EVENT_LIST_MAX)),
		&listing.row, list_event, &listing);
}

/* ---- maintenance -------------------------------------------------------------------------------- */

/* Run a DELETE with the parameters time and number of rows until nothing is left to delete. */
static enum db_result clean(struct db *db, const struct db_query *delete, instant before)
{
	enum db_result result;
	int64_t changed;

	do
		result = db_execute(
			db, delete, DB_PARAMS(DB_TIME(before), DB_INT(CLEAN_BATCH)), &changed);
	while (result == DB_OK && changed == CLEAN_BATCH);
	return result;
}

enum db_result account_events_clean(struct db *db, const struct settings *settings)
{
	static const struct db_query OLD = {
		.text = "DELETE FROM events WHERE created_at < ? ORDER BY created_at LIMIT ?"};
	static const struct db_query OF_NO_ACCOUNT = {
		.text = "DELETE FROM events WHERE user_id IS NULL AND created_at < ? "
			"ORDER BY id LIMIT ?"};
	instant now = clock_now();
	enum db_result result = clean(db, &OLD, now - settings->event_days * DAY);

	return result == DB_OK ? clean(db, &OF_NO_ACCOUNT, now - DAY) : result;
}
