/*
 * The directory holds one file TABLE.csv for each table, and manifest.csv, which is written last: without it the export
 * was interrupted.
 */
#include "admin/import/import_rows.h"

#include "core/text.h"
#include "admin/import/import_value.h"
#include "admin/cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = 64, LINE_SIZE = 4096, MANIFEST_VERSION = 1 };

/* ---- progress ---------------------------------------------------------------------------------- */

static bool is_shown(void)
{
	return isatty(STDERR_FILENO) == 1;
}

void import_hide_progress(const struct import *import)
{
	if (import->doing != NULL && is_shown())
		fputs("\r\033[K", stderr);
}

void import_show_progress(const struct import *import, const char *words)
{
	if (is_shown())
		fprintf(stderr, "\r\033[K%s %s", import->doing, words);
}

/* Update the progress line at each percent. */
static void show_row(const struct import *import, const struct import_table *table, int64_t row)
{
	int64_t count = import->row_count[table - IMPORT_TABLE];
	char words[LINE_SIZE];

	if (count == 0 || row * 100 / count == (row - 1) * 100 / count)
		return;
	snprintf(words, sizeof(words), "%s: %" PRId64 " of %" PRId64, table->name, row, count);
	import_show_progress(import, words);
}

/* ---- problems ---------------------------------------------------------------------------------- */

void import_problem(struct import *import, const struct import_table *table, int64_t line,
	const char *format, ...)
{
	char text[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	text_hide_controls(text);
	import_hide_progress(import);
	printf("%s.csv:%" PRId64 ": %s\n", table->name, line, text);
	import->problems++;
}

/* ---- files ------------------------------------------------------------------------------------- */

static ssize_t read_file(void *state, void *buffer, size_t size)
{
	ssize_t got;

	do
		got = read(*(int *)state, buffer, size);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Open a file of the directory. -1: standard error has the reason. */
static int open_file(const struct import *import, const char *table)
{
	char name[NAME_SIZE];
	int file;

	snprintf(name, sizeof(name), "%s.csv", table);
	file = openat(import->directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (file < 0)
		report_failure("could not open file \"%s/%s\": %m",
			import->admin->options->arguments[0], name);
	return file;
}

static bool reject_file(const struct import *import, const char *table, const char *problem)
{
	import_hide_progress(import);
	report_failure("%s/%s.csv: %s", import->admin->options->arguments[0], table, problem);
	return false;
}

/* ---- rows -------------------------------------------------------------------------------------- */

static bool has_field(const struct csv *csv, int i, const char *text)
{
	return i < csv->field_count && csv->fields[i].text != NULL &&
	       strcmp(csv->fields[i].text, text) == 0;
}

static bool read_head(struct csv *csv, const struct import_table *table)
{
	int count = import_column_count(table);

	if (csv_next(csv) != CSV_RECORD || csv->field_count != count)
		return false;
	for (int i = 0; i < count; i++)
		if (!has_field(csv, i, table->columns[i].name))
			return false;
	return true;
}

/* Convert the current record to a row and report its problems. false: it does not have the table's columns. */
static bool read_row(struct import *import, struct import_row *row)
{
	const struct csv *csv = import->csv;
	const struct import_table *table = row->table;
	int count = import_column_count(table);

	row->line = csv->line;
	if (csv->field_count != count) {
		import_problem(import, table, row->line, "%d fields instead of %d",
			csv->field_count, count);
		return false;
	}
	arena_reset(&import->row_arena);
	for (int i = 0; i < count; i++) {
		const struct import_column *column = &table->columns[i];
		const char *problem =
			import_value(column, &csv->fields[i], &import->row_arena, &row->values[i]);

		if (problem == NULL)
			continue;
		import_problem(import, table, row->line, "%s %s", column->name, problem);
		row->values[i] = NULL;
	}
	return true;
}

/* Read the records after the header line. */
static bool read_rows(struct import *import, const struct import_table *table,
	bool (*each)(struct import *import, const struct import_row *row, void *context),
	void *context)
{
	struct import_row row = {.table = table};
	enum csv_result result;
	int64_t count = 0;

	while ((result = csv_next(import->csv)) == CSV_RECORD || result == CSV_BROKEN) {
		show_row(import, table, ++count);
		if (result == CSV_BROKEN)
			import_problem(
				import, table, import->csv->line, "%s", import->csv->problem);
		else if (read_row(import, &row) && !each(import, &row, context))
			return false;
	}
	if (result == CSV_UNREADABLE)
		return reject_file(import, table->name, strerror(errno));
	if (count != import->row_count[table - IMPORT_TABLE])
		import_problem(import, table, import->csv->line,
			"%" PRId64 " rows, but %" PRId64 " were exported: export again", count,
			import->row_count[table - IMPORT_TABLE]);
	return true;
}

bool import_each(struct import *import, const struct import_table *table,
	bool (*each)(struct import *import, const struct import_row *row, void *context),
	void *context)
{
	int file = open_file(import, table->name);
	bool read;

	if (file < 0)
		return false;
	csv_begin(import->csv, (struct source){read_file, &file});
	read = read_head(import->csv, table)
		       ? read_rows(import, table, each, context)
		       : reject_file(import, table->name,
				 "the first line does not name the columns of FitTrackee 0.7.18");
	close(file);
	return read;
}

/* ---- manifest ---------------------------------------------------------------------------------- */

/* The variable for a number of the manifest. NULL: the name is not recognized. */
static int64_t *find_number(struct import *import, const char *name, int64_t *version)
{
	if (strcmp(name, "version") == 0)
		return version;
	if (strcmp(name, "last_user_id") == 0)
		return &import->last_user_id;
	for (int i = 0; i < IMPORT_TABLES; i++)
		if (strcmp(name, IMPORT_TABLE[i].name) == 0)
			return &import->row_count[i];
	return NULL;
}

static bool read_number(struct import *import, int64_t *version)
{
	const struct csv_field *fields = import->csv->fields;
	int64_t *number;

	if (import->csv->field_count != 2 || fields[0].text == NULL || fields[1].text == NULL)
		return false;
	number = find_number(import, fields[0].text, version);
	return number != NULL && *number < 0 && text_integer(fields[1].text, 0, INT32_MAX, number);
}

static bool read_numbers(struct import *import)
{
	int64_t version = -1;
	enum csv_result result = csv_next(import->csv);

	import->last_user_id = -1;
	for (int i = 0; i < IMPORT_TABLES; i++)
		import->row_count[i] = -1;
	if (result != CSV_RECORD || !has_field(import->csv, 0, "name") ||
		!has_field(import->csv, 1, "number"))
		return false;
	while ((result = csv_next(import->csv)) == CSV_RECORD)
		if (!read_number(import, &version))
			return false;
	for (int i = 0; i < IMPORT_TABLES; i++)
		if (import->row_count[i] < 0)
			return false;
	return result == CSV_END && version == MANIFEST_VERSION && import->last_user_id >= 0;
}

bool import_read_manifest(struct import *import)
{
	int file = open_file(import, "manifest");
	bool read;

	if (file < 0)
		return false;
	csv_begin(import->csv, (struct source){read_file, &file});
	read = read_numbers(import) ||
	       reject_file(import, "manifest",
		       "not written by scripts/fittrackee-export of this release: export again");
	close(file);
	return read;
}
