/*
 * Runs queries: executes, fetches, and repeats those that a lost connection has interrupted.
 */
#include "db/internal.h"

#include "core/log.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	REPLY_TIMEOUT = 30, /* seconds */
	QUERY_LOGGED = 100, /* characters of a failed query */
};

void db_load_library(void)
{
	client_look_up_port_in_file();
	(void)mysql_library_init(0, NULL, NULL); /* connecting tries again, and reports a failure */
}

struct db *db_open(const struct url *url)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL)
		return NULL;
	db->url = url;
	db->timeout = REPLY_TIMEOUT;
	client_look_up_port_in_file();
	return db;
}

void db_close(struct db *db)
{
	if (db == NULL)
		return;
	statements_free(db);
	db_disconnect(db);
	mysql_library_end();
	free(db);
}

void db_set_timeout(struct db *db, unsigned seconds)
{
	db->timeout = seconds;
}

bool db_is_connected(const struct db *db)
{
	return db->mysql != NULL;
}

unsigned db_error_number(const struct db *db)
{
	return db->error_number;
}

const char *db_error_text(const struct db *db)
{
	return db->error_text;
}

int64_t db_inserted_id(const struct db *db)
{
	return db->inserted_id;
}

/* ---- one attempt ------------------------------------------------------------------------------- */

/*
 * The result for the error in db->error_number. A connection that cannot be used any more is dropped. After KILL QUERY
 * (1317) the connection serves, and the statement has had no effect: worth another attempt, as after a conflict.
 */
static enum db_result classify_error(struct db *db)
{
	bool within = db->in_transaction;

	if (db->error_number == ER_DUP_ENTRY)
		return DB_DUPLICATE;
	/* outside a transaction nothing of ours holds a lock for long: a node cut off from its cluster says this */
	if (db_error_is_loss(db->error_number) ||
		(db->error_number == ER_LOCK_WAIT_TIMEOUT && !within)) {
		db_disconnect(db);
		db->in_transaction = within; /* db_transaction() ends it */
		return DB_RETRY;
	}
	if (db->error_number == ER_MAX_PREPARED_STMT_COUNT_REACHED)
		statements_free(db); /* ours count, too */
	return db_error_is_conflict(db->error_number) || db->error_number == ER_QUERY_INTERRUPTED
		       ? DB_RETRY
		       : DB_FAILED;
}

/* The client libraries record some errors only in the connection, not in the statement. */
static enum db_result fail(struct db *db, struct statement *statement)
{
	unsigned number = mysql_stmt_errno(statement->handle);

	if (number != 0)
		db_note_error(db, number, mysql_stmt_error(statement->handle));
	else
		db_note_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
	return classify_error(db);
}

static void log_query(const struct db_request *request, int64_t started)
{
	log_fields(LOG_LEVEL_DEBUG, (const struct log_field[]){
					    LOG_MILLISECONDS("ms", clock_monotonic() - started),
					    LOG_TEXT("query", request->query->text),
					    {0},
				    });
}

static enum db_result execute(
	struct db *db, const struct db_request *request, struct statement **executed)
{
	struct statement *statement;
	int64_t started = log_is_enabled(LOG_LEVEL_DEBUG) ? clock_monotonic() : 0;
	bool failed;

	if (db->in_transaction && db->mysql == NULL)
		return DB_RETRY; /* the second half of a lost transaction must not run alone */
	if (!db_connect(db))
		return DB_FAILED;
	db_note_error(db, 0, "");
	statement = statement_of(db, request);
	if (statement == NULL)
		return classify_error(db);
	failed = mysql_stmt_execute(statement->handle) != 0;
	log_query(request, started);
	if (failed)
		return fail(db, statement);
	*executed = statement;
	return DB_OK;
}

/* Fetch the next row into the target: DB_OK, DB_NO_ROW after the last. */
static enum db_result fetch(
	struct db *db, struct statement *statement, const struct row_target *target)
{
	int fetched = mysql_stmt_fetch(statement->handle);

	if (fetched == MYSQL_NO_DATA)
		return DB_NO_ROW;
	if (fetched != 0 && fetched != MYSQL_DATA_TRUNCATED)
		return fail(db, statement);
	if (row_store(statement, target))
		return DB_OK;
	db_note_error(db, CR_OUT_OF_MEMORY, "out of memory");
	db->error_logged = true; /* by the arena */
	return DB_FAILED;
}

/*
 * Read the rest of the result to its end: a server can report an error after the last row, and
 * mysql_stmt_free_result() would discard it.
 */
static enum db_result discard_rest(struct db *db, struct statement *statement)
{
	int fetched;

