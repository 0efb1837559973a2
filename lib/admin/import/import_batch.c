/*
 * Each table has two statements: one for a single row, one for many. They are built from names in this program's
 * source; every value is a parameter.
 */
#include "admin/import/import_batch.h"

#include <stdlib.h>
#include <string.h>

enum {
	PARAMS = 1000,          /* at most, in one statement */
	MAX_BYTES = 512 * 1024, /* of its texts: every server accepts packets of 1 MiB */
};

struct import_batch {
	struct db *db;
	struct db_query one, many;
	size_t column_count, row_count;
	struct arena texts;
	size_t rows, bytes; /* added and not inserted */
	struct db_param params[];
};

static char *put(char *at, const char *text)
{
	return mempcpy(at, text, strlen(text));
}

/* INSERT INTO table (column, ...) VALUES (?, ...), ... */
static const char *make_sql(struct arena *arena, const char *table, const char *const *columns,
	int column_count, size_t rows)
{
	static const char BEGIN[] = "INSERT INTO ", NAMES[] = " (", VALUES[] = ") VALUES ";
	size_t size = sizeof(BEGIN) + sizeof(NAMES) + sizeof(VALUES) + strlen(table) +
		      rows * (size_t)(2 * column_count + 2);
	char *sql, *at;

	for (int i = 0; i < column_count; i++)
		size += strlen(columns[i]) + 1;
	sql = at = arena_alloc(arena, size);
	if (sql == NULL)
		return NULL;
	at = put(put(put(at, BEGIN), table), NAMES);
	for (int i = 0; i < column_count; i++)
		at = put(put(at, i == 0 ? "" : ","), columns[i]);
	at = put(at, VALUES);
	for (size_t row = 0; row < rows; row++) {
		at = put(at, row == 0 ? "(" : ",(");
		for (int i = 0; i < column_count; i++)
			at = put(at, i == 0 ? "?" : ",?");
		at = put(at, ")");
	}
	*at = '\0';
	return sql;
}

struct import_batch *import_batch_new(struct db *db, struct arena *arena, const char *table,
	const char *const *columns, int column_count)
{
	size_t rows = PARAMS / (size_t)column_count, params = rows * (size_t)column_count;
	struct import_batch *batch =
		arena_alloc(arena, sizeof(*batch) + params * sizeof(*batch->params));

	if (batch == NULL)
		return NULL;
	*batch = (struct import_batch){
		.db = db,
		.one.text = make_sql(arena, table, columns, column_count, 1),
		.many.text = make_sql(arena, table, columns, column_count, rows),
		.column_count = (size_t)column_count,
		.row_count = rows,
		.texts = ARENA_EMPTY,
	};
	return batch->one.text == NULL || batch->many.text == NULL ? NULL : batch;
}

void import_batch_clear(struct import_batch *batch)
{
	batch->rows = batch->bytes = 0;
	arena_reset(&batch->texts);
}

enum db_result import_batch_end(struct import_batch *batch)
{
	size_t columns = batch->column_count;
	enum db_result result = DB_OK;

	if (batch->rows == batch->row_count && batch->bytes <= MAX_BYTES)
		result = db_execute(batch->db, &batch->many,
			(struct db_params){batch->params, batch->rows * columns}, NULL);
	else
		for (size_t row = 0; row < batch->rows && result == DB_OK; row++)
			result = db_execute(batch->db, &batch->one,
				(struct db_params){batch->params + row * columns, columns}, NULL);
	import_batch_clear(batch);
	return result;
}

enum db_result import_batch_add(struct import_batch *batch, const char *const *values)
{
	struct db_param *params = batch->params + batch->rows * batch->column_count;

	for (size_t i = 0; i < batch->column_count; i++) {
		const char *copy = NULL;

		if (values[i] != NULL) {
			copy = arena_copy(&batch->texts, values[i], strlen(values[i]));
			if (copy == NULL)
				return DB_FAILED;
			batch->bytes += strlen(copy);
		}
		params[i] = DB_TEXT(copy);
	}
	batch->rows++;
	if (batch->rows < batch->row_count && batch->bytes <= MAX_BYTES)
		return DB_OK;
	return import_batch_end(batch);
}

void import_batch_free(struct import_batch *batch)
{
	if (batch != NULL)
		arena_free(&batch->texts);
}
