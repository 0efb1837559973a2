/*
 * Prepared statements: found by the address of their text, bound, executed, fetched.
 *
 * Every column has a buffer that most values fit in, so that one call fetches the row; a longer text is
 * fetched again, straight into the arena.
 */
#include "db/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 48, TEXT_BUFFER = 256 };

struct cell {
	union {
		long long integer;
		double real;
		MYSQL_TIME time;
		char text[TEXT_BUFFER];
	};
	unsigned long length;
	client_bool is_null;
};

struct statement {
	const char *sql;
	MYSQL_STMT *handle;
	size_t param_count;
	MYSQL_BIND *params;
	MYSQL_TIME *times; /* one a parameter */
	size_t column_count;
	MYSQL_BIND *results;
	struct cell *cells;
};

void statement_free(struct statement *statement)
{
	mysql_stmt_close(statement->handle);
	free(statement->params);
	free(statement->times);
	free(statement->results);
	free(statement->cells);
	free(statement);
}

/* ---- parameters -------------------------------------------------------------------------------- */

static MYSQL_TIME to_mysql_time(instant when)
{
	struct civil civil = clock_to_civil(when);

	return (MYSQL_TIME){
		.year = (unsigned)civil.year,
		.month = (unsigned)civil.month,
		.day = (unsigned)civil.day,
		.hour = (unsigned)civil.hour,
		.minute = (unsigned)civil.minute,
		.second = (unsigned)civil.second,
		.second_part = (unsigned long)civil.microsecond,
		.time_type = MYSQL_TIMESTAMP_DATETIME,
	};
}

static void bind_param(MYSQL_BIND *bind, const struct db_param *param, MYSQL_TIME *time)
{
	*bind = (MYSQL_BIND){0};
	switch (param->type) {
	case DB_TYPE_INT:
	case DB_TYPE_BOOL:
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->buffer = (void *)&param->integer;
		return;
	case DB_TYPE_DOUBLE:
		bind->buffer_type = MYSQL_TYPE_DOUBLE;
		bind->buffer = (void *)&param->real;
		return;
	case DB_TYPE_TIME:
		bind->buffer_type =
			param->integer == INSTANT_NONE ? MYSQL_TYPE_NULL : MYSQL_TYPE_DATETIME;
		if (param->integer != INSTANT_NONE)
			*time = to_mysql_time(param->integer);
		bind->buffer = time;
		return;
	case DB_TYPE_TEXT:
	case DB_TYPE_BYTES:
		if (param->text == NULL) {
			bind->buffer_type = MYSQL_TYPE_NULL;
			return;
		}
		bind->buffer_type =
			param->type == DB_TYPE_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
		bind->buffer = (void *)param->text;
		bind->buffer_length = strlen(param->text);
		return;
	}
}

/* Room for the parameters, as many as the statement turned out to have. */
static bool make_params(struct statement *statement)
{
	statement->param_count = mysql_stmt_param_count(statement->handle);
	if (statement->param_count == 0)
		return true;
	statement->params = calloc(statement->param_count, sizeof(*statement->params));
	statement->times = calloc(statement->param_count, sizeof(*statement->times));
	return statement->params != NULL && statement->times != NULL;
}

static bool bind_params(struct statement *statement, const struct db_param *params)
{
	for (size_t i = 0; i < statement->param_count; i++)
		bind_param(&statement->params[i], &params[i], &statement->times[i]);
	return statement->param_count == 0 ||
	       mysql_stmt_bind_param(statement->handle, statement->params) == 0;
}

/* ---- columns ----------------------------------------------------------------------------------- */

static void bind_result(MYSQL_BIND *bind, enum db_type type, struct cell *cell)
{
	bind->buffer = cell->text;
	bind->length = &cell->length;
	bind->is_null = &cell->is_null;
	switch (type) {
	case DB_TYPE_INT:
	case DB_TYPE_BOOL:
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		return;
	case DB_TYPE_DOUBLE:
		bind->buffer_type = MYSQL_TYPE_DOUBLE;
		return;
	case DB_TYPE_TIME:
		bind->buffer_type = MYSQL_TYPE_DATETIME;
		return;
	case DB_TYPE_TEXT:
	case DB_TYPE_BYTES:
		bind->buffer_type = MYSQL_TYPE_STRING;
		bind->buffer_length = TEXT_BUFFER;
		return;
	}
}

static instant from_mysql_time(const MYSQL_TIME *time)
{
	struct civil civil = {
		.year = (int)time->year,
		.month = (int)time->month,
		.day = (int)time->day,
		.hour = (int)time->hour,
		.minute = (int)time->minute,
		.second = (int)time->second,
		.microsecond = (int)time->second_part,
	};

	return clock_from_civil(&civil);
}

