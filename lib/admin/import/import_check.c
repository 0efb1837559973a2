/*
 * The files are sorted by id, so the ids are kept in order and a reference is looked up by binary search. For
 * unique columns a fingerprint of each value is kept, and the fingerprints are sorted. The fingerprint of a name
 * comes from the database, because only its collation knows which names are equal. Each name takes a query of its
 * own: a temporary table needs a privilege that accounts of shared hosts do not have.
 */
#include "admin/import/import_check.h"

#include "core/crypto.h"
#include "core/text.h"
#include "admin/cli/report.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FINGERPRINT_SIZE = 24, FIRST_CAPACITY = 1024, UNIQUE_TEXT_SIZE = 1024 };

/* A growing array. */
struct list {
	void *items;
	size_t count, capacity, size;
};

/* A value of a unique column: the beginning of its SHA-256. */
struct fingerprint {
	char bytes[FINGERPRINT_SIZE];
	int64_t line;
	const char *name; /* NULL: a value of the columns that are unique together */
	int column;       /* of the name */
};

struct check {
	struct import *import;
	struct list ids[IMPORT_IDS]; /* int32_t */
	struct list fingerprints;    /* of the current table */
	int64_t key[2];              /* of the previous row */
	struct arena names;          /* of the current table */
	struct import_missing *missing;
	int uploads; /* the open directory; -1: there is none */
	bool out_of_memory;
};

static bool append(struct check *check, struct list *list, const void *item)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity == 0 ? FIRST_CAPACITY : 2 * list->capacity;
		void *items = reallocarray(list->items, capacity, list->size);

		if (items == NULL) {
			check->out_of_memory = true;
			return false;
		}
		list->items = items;
		list->capacity = capacity;
	}
	memcpy((char *)list->items + list->count++ * list->size, item, list->size);
	return true;
}

/* ---- ids --------------------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

static bool is_known(const struct list *ids, const char *number)
{
	int32_t id = (int32_t)strtol(number, NULL, 10);

	return ids->count > 0 &&
	       bsearch(&id, ids->items, ids->count, ids->size, compare_ids) != NULL;
}

/* The rows must be in the order of their keys, so that a repeated key is noticed. false: the key is not valid. */
static bool check_key(struct check *check, const struct import_row *row)
{
	const struct import_table *table = row->table;
	int64_t key[2] = {0, 0};
	bool grows;

	for (int i = 0; i < table->key_columns; i++) {
		if (row->values[i] == NULL)
			return false;
		key[i] = strtoll(row->values[i], NULL, 10);
	}
	grows = key[0] > check->key[0] || (key[0] == check->key[0] && key[1] > check->key[1]);
	if (key[0] < 1 || !grows) {
		import_problem(check->import, table, row->line, "%s %s", table->columns[0].name,
			key[0] < 1 ? "is less than 1"
				   : "is repeated, or not in the order of the export");
		return false;
	}
	memcpy(check->key, key, sizeof(key));
	return true;
}

static bool keep_id(struct check *check, const struct import_row *row)
{
	int32_t id = (int32_t)check->key[0];

	return row->table->ids == IMPORT_NONE || append(check, &check->ids[row->table->ids], &id);
}

static void check_references(struct check *check, const struct import_row *row)
{
	static const char *const FILES[IMPORT_IDS] = {[IMPORT_USERS] = "users",
		[IMPORT_SPORTS] = "sports",
		[IMPORT_WORKOUTS] = "workouts"};

	for (int i = 0; row->table->columns[i].name != NULL; i++) {
		enum import_ids refers = row->table->columns[i].refers;

		if (refers != IMPORT_NONE && row->values[i] != NULL &&
			!is_known(&check->ids[refers], row->values[i]))
			import_problem(check->import, row->table, row->line,
				"%s %s is not in %s.csv", row->table->columns[i].name,
				row->values[i], FILES[refers]);
	}
}

