/*
 * Inserting many rows into one table: some dozens with each statement.
 */
#ifndef FITGATE_OPERATOR_IMPORT_BATCH_H
#define FITGATE_OPERATOR_IMPORT_BATCH_H

#include "db/db.h"

struct import_batch;

/*
 * For rows of these columns. It lives in the arena, which must live as long as the connection. NULL: out
 * of memory.
 */
struct import_batch *import_batch_new(struct db *db, struct arena *arena, const char *table,
	const char *const *columns, int column_count);

/* Forget what has been added and not been inserted. */
void import_batch_clear(struct import_batch *batch);

/* Add a row; the texts (NULL: SQL NULL) are copied. As db_change(), of all that has been added so far. */
enum db_result import_batch_add(struct import_batch *batch, const char *const *values);

/* Insert what is left. As db_change(). */
enum db_result import_batch_end(struct import_batch *batch);

/* Release what it holds beside the arena; accepts NULL. */
void import_batch_free(struct import_batch *batch);

#endif
