/*
 * Shared by the files that write the JSON of an archive: archive_records.c writes the records, archive_workouts.c the
 * workouts with their segments, and archive_data.c combines them.
 */
#ifndef FITGATE_EXPORT_ARCHIVE_INTERNAL_H
#define FITGATE_EXPORT_ARCHIVE_INTERNAL_H

#include "db/db.h"
#include "export/archive_values.h"
#include "workouts/record.h"

/* ---- records ----------------------------------------------------------------------------------- */

/* Write the records of one workout; workout_id 0: all records. */
void archive_write_records(struct json_writer *writer, const struct record *first,
	int64_t workout_id, const char *username);

/* ---- workouts ---------------------------------------------------------------------------------- */

/* Up to ARCHIVE_PAGE workouts of one user with their segments. */
struct archive_page;

enum { ARCHIVE_PAGE = 500 };

/*
 * Allocate a page in `owner`. Its rows are allocated in `arena`, which the caller resets between reads. NULL: out of
 * memory.
 */
struct archive_page *archive_page_make(struct arena *owner, struct arena *arena);

/* Read the workouts after this id. false: the query failed, or out of memory. */
bool archive_read_page(struct db *db, int64_t user_id, int64_t after, struct archive_page *page);

/* The number of workouts in the page, and the id of the last one. */
int archive_page_count(const struct archive_page *page);
int64_t archive_page_last(const struct archive_page *page);

/* Write the workouts of the page, each with its records. */
void archive_write_page(struct json_writer *writer, const struct archive_page *page,
	const struct record *records, const char *username);

#endif
