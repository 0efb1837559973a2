/*
 * A page is read completely before its first row is processed: our output may be read slowly, and the server
 * closes a connection on which it cannot send.
 */
#include "admin/cli/pages.h"

#include "core/json/json.h"
#include "admin/cli/report.h"

#include <stdlib.h>
#include <string.h>

struct page {
	const struct pages *pages;
	struct arena arena;
	char *rows;
	size_t count;
};

static bool keep_row(void *context)
{
	struct page *page = context;
	size_t size = page->pages->row_size;

	memcpy(page->rows + page->count++ * size, page->pages->row, size);
	return page->count < PAGES_ROWS;
}

static enum db_result read_page(struct db *db, struct page *page, int64_t after)
{
	const struct pages *pages = page->pages;
	struct db_param params[PAGES_PARAMS + 2] = {DB_INT(after)};

	for (size_t i = 0; i < pages->params.count; i++)
		params[i + 1] = pages->params.list[i];
	params[pages->params.count + 1] = DB_INT(PAGES_ROWS);
	page->count = 0;
	return db_query_each(db, &page->arena, pages->query,
		(struct db_params){params, pages->params.count + 2}, pages->row, keep_row, page);
}

/* false: `each` has stopped. */
static bool process(
	struct page *page, bool (*each)(void *context, struct arena *arena), void *context)
{
	size_t size = page->pages->row_size;

	for (size_t i = 0; i < page->count; i++) {
		memcpy(page->pages->row, page->rows + i * size, size);
		if (!each(context, &page->arena))
			return false;
	}
	return true;
}

enum db_result pages_each(const struct admin_context *admin, const struct pages *pages,
	bool (*each)(void *context, struct arena *arena), void *context)
{
	struct page page = {
		.pages = pages, .arena = ARENA_EMPTY, .rows = calloc(PAGES_ROWS, pages->row_size)};
	enum db_result result = DB_OK;
	int64_t after = 0;
	bool more = true;

	if (page.rows == NULL) {
		report_failure("out of memory");
		return DB_FAILED;
	}
	json_use_arena(&page.arena);
	while (more && result == DB_OK) {
		result = read_page(admin->db, &page, after);
		more = result == DB_OK && process(&page, each, context) && page.count == PAGES_ROWS;
		after = *pages->id;
		arena_reset(&page.arena);
	}
	json_use_arena(admin->arena);
	arena_free(&page.arena);
	free(page.rows);
	return result;
}