/* The text of a cell, in the arena; NULL when memory is out. */
static const char *cell_text(struct db *db, struct statement *statement, size_t column)
{
	struct cell *cell = &statement->cells[column];
	MYSQL_BIND rest = statement->results[column];
	char *text;

	if (cell->length <= TEXT_BUFFER)
		return arena_copy(db->arena, cell->text, cell->length);
	text = arena_alloc(db->arena, cell->length + 1);
	if (text == NULL)
		return NULL;
	rest.buffer = text;
	rest.buffer_length = cell->length;
	if (mysql_stmt_fetch_column(statement->handle, &rest, (unsigned)column, 0) != 0)
		return NULL;
	text[cell->length] = '\0';
	return text;
}

static bool store_cell(
	struct db *db, struct statement *statement, size_t i, const struct db_column *column)
{
	struct cell *cell = &statement->cells[i];

	switch (column->type) {
	case DB_TYPE_INT:
		*(int64_t *)column->to = cell->is_null ? 0 : cell->integer;
		return true;
	case DB_TYPE_BOOL:
		*(bool *)column->to = !cell->is_null && cell->integer != 0;
		return true;
	case DB_TYPE_DOUBLE:
		*(double *)column->to = cell->is_null ? 0 : cell->real;
		return true;
	case DB_TYPE_TIME:
		*(instant *)column->to =
			cell->is_null ? INSTANT_NONE : from_mysql_time(&cell->time);
		return true;
	case DB_TYPE_TEXT:
	case DB_TYPE_BYTES:
		*(const char **)column->to = cell->is_null ? NULL : cell_text(db, statement, i);
		return cell->is_null || *(const char **)column->to != NULL;
	}
	return false;
}

/* ---- preparing --------------------------------------------------------------------------------- */