/* ---- unique columns ---------------------------------------------------------------------------- */

/* Join the values of the columns that are unique together. false: one is NULL, or there are no such columns. */
static bool unique_text(const struct import_row *row, char text[UNIQUE_TEXT_SIZE])
{
	size_t length = 0;

	for (int i = 0; row->table->columns[i].name != NULL; i++) {
		if ((row->table->columns[i].flags & IMPORT_UNIQUE) == 0)
			continue;
		if (row->values[i] == NULL)
			return false;
		length += (size_t)snprintf(
			text + length, UNIQUE_TEXT_SIZE - length, "%s,", row->values[i]);
	}
	return length > 0;
}

static bool keep_fingerprint(struct check *check, const struct import_row *row)
{
	char text[UNIQUE_TEXT_SIZE], hex[CRYPTO_SHA256_HEX_SIZE];
	struct fingerprint fingerprint = {.line = row->line};

	if (!unique_text(row, text))
		return true;
	if (!crypto_sha256_hex(text, strlen(text), hex)) {
		check->out_of_memory = true;
		return false;
	}
	memcpy(fingerprint.bytes, hex, FINGERPRINT_SIZE);
	return append(check, &check->fingerprints, &fingerprint);
}

static int compare_fingerprints(const void *a, const void *b)
{
	const struct fingerprint *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, FINGERPRINT_SIZE);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* Report that a line equals another one in the columns that are unique together. */
static void report_same(
	struct check *check, const struct import_table *table, int64_t line, int64_t other)
{
	char columns[UNIQUE_TEXT_SIZE] = "";
	size_t length = 0;

	for (int i = 0; table->columns[i].name != NULL; i++)
		if ((table->columns[i].flags & IMPORT_UNIQUE) != 0)
			length += (size_t)snprintf(columns + length, sizeof(columns) - length,
				"%s%s", length == 0 ? "" : ", ", table->columns[i].name);
	import_problem(check->import, table, line,
		"%s: same value as in line %" PRId64 ", must be unique", columns, other);
}

static void report_same_name(struct check *check, const struct import_table *table,
	const struct fingerprint *fingerprint, const struct fingerprint *other)
{
	import_problem(check->import, table, fingerprint->line,
		"%s: %s equals %s (line %" PRId64 ") if case and accents are ignored: rename one",
		table->columns[fingerprint->column].name, fingerprint->name, other->name,
		other->line);
}

static void check_fingerprints(struct check *check, const struct import_table *table)
{
	const struct fingerprint *fingerprints = check->fingerprints.items;
	size_t count = check->fingerprints.count, first = 0;

	check->fingerprints.count = 0;
	if (count == 0)
		return;
	qsort(check->fingerprints.items, count, sizeof(*fingerprints), compare_fingerprints);
	for (size_t i = 1; i < count; i++) {
		if (memcmp(fingerprints[i].bytes, fingerprints[first].bytes, FINGERPRINT_SIZE) != 0)
			first = i;
		else if (fingerprints[i].name != NULL)
			report_same_name(check, table, &fingerprints[i], &fingerprints[first]);
		else
			report_same(check, table, fingerprints[i].line, fingerprints[first].line);
	}
	arena_reset(&check->names);
}

/* ---- names ------------------------------------------------------------------------------------- */

/*
 * The fingerprint of a name as the collation compares it, and of its column. Trailing spaces do not count; 0209 is the
 * weight of a space.
 */
static bool fingerprint_name(struct check *check, const char *name, int column, const char **hex)
{
	static const struct db_field FINGERPRINT[] = {
		DB_VALUE(const char *, "SHA2(CONCAT(?, ':', HEX(TRIM(TRAILING x'0209' FROM "
				       "WEIGHT_STRING(CAST(? AS CHAR(255)) "
				       "COLLATE utf8mb4_unicode_ci)))), 256)"),
		{0}};
	static const struct db_query COMPUTE = {FINGERPRINT, .text = ""};
	enum db_result result = db_query_row(check->import->admin->db, &check->import->row_arena,
		&COMPUTE, DB_PARAMS(DB_INT(column), DB_TEXT(name)), hex);

	return result == DB_OK && *hex != NULL;
}

