/*
 * Prepared statements: made from a query at its first use on a connection, found by the query's address.
 */
#include "db/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void statement_free(struct statement *statement)
{
	if (statement->handle != NULL)
		mysql_stmt_close(statement->handle);
	free(statement->params);
	free(statement->times);
	free(statement->columns);
	free(statement->results);
	free(statement->cells);
	free(statement);
}

void statements_free(struct db *db)
{
	for (size_t i = 0; i < db->statement_count; i++)
		statement_free(db->statements[i]);
	free(db->statements);
	db->statements = NULL;
	db->statement_count = db->statement_room = 0;
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

static void bind_text(MYSQL_BIND *bind, const struct db_param *param)
{
	bind->buffer_type = MYSQL_TYPE_NULL;
	if (param->text == NULL)
		return;
	bind->buffer_type = param->type == DB_TYPE_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
	bind->buffer = (void *)param->text;
	bind->buffer_length = strlen(param->text);
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
		bind_text(bind, param);
		return;
	}
}

/* Allocate the parameters, as many as the statement has. */
static bool make_params(struct statement *statement)
{
	statement->param_count = mysql_stmt_param_count(statement->handle);
	if (statement->param_count == 0)
		return true;
	statement->params = calloc(statement->param_count, sizeof(*statement->params));
	statement->times = calloc(statement->param_count, sizeof(*statement->times));
	return statement->params != NULL && statement->times != NULL;
}

static bool bind_params(struct statement *statement, struct db_params params)
{
	for (size_t i = 0; i < statement->param_count; i++)
		bind_param(&statement->params[i], &params.list[i], &statement->times[i]);
	return statement->param_count == 0 ||
	       mysql_stmt_bind_param(statement->handle, statement->params) == 0;
}

/* ---- columns ----------------------------------------------------------------------------------- */

/* NOLINTBEGIN(misc-no-recursion): lists are nested like the structs that they fill */

static size_t count_columns(const struct db_field *fields)
{
	size_t count = 0;

	for (; fields->column != NULL; fields++)
		count += fields->inner == NULL ? 1 : count_columns(fields->inner);
	return count;
}

/* Add the columns of the struct that is the member `outer` of the row. */
static void add_columns(struct statement *statement, const struct db_field *outer)
{
	for (const struct db_field *field = outer->inner; field->column != NULL; field++) {
		struct db_field member = *field;

		member.offset += outer->offset;
		if (member.inner != NULL)
			add_columns(statement, &member);
		else
			statement->columns[statement->column_count++] = (struct statement_column){
				outer->column, member.column, member.type, member.offset};
	}
}

/* NOLINTEND(misc-no-recursion) */

static bool make_columns(struct statement *statement, const struct db_query *query)
{
	const struct db_field row = DB_MORE(query->fields);
	size_t count;

	if (query->fields == NULL)
		return true;
	count = count_columns(query->fields);
	statement->columns = calloc(count, sizeof(*statement->columns));
	statement->results = calloc(count, sizeof(*statement->results));
	statement->cells = calloc(count, sizeof(*statement->cells));
	if (statement->columns == NULL || statement->results == NULL || statement->cells == NULL)
		return false;
	add_columns(statement, &row);
	for (size_t i = 0; i < count; i++)
		row_bind_column(
			&statement->results[i], statement->columns[i].type, &statement->cells[i]);
	return true;
}

/* ---- preparing --------------------------------------------------------------------------------- */

/* "SELECT <the columns> <text>"; NULL when out of memory. To be freed. */
static char *select_text(const struct statement *statement, const char *text)
{
	char *sql = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&sql, &size);

	if (stream == NULL)
		return NULL;
	for (size_t i = 0; i < statement->column_count; i++) {
		const struct statement_column *column = &statement->columns[i];

		fprintf(stream, "%s%s%s%s", i == 0 ? "SELECT " : ", ", column->table,
			*column->table == '\0' ? "" : ".", column->name);
	}
	fprintf(stream, " %s", text);
	if (fclose(stream) == 0)
		return sql;
	free(sql);
	return NULL;
}

