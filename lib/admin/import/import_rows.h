/*
 * Reads the files of an import row by row, checks each value, and reports problems.
 */
#ifndef FITGATE_ADMIN_IMPORT_IMPORT_ROWS_H
#define FITGATE_ADMIN_IMPORT_IMPORT_ROWS_H

#include "core/arena.h"
#include "core/csv.h"
#include "admin/import/import_table.h"
#include "admin/admin.h"

/* What all steps of an import share. */
struct import {
	const struct admin_context *admin;
	int directory; /* open */
	struct csv *csv;
	struct arena row_arena;           /* emptied at each row */
	int64_t problems;                 /* reported so far */
	int64_t row_count[IMPORT_TABLES]; /* as the manifest has it */
	int64_t last_user_id;             /* the highest that was ever given away */
	const char *doing;                /* for the line of progress */
};

/* One row: the values of its columns, converted by import_value(). NULL: SQL NULL, or the value is not valid. */
struct import_row {
	const struct import_table *table;
	int64_t line; /* in its file */
	const char *values[IMPORT_COLUMNS];
};

/*
 * Print a problem of a line of a table's file on standard output, without control characters.
 */
void import_problem(struct import *import, const struct import_table *table, int64_t line,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Call `each` for the rows of a table, in the order of the file; it returns false to stop. A problem of a value is
 * printed; a row that cannot be split into fields is left out. false: the file could not be read (standard error has
 * the reason), or `each` has stopped.
 */
bool import_each(struct import *import, const struct import_table *table,
	bool (*each)(struct import *import, const struct import_row *row, void *context),
	void *context);

/* Read the manifest, which has the number of rows in each file. false: standard error has the reason. */
bool import_read_manifest(struct import *import);

/* The progress line, on a terminal only; hide it before printing anything else. */
void import_show_progress(const struct import *import, const char *words);
void import_hide_progress(const struct import *import);

#endif
