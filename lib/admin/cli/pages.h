/*
 * Processing many rows page by page, in the order of their ids, without keeping all of them in memory. The
 * callback may take its time and may query the database: no statement is open and nothing is locked then.
 */
#ifndef FITGATE_ADMIN_CLI_PAGES_H
#define FITGATE_ADMIN_CLI_PAGES_H

#include "admin/admin.h"

enum { PAGES_ROWS = 256, PAGES_PARAMS = 4 };

struct pages {
	/* "FROM ... WHERE id > ? AND <conditions with params> ORDER BY id LIMIT ?" */
	const struct db_query *query;
	struct db_params params; /* at most PAGES_PARAMS */
	void *row;               /* filled for each row */
	size_t row_size;
	const int64_t *id; /* in that row */
};

/*
 * Fill the row and call `each` for every row; it returns false to stop. The row's texts and what `each`
 * allocates in `arena` or with cJSON last until the end of the page. DB_OK, DB_FAILED.
 */
enum db_result pages_each(const struct admin_context *admin, const struct pages *pages,
	bool (*each)(void *context, struct arena *arena), void *context);

#endif
