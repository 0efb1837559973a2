/*
 * Copies a fetched row from its buffers to the members of a struct.
 */
#include "db/internal.h"

void row_bind_column(MYSQL_BIND *bind, enum db_type type, struct db_cell *cell)
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
		bind->buffer_length = DB_TEXT_BUFFER;
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

/* The text of a cell, in the arena; NULL when out of memory. */
static const char *copy_text(struct arena *arena, const struct statement *statement, size_t i)
{
	const struct db_cell *cell = &statement->cells[i];
	MYSQL_BIND rest = statement->results[i];
	char *text;

	if (cell->length <= DB_TEXT_BUFFER)
		return arena_copy(arena, cell->text, cell->length);
	text = arena_alloc(arena, cell->length + 1);
	if (text == NULL)
		return NULL;
	rest.buffer = text;
	rest.buffer_length = cell->length;
	if (mysql_stmt_fetch_column(statement->handle, &rest, (unsigned)i, 0) != 0)
		return NULL;
	text[cell->length] = '\0';
	return text;
}

static bool store_cell(struct arena *arena, const struct statement *statement, size_t i,
	enum db_type type, void *to)
{
	const struct db_cell *cell = &statement->cells[i];

	switch (type) {
	case DB_TYPE_INT:
		*(int64_t *)to = cell->is_null ? 0 : cell->integer;
		return true;
	case DB_TYPE_BOOL:
		*(bool *)to = !cell->is_null && cell->integer != 0;
		return true;
	case DB_TYPE_DOUBLE:
		*(double *)to = cell->is_null ? 0 : cell->real;
		return true;
	case DB_TYPE_TIME:
		*(instant *)to = cell->is_null ? INSTANT_NONE : from_mysql_time(&cell->time);
		return true;
	case DB_TYPE_TEXT:
	case DB_TYPE_BYTES:
		*(const char **)to = cell->is_null ? NULL : copy_text(arena, statement, i);
		return cell->is_null || *(const char **)to != NULL;
	}
	return false;
}

bool row_store(const struct statement *statement, const struct row_target *target)
{
	for (size_t i = 0; i < statement->column_count; i++) {
		const struct statement_column *column = &statement->columns[i];
		void *to = (char *)target->row + column->offset;

		if (!store_cell(target->arena, statement, i, column->type, to))
			return false;
	}
	return true;
}
