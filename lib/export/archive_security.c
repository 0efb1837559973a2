/*
 * Secrets are left out: the hashes of tokens.
 */
#include "export/archive_security.h"

/* One row of any of the lists. */
struct row {
	int64_t id, occurrences;
	bool by_administrator;
	const char *kind, *name, *scope, *system, *browser, *network, *detail;
	instant created_at, last_at, expires_at, revoked_at;
};

struct list {
	struct json_writer *writer;
	void (*write)(struct json_writer *writer, const struct row *row);
	struct row row;
};

static void write_session(struct json_writer *writer, const struct row *row)
{
	archive_write_text(writer, "system", row->system);
	archive_write_text(writer, "browser", row->browser);
	archive_write_text(writer, "network", row->network);
	archive_write_time(writer, "created_at", row->created_at);
	archive_write_time(writer, "last_seen_at", row->last_at);
	archive_write_time(writer, "expires_at", row->expires_at);
}

static void write_token(struct json_writer *writer, const struct row *row)
{
	archive_write_text(writer, "name", row->name);
	archive_write_text(writer, "scope", row->scope);
	archive_write_time(writer, "created_at", row->created_at);
	archive_write_time(writer, "expires_at", row->expires_at);
	archive_write_time(writer, "last_used_at", row->last_at);
	archive_write_time(writer, "revoked_at", row->revoked_at);
}

static void write_event(struct json_writer *writer, const struct row *row)
{
	archive_write_text(writer, "kind", row->kind);
	archive_write_time(writer, "created_at", row->created_at);
	archive_write_integer(writer, "occurrences", row->occurrences);
	archive_write_flag(writer, "by_administrator", row->by_administrator);
	archive_write_text(writer, "system", row->system);
	archive_write_text(writer, "browser", row->browser);
	archive_write_text(writer, "network", row->network);
	archive_write_text(writer, "detail", row->detail);
}

static bool write_row(void *context)
{
	struct list *list = context;

	json_write_open(list->writer, '{');
	list->write(list->writer, &list->row);
	json_write_close(list->writer, '}');
	return !list->writer->failed;
}

static enum db_result write_list(struct list *list, struct db *db, struct arena *arena,
	const char *key, const struct db_query *query, int64_t user_id)
{
	enum db_result result;

	list->row = (struct row){0};
	json_write_key(list->writer, key);
	json_write_open(list->writer, '[');
	result = db_query_each(
		db, arena, query, DB_PARAMS(DB_INT(user_id)), &list->row, write_row, list);
	json_write_close(list->writer, ']');
	return result;
}

/* Of sessions and events: the client, and when it came. */
static const struct db_field CLIENT[] = {
	DB_FIELD(struct row, system, "os"),
	DB_FIELD(struct row, browser, "browser"),
	DB_FIELD(struct row, network, "network"),
	DB_FIELD_TIME(struct row, created_at, "created_at"),
	{0},
};

static const struct db_field SESSION[] = {
	DB_FIELD_TIME(struct row, last_at, "last_seen_at"),
	DB_FIELD_TIME(struct row, expires_at, "expires_at"),
	DB_MORE(CLIENT),
	{0},
};

static const struct db_field TOKEN[] = {
	DB_FIELD(struct row, name, "name"),
	DB_FIELD(struct row, scope, "scope"),
	DB_FIELD_TIME(struct row, created_at, "created_at"),
	DB_FIELD_TIME(struct row, expires_at, "expires_at"),
	DB_FIELD_TIME(struct row, last_at, "last_used_at"),
	DB_FIELD_TIME(struct row, revoked_at, "revoked_at"),
	{0},
};

static const struct db_field EVENT[] = {
	DB_FIELD(struct row, kind, "kind"),
	DB_FIELD(struct row, occurrences, "occurrences"),
	DB_FIELD(struct row, by_administrator, "by_administrator"),
	DB_FIELD(struct row, detail, "detail"),
	DB_MORE(CLIENT),
	{0},
};

enum db_result archive_write_security(
	struct json_writer *writer, struct db *db, struct arena *arena, int64_t user_id)
{
	static const struct db_query SESSIONS = {
		SESSION, .text = "FROM sessions WHERE user_id = ? ORDER BY id"};
	static const struct db_query TOKENS = {
		TOKEN, .text = "FROM personal_tokens WHERE user_id = ? ORDER BY id"};
	static const struct db_query EVENTS = {
		EVENT, .text = "FROM events WHERE user_id = ? ORDER BY id"};
	struct list list = {.writer = writer, .write = write_session};
	enum db_result result = write_list(&list, db, arena, "sessions", &SESSIONS, user_id);

	list.write = write_token;
	if (result == DB_OK)
		result = write_list(&list, db, arena, "personal_tokens", &TOKENS, user_id);
	list.write = write_event;
	return result == DB_OK ? write_list(&list, db, arena, "events", &EVENTS, user_id) : result;
}
