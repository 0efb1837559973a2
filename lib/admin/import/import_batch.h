/*
 * Inserts many rows into one table, dozens of them with each statement.
 */
#ifndef FITGATE_ADMIN_IMPORT_IMPORT_BATCH_H
#define FITGATE_ADMIN_IMPORT_IMPORT_BATCH_H

#include "db/db.h"

struct import_batch;

/*
 * Prepare to insert rows with these columns. The batch is allocated in the arena, which must outlive the
 * connection. NULL: out of memory.
 */
struct import_batch *import_batch_new(struct db *db, struct arena *arena, const char *table,
	const char *const *columns, int column_count);

/* Discard rows that were added and not inserted. */
void import_batch_clear(struct import_batch *batch);

/* Add a row; the texts (NULL: SQL NULL) are copied. Results as of db_execute(), for any of the rows so far. */
enum db_result import_batch_add(struct import_batch *batch, const char *const *values);

/* Insert the remaining rows. Results as of db_execute(). */
enum db_result import_batch_end(struct import_batch *batch);

/* Release memory that is not in the arena; accepts NULL. */
void import_batch_free(struct import_batch *batch);

#endif
