/*
 * Rows of the table recent_errors.
 */
#include "account/administration/recent_error.h"

#include "core/log.h"

/* ---- writing ------------------------------------------------------------------------------------ */

struct stored_error {
	struct log_kept kept;
	int64_t digest;
};

/* FNV-1a. Nothing depends on who can find two messages with the same digest. */
static int64_t digest_of(const char *message)
{
	uint64_t digest = UINT64_C(14695981039346656037);

	for (const char *c = message; *c != '\0'; c++)
		digest = (digest ^ (unsigned char)*c) * UINT64_C(1099511628211);
	return (int64_t)(digest >> 1);
}

/* In this order, MySQL sees the old digest where it compares. DB_NO_ROW: the slot is empty. */
static enum db_result replace(struct db *db, const struct stored_error *error)
{
	static const struct db_query REPLACE = {
		.text = "UPDATE recent_errors SET "
			"first_at = IF(digest = ?, first_at, UTC_TIMESTAMP(6)), digest = ?, "
			"message = ?, request = ?, last_at = UTC_TIMESTAMP(6) "
			"WHERE program = ? AND slot = ?"};

	return db_execute_one(db, &REPLACE,
		DB_PARAMS(DB_INT(error->digest), DB_INT(error->digest),
			DB_TEXT(error->kept.message), DB_TEXT(error->kept.request),
			DB_TEXT(error->kept.program), DB_INT(error->digest % RECENT_ERROR_SLOTS)));
}

static enum db_result insert(struct db *db, const struct stored_error *error)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO recent_errors "
			"(program, slot, digest, message, request, first_at, last_at) VALUES "
			"(?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))"};

	return db_execute(db, &INSERT,
		DB_PARAMS(DB_TEXT(error->kept.program), DB_INT(error->digest % RECENT_ERROR_SLOTS),
			DB_INT(error->digest), DB_TEXT(error->kept.message),
			DB_TEXT(error->kept.request)),
		NULL);
}

static bool was_just_stored(int64_t digest)
{
	static int64_t last_digest, stored_at;
	int64_t now = clock_monotonic();

	if (digest == last_digest && now - stored_at < MICROSECONDS)
		return true;
	last_digest = digest;
	stored_at = now;
	return false;
}

void recent_error_store(struct db *db)
{
	struct stored_error error;

	/* without a connection the database is what fails: do not wait for it again */
	if (!log_first_error(&error.kept) || !db_is_connected(db))
		return;
	error.digest = digest_of(error.kept.message);
	if (was_just_stored(error.digest))
		return;
	log_set_optional(true);
	if (replace(db, &error) == DB_NO_ROW && insert(db, &error) == DB_DUPLICATE)
		replace(db, &error); /* another process has filled the slot meanwhile */
	log_set_optional(false);
}

/* ---- reading ------------------------------------------------------------------------------------ */

struct listing {
	struct recent_error_list *list;
	struct recent_error row;
};

static bool list_error(void *context)
{
	struct listing *listing = context;

	listing->list->errors[listing->list->count++] = listing->row;
	return listing->list->count < RECENT_ERROR_LIST;
}

enum db_result recent_error_read(struct db *db, struct arena *arena, struct recent_error_list *list)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct recent_error, program, "program"),
		DB_FIELD(struct recent_error, message, "message"),
		DB_FIELD(struct recent_error, request, "request"),
		DB_FIELD_TIME(struct recent_error, first_at, "first_at"),
		DB_FIELD_TIME(struct recent_error, last_at, "last_at"),
		{0},
	};
	static const struct db_query LIST = {
		FIELDS, .text = "FROM recent_errors ORDER BY last_at DESC LIMIT ?"};
	struct listing listing = {.list = list};

	list->count = 0;
	return db_query_each(db, arena, &LIST, DB_PARAMS(DB_INT(RECENT_ERROR_LIST)), &listing.row,
		list_error, &listing);
}

enum db_result recent_errors_clean(struct db *db)
{
	static const struct db_query CLEAN = {
		.text = "DELETE FROM recent_errors "
			"WHERE last_at < UTC_TIMESTAMP(6) - INTERVAL ? DAY"};

	return db_execute(db, &CLEAN, DB_PARAMS(DB_INT(RECENT_ERROR_DAYS)), NULL);
}