	do
		fetched = mysql_stmt_fetch(statement->handle);
	while (fetched == 0 || fetched == MYSQL_DATA_TRUNCATED);
	if (fetched != MYSQL_NO_DATA)
		return fail(db, statement);
	return mysql_stmt_free_result(statement->handle) == 0 ? DB_OK : fail(db, statement);
}

static enum db_result read_first_row(
	struct db *db, const struct db_request *request, const struct row_target *target)
{
	struct statement *statement = NULL;
	enum db_result result = execute(db, request, &statement);

	if (statement == NULL)
		return result;
	result = fetch(db, statement, target);
	if (result == DB_OK)
		return discard_rest(db, statement);
	if (db->mysql != NULL)
		mysql_stmt_free_result(statement->handle);
	return result;
}

/* ---- with further attempts --------------------------------------------------------------------- */

/* Whether to try again: nothing depends on the failed attempt, and the limit of attempts is not reached. */
static bool repeats(const struct db *db, enum db_result result, struct retry *retry)
{
	return result == DB_RETRY && !db->in_transaction && retry_again(retry);
}

/* The result for the caller: outside a transaction, DB_RETRY is final. */
static enum db_result finish(struct db *db, const struct db_request *request, enum db_result result)
{
	char attempt[QUERY_LOGGED];

	if (result == DB_RETRY && !db->in_transaction)
		result = DB_FAILED;
	if (result != DB_FAILED)
		return result;
	snprintf(attempt, sizeof(attempt), "run \"%.*s\"", QUERY_LOGGED - 8, request->query->text);
	db_log_error(db, attempt);
	return DB_FAILED;
}

static enum db_result query_row(
	struct db *db, const struct db_request *request, const struct row_target *target)
{
	struct retry retry = retry_begin();
	enum db_result result;

	do
		result = read_first_row(db, request, target);
	while (repeats(db, result, &retry));
	return finish(db, request, result);
}

static enum db_result fetch_all(struct db *db, struct statement *statement,
	const struct row_target *target, bool (*each)(void *context), void *context)
{
	enum db_result result;

	while ((result = fetch(db, statement, target)) == DB_OK)
		if (!each(context))
			return discard_rest(db, statement);
	if (db->mysql != NULL)
		mysql_stmt_free_result(statement->handle);
	return result == DB_NO_ROW ? DB_OK : result;
}

static enum db_result query_each(struct db *db, const struct db_request *request,
	const struct row_target *target, bool (*each)(void *context), void *context)
{
	struct retry retry = retry_begin();
	struct statement *statement = NULL;
	enum db_result result;

	do
		result = execute(db, request, &statement);
	while (repeats(db, result, &retry));
	if (statement == NULL)
		return finish(db, request, result);
	/* do not repeat the query from here on: the caller may have seen rows */
	return finish(db, request, fetch_all(db, statement, target, each, context));
}

static enum db_result change_rows(struct db *db, const struct db_request *request, int64_t *changed)
{
	struct statement *statement = NULL;
	enum db_result result = execute(db, request, &statement);

	if (statement == NULL)
		return result;
	db->inserted_id = (int64_t)mysql_stmt_insert_id(statement->handle);
	if (changed != NULL)
		*changed = (int64_t)mysql_stmt_affected_rows(statement->handle);
	return DB_OK;
}

static enum db_result change(struct db *db, const struct db_request *request, int64_t *changed)
{
	struct retry retry = retry_begin();
	enum db_result result;

	do
		result = change_rows(db, request, changed);
	while (repeats(db, result, &retry));
	return finish(db, request, result);
}

/* ---- db.h -------------------------------------------------------------------------------------- */

enum db_result db_query_row(struct db *db, struct arena *arena, const struct db_query *query,
	struct db_params params, void *row)
{
	const struct db_request request = {query, params};
	const struct row_target target = {.arena = arena, .row = row};

	return query_row(db, &request, &target);
}

enum db_result db_query_each(struct db *db, struct arena *arena, const struct db_query *query,
	struct db_params params, void *row, bool (*each)(void *context), void *context)
{
	const struct db_request request = {query, params};
	const struct row_target target = {.arena = arena, .row = row};

	return query_each(db, &request, &target, each, context);
}

enum db_result db_execute(
	struct db *db, const struct db_query *query, struct db_params params, int64_t *changed)
{
	const struct db_request request = {query, params};

	return change(db, &request, changed);
}

enum db_result db_execute_one(struct db *db, const struct db_query *query, struct db_params params)
{
	int64_t changed = 0;
	enum db_result result = db_execute(db, query, params, &changed);

	return result == DB_OK && changed != 1 ? DB_NO_ROW : result;
}
