/*
 * Reading the files of an import row by row, each value checked, and telling what is wrong with them.
 */
#ifndef FITGATE_OPERATOR_IMPORT_ROWS_H
#define FITGATE_OPERATOR_IMPORT_ROWS_H

#include "operator/import_table.h"
#include "operator/operator.h"

/* What all steps of an import share. */
struct import {
	const struct desk *desk;
	int folder; /* open */
	struct csv *csv;
	struct arena row_arena;           /* emptied at each row */
	int64_t problems;                 /* told so far */
	int64_t row_count[IMPORT_TABLES]; /* as the manifest has it */
	int64_t last_user_id;             /* the highest that was ever given away */
	const char *doing;                /* for the line of progress */
};

/* One row: what its columns take, as import_value() makes it; NULL also where that is wrong. */
struct import_row {
	const struct import_table *table;
	int64_t line; /* in its file */
	const char *values[IMPORT_COLUMNS];
};

/*
 * Tell on standard output what is wrong with a line of a table's file. Control characters do not reach a
 * terminal.
 */
void import_problem(struct import *import, const struct import_table *table, int64_t line,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Go through the rows of a table in the order of the file; `each` returns false to stop. What is wrong
 * with a value is told; a row that cannot be taken apart is left out. false: the file cannot be read (told
 * as a failure), or `each` has stopped.
 */
bool import_each(struct import *import, const struct import_table *table,
	bool (*each)(struct import *import, const struct import_row *row, void *context),
	void *context);

/* Read the manifest: how many rows there are in each file. false: standard error says what is wrong. */
bool import_read_manifest(struct import *import);

/* The line of progress, where there is a terminal; hidden before anything else is printed. */
void import_show_progress(const struct import *import, const char *words);
void import_hide_progress(const struct import *import);

#endif
