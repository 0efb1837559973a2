/*
 * Going through many rows without holding them all: in pages, by id. What is done with a row may take its
 * time and may ask the database; nothing is locked or open meanwhile.
 */
#ifndef FITGATE_OPERATOR_PAGES_H
#define FITGATE_OPERATOR_PAGES_H

#include "operator/operator.h"

enum { PAGES_ROWS = 256, PAGES_PARAMS = 4 };

struct pages {
	/* "... WHERE id > ? AND <what params are for> ORDER BY id LIMIT ?" */
	const char *sql;
	const struct db_param *params;
	size_t param_count;
	const struct db_column *columns;
	size_t column_count;
	void *row; /* what the columns fill */
	size_t row_size;
	const int64_t *id; /* in that row */
};

/*
 * Fill the row and call `each` for every row; it returns false to stop. Memory allocated by it goes after
 * each page. DB_OK, DB_FAILED.
 */
enum db_result pages_each(const struct desk *desk, const struct pages *pages,
	bool (*each)(void *context), void *context);

#endif