static bool keep_name(struct check *check, const struct import_row *row, int column)
{
	const char *name = row->values[column], *hex;
	struct fingerprint fingerprint = {.line = row->line, .column = column};

	if (!fingerprint_name(check, name, column, &hex))
		return false;
	memcpy(fingerprint.bytes, hex, FINGERPRINT_SIZE);
	fingerprint.name = arena_copy(&check->names, name, strlen(name));
	check->out_of_memory = fingerprint.name == NULL;
	return fingerprint.name != NULL && append(check, &check->fingerprints, &fingerprint);
}

static bool keep_names(struct check *check, const struct import_row *row)
{
	for (int i = 0; row->table->columns[i].name != NULL; i++)
		if ((row->table->columns[i].flags & IMPORT_NAMED) != 0 && row->values[i] != NULL &&
			!keep_name(check, row, i))
			return false;
	return true;
}

/* ---- files ------------------------------------------------------------------------------------- */

static void count_missing_files(struct check *check, const struct import_row *row)
{
	struct stat status;

	for (int i = 0; check->uploads >= 0 && row->table->columns[i].name != NULL; i++) {
		const char *path = row->values[i];

		if ((row->table->columns[i].flags & IMPORT_FILE) == 0 || path == NULL)
			continue;
		if (*path != '/' && fstatat(check->uploads, path, &status, 0) == 0 &&
			S_ISREG(status.st_mode))
			continue;
		if (row->table->ids == IMPORT_USERS)
			check->missing->pictures++;
		else
			check->missing->tracks++;
	}
}

static int open_uploads(const struct settings *settings)
{
	int directory, uploads;

	if (*settings->upload_folder == '\0')
		return -1;
	directory = open(settings->upload_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return -1;
	uploads = openat(directory, "uploads", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(directory);
	return uploads;
}

/* ---- all files --------------------------------------------------------------------------------- */

static bool check_row(struct import *import, const struct import_row *row, void *context)
{
	struct check *check = context;

	(void)import;
	if (!check_key(check, row))
		return true;
	check_references(check, row);
	count_missing_files(check, row);
	return keep_id(check, row) && keep_fingerprint(check, row) && keep_names(check, row);
}

static bool check_table(struct check *check, const struct import_table *table)
{
	int64_t *count = &check->import->row_count[table - IMPORT_TABLE];

	check->key[0] = check->key[1] = -1;
	if (!import_each(check->import, table, check_row, check))
		return false;
	check_fingerprints(check, table);
	if (strcmp(table->name, "app_config") == 0 && *count != 1)
		import_problem(check->import, table, 1, "%" PRId64 " rows instead of one", *count);
	return true;
}

static bool check_all(struct check *check)
{
	for (int i = 0; i < IMPORT_TABLES; i++)
		if (!check_table(check, &IMPORT_TABLE[i]))
			return false;
	return true;
}

bool import_check(struct import *import, struct import_missing *missing)
{
	struct check check = {
		.import = import,
		.fingerprints.size = sizeof(struct fingerprint),
		.names = ARENA_EMPTY,
		.missing = missing,
		.uploads = open_uploads(import->admin->settings),
	};
	bool checked;

	for (int i = 0; i < IMPORT_IDS; i++)
		check.ids[i].size = sizeof(int32_t);
	import->doing = "checking";
	checked = check_all(&check);
	import_hide_progress(import);
	if (check.out_of_memory)
		report_failure("out of memory");
	for (int i = 0; i < IMPORT_IDS; i++)
		free(check.ids[i].items);
	free(check.fingerprints.items);
	arena_free(&check.names);
	if (check.uploads >= 0)
		close(check.uploads);
	return checked;
}