static bool bind_results(struct statement *statement, const struct db_column *columns, size_t count)
{
	statement->column_count = count;
	if (count == 0)
		return true;
	statement->results = calloc(count, sizeof(*statement->results));
	statement->cells = calloc(count, sizeof(*statement->cells));
	if (statement->results == NULL || statement->cells == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		bind_result(&statement->results[i], columns[i].type, &statement->cells[i]);
	return mysql_stmt_bind_result(statement->handle, statement->results) == 0;
}

static struct statement *prepare(
	struct db *db, const char *sql, const struct db_column *columns, size_t column_count)
{
	struct statement *statement = calloc(1, sizeof(*statement));

	if (statement == NULL)
		return NULL;
	statement->sql = sql;
	statement->handle = mysql_stmt_init(db->mysql);
	if (statement->handle == NULL) {
		free(statement);
		return NULL;
	}
	if (mysql_stmt_prepare(statement->handle, sql, strlen(sql)) == 0 &&
		make_params(statement) && bind_results(statement, columns, column_count)) {
		assert(mysql_stmt_field_count(statement->handle) == column_count);
		return statement;
	}
	db_note_error(db, mysql_stmt_errno(statement->handle), mysql_stmt_error(statement->handle));
	statement_free(statement);
	return NULL;
}

static struct statement *find_or_prepare(
	struct db *db, const char *sql, const struct db_column *columns, size_t column_count)
{
	struct statement *statement;

	for (int i = 0; i < db->statement_count; i++)
		if (db->statements[i]->sql == sql)
			return db->statements[i];
	assert(db->statement_count < DB_MAX_STATEMENTS);
	statement = prepare(db, sql, columns, column_count);
	if (statement != NULL)
		db->statements[db->statement_count++] = statement;
	return statement;
}

/* ---- executing --------------------------------------------------------------------------------- */

struct question {
	const char *sql;
	const struct db_param *params;
	size_t param_count;
	const struct db_column *columns;
	size_t column_count;
};

/* The meaning of the error in db->error_number. A connection of no more use is dropped. */
static enum db_result judge(struct db *db)
{
	bool within = db->in_transaction;

	if (db->error_number == ER_DUP_ENTRY)
		return DB_DUPLICATE;
	if (db_error_is_conflict(db->error_number))
		return DB_AGAIN;
	if (db_error_is_loss(db->error_number)) {
		db_disconnect(db);
		db->in_transaction = within; /* db_transaction() ends it */
		return DB_AGAIN;
	}
	return DB_FAILED;
}

static enum db_result fail(struct db *db, struct statement *statement)
{
	db_note_error(db, mysql_stmt_errno(statement->handle), mysql_stmt_error(statement->handle));
	return judge(db);
}

static enum db_result execute(
	struct db *db, const struct question *question, struct statement **executed)
{
	struct statement *statement;

	assert(question->column_count <= MAX_COLUMNS);
	if (db->in_transaction && db->mysql == NULL)
		return DB_AGAIN; /* what was lost must not go on half on a new connection */
	if (!db_connect(db))
		return DB_FAILED;
	db_note_error(db, 0, "");
	statement = find_or_prepare(db, question->sql, question->columns, question->column_count);
	if (statement == NULL)
		return judge(db);
	assert(statement->param_count == question->param_count);
	if (!bind_params(statement, question->params) || mysql_stmt_execute(statement->handle) != 0)
		return fail(db, statement);
	*executed = statement;
	return DB_OK;
}

/* Fetch the next row into the columns: DB_OK, DB_NO_ROW after the last. */
static enum db_result fetch(
	struct db *db, struct statement *statement, const struct db_column *columns)
{
	int fetched = mysql_stmt_fetch(statement->handle);

	if (fetched == MYSQL_NO_DATA)
		return DB_NO_ROW;
	if (fetched != 0 && fetched != MYSQL_DATA_TRUNCATED)
		return fail(db, statement);
	for (size_t i = 0; i < statement->column_count; i++)
		if (!store_cell(db, statement, i, &columns[i])) {
			db_note_error(db, CR_OUT_OF_MEMORY, "out of memory");
			return DB_FAILED;
		}
	return DB_OK;
}

static enum db_result ask_row(struct db *db, const struct question *question)
{
	struct statement *statement;
	enum db_result result = execute(db, question, &statement);

	if (result != DB_OK)
		return result;
	result = fetch(db, statement, question->columns);
	/* also takes what is left of the answer off the connection */
	if (db->mysql != NULL && mysql_stmt_free_result(statement->handle) != 0 && result == DB_OK)
		return fail(db, statement);
	return result;
}

/* Ask a second time when the connection had been lost and nothing depends on the first. */
static bool worth_repeating(const struct db *db, enum db_result result)
{
	return result == DB_AGAIN && !db->in_transaction;
}

/* What the caller gets to see. Outside a transaction there is nobody left to try again. */
static enum db_result conclude(struct db *db, enum db_result result)
{
	if (result == DB_AGAIN && !db->in_transaction)
		result = DB_FAILED;
	if (result == DB_FAILED)
		db_log_error(db);
	return result;
}

enum db_result db_row(struct db *db, const char *sql, const struct db_param *params,
	size_t param_count, const struct db_column *columns, size_t column_count)
{
	const struct question question = {sql, params, param_count, columns, column_count};
	enum db_result result = ask_row(db, &question);

	if (worth_repeating(db, result))
		result = ask_row(db, &question);
	return conclude(db, result);
}

static enum db_result fetch_all(struct db *db, struct statement *statement,
	const struct db_column *columns, bool (*each)(void *context), void *context)
{
	enum db_result result;

	while ((result = fetch(db, statement, columns)) == DB_OK)
		if (!each(context))
			break;
	return result == DB_NO_ROW ? DB_OK : result;
}

enum db_result db_rows(struct db *db, const char *sql, const struct db_param *params,
	size_t param_count, const struct db_column *columns, size_t column_count,
	bool (*each)(void *context), void *context)
{
	const struct question question = {sql, params, param_count, columns, column_count};
	struct statement *statement;
	enum db_result result = execute(db, &question, &statement);

	if (worth_repeating(db, result))
		result = execute(db, &question, &statement);
	if (result != DB_OK)
		return conclude(db, result);
	/* from here on rows may have been handed out: nothing is repeated */
	result = fetch_all(db, statement, columns, each, context);
	if (db->mysql != NULL && mysql_stmt_free_result(statement->handle) != 0 && result == DB_OK)
		result = fail(db, statement);
	return conclude(db, result);
}

static enum db_result make_change(struct db *db, const struct question *question, int64_t *changed)
{
	struct statement *statement;
	enum db_result result = execute(db, question, &statement);

	if (result != DB_OK)
		return result;
	db->inserted_id = (int64_t)mysql_stmt_insert_id(statement->handle);
	if (changed != NULL)
		*changed = (int64_t)mysql_stmt_affected_rows(statement->handle);
	return DB_OK;
}

enum db_result db_change(struct db *db, const char *sql, const struct db_param *params,
	size_t param_count, int64_t *changed)
{
	const struct question question = {.sql = sql, .params = params, .param_count = param_count};
	enum db_result result = make_change(db, &question, changed);

	if (worth_repeating(db, result))
		result = make_change(db, &question, changed);
	return conclude(db, result);
}

int64_t db_inserted_id(const struct db *db)
{
	return db->inserted_id;
}
