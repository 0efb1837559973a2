/*
 * A page is read to its end before its first row is handed out: the reader of our output may be slow, and
 * the server would close a connection on which it cannot send.
 */
#include "operator/pages.h"

#include "core/json.h"
#include "operator/report.h"

#include <stdlib.h>
#include <string.h>

struct reading {
	const struct pages *pages;
	char *rows;
	size_t count;
};

static bool keep_row(void *context)
{
	struct reading *reading = context;
	size_t size = reading->pages->row_size;

	memcpy(reading->rows + reading->count++ * size, reading->pages->row, size);
	return reading->count < PAGES_ROWS;
}

static enum db_result read_page(struct db *db, struct reading *reading, int64_t after)
{
	const struct pages *pages = reading->pages;
	struct db_param params[PAGES_PARAMS + 2] = {DB_INT(after)};

	for (size_t i = 0; i < pages->param_count; i++)
		params[i + 1] = pages->params[i];
	params[pages->param_count + 1] = DB_INT(PAGES_ROWS);
	reading->count = 0;
	return db_rows(db, pages->sql, params, pages->param_count + 2, pages->columns,
		pages->column_count, keep_row, reading);
}

/* Hand out the rows of a page; false: `each` has had enough. */
static bool hand_out(const struct reading *reading, bool (*each)(void *context), void *context)
{
	size_t size = reading->pages->row_size;

	for (size_t i = 0; i < reading->count; i++) {
		memcpy(reading->pages->row, reading->rows + i * size, size);
		if (!each(context))
			return false;
	}
	return true;
}

enum db_result pages_each(const struct desk *desk, const struct pages *pages,
	bool (*each)(void *context), void *context)
{
	struct reading reading = {.pages = pages, .rows = calloc(PAGES_ROWS, pages->row_size)};
	struct arena arena = ARENA_EMPTY;
	enum db_result result = DB_OK;
	int64_t after = 0;
	bool more = true;

	if (reading.rows == NULL) {
		report_failure("out of memory");
		return DB_FAILED;
	}
	db_use_arena(desk->db, &arena);
	json_use_arena(&arena);
	while (more && result == DB_OK) {
		result = read_page(desk->db, &reading, after);
		more = result == DB_OK && hand_out(&reading, each, context) &&
		       reading.count == PAGES_ROWS;
		after = *pages->id;
		arena_reset(&arena);
	}
	db_use_arena(desk->db, desk->arena);
	json_use_arena(desk->arena);
	arena_free(&arena);
	free(reading.rows);
	return result;
}