static bool send_prepare(struct statement *statement, const struct db_query *query)
{
	bool selects = query->fields != NULL;
	char *selecting = selects ? select_text(statement, query->text) : NULL;
	const char *sql = selects ? selecting : query->text;
	bool prepared = sql != NULL && mysql_stmt_prepare(statement->handle, sql, strlen(sql)) == 0;

	free(selecting);
	return prepared;
}

/* A field list or a parameter list that does not fit the statement is a mistake in the program. */
static bool counts_match(const struct statement *statement, const struct db_request *request)
{
	return mysql_stmt_field_count(statement->handle) == statement->column_count &&
	       statement->param_count == request->params.count;
}

static bool complete(struct db *db, struct statement *statement, const struct db_request *request)
{
	if (!make_columns(statement, request->query)) {
		db_note_error(db, CR_OUT_OF_MEMORY, "out of memory");
		return false;
	}
	if (!send_prepare(statement, request->query) || !make_params(statement) ||
		(statement->column_count > 0 &&
			mysql_stmt_bind_result(statement->handle, statement->results) != 0)) {
		db_note_error(db, mysql_stmt_errno(statement->handle),
			mysql_stmt_error(statement->handle));
		return false;
	}
	if (counts_match(statement, request))
		return true;
	db_note_error(db, CR_PARAMS_NOT_BOUND, "columns or parameters do not match the statement");
	return false;
}

static struct statement *prepare(struct db *db, const struct db_request *request)
{
	struct statement *statement = calloc(1, sizeof(*statement));

	if (statement != NULL)
		statement->handle = mysql_stmt_init(db->mysql);
	if (statement == NULL || statement->handle == NULL) {
		free(statement);
		db_note_error(db, CR_OUT_OF_MEMORY, "out of memory");
		return NULL;
	}
	statement->query = request->query;
	statement->text = request->query->text;
	if (complete(db, statement, request))
		return statement;
	statement_free(statement);
	return NULL;
}

static bool make_room(struct db *db)
{
	size_t room = db->statement_room == 0 ? 16 : 2 * db->statement_room;
	struct statement **statements;

	if (db->statement_count < db->statement_room)
		return true;
	statements = realloc(db->statements,
		room * sizeof(*statements)); // NOLINT(bugprone-sizeof-expression): of pointers
	if (statements == NULL)
		return false;
	db->statements = statements;
	db->statement_room = room;
	return true;
}

/* The place of the request's statement, or a new one at the end. NULL when out of memory. */
static struct statement **find_place(struct db *db, const struct db_request *request)
{
	for (size_t i = 0; i < db->statement_count; i++)
		if (db->statements[i]->query == request->query)
			return &db->statements[i];
	if (!make_room(db)) {
		db_note_error(db, CR_OUT_OF_MEMORY, "out of memory");
		return NULL;
	}
	return &db->statements[db->statement_count];
}

static struct statement *find_or_prepare(struct db *db, const struct db_request *request)
{
	struct statement **place = find_place(db, request);
	struct statement *statement;
	bool known;

	if (place == NULL)
		return NULL;
	known = place != &db->statements[db->statement_count];
	if (known && (*place)->text == request->query->text)
		return *place;
	statement = prepare(db, request);
	if (statement == NULL)
		return NULL;
	if (known)
		statement_free(*place);
	else
		db->statement_count++;
	*place = statement;
	return statement;
}

struct statement *statement_of(struct db *db, const struct db_request *request)
{
	struct statement *statement;

	if (db->statements_of != db->connection) {
		statements_free(db);
		db->statements_of = db->connection;
	}
	statement = find_or_prepare(db, request);
	if (statement == NULL)
		return NULL;
	if (bind_params(statement, request->params))
		return statement;
	db_note_error(db, mysql_stmt_errno(statement->handle), mysql_stmt_error(statement->handle));
	return NULL;
}
