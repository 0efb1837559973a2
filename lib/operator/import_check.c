/*
 * Ids are kept in the order of the files, in which they grow, so that a reference is looked for by
 * halving. For what must be unique a digest of each value is kept, and sorted. That of a name comes from
 * the database: nobody else knows what its collation takes for equal. It is asked for each, because a
 * temporary table needs a right that an account of a shared host may not have.
 */
#include "operator/import_check.h"

#include "core/secret.h"
#include "core/text.h"
#include "operator/report.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MARK_SIZE = 24, FIRST_ROOM = 1024, UNIQUE_TEXT_SIZE = 1024 };

/* Things of one size, ever more of them. */
struct list {
	void *items;
	size_t count, room, size;
};

/* What stands for a value that must be unique: the beginning of its SHA-256. */
struct mark {
	char bytes[MARK_SIZE];
	int64_t line;
	const char *name; /* NULL: of the columns that are unique together */
	int column;       /* of the name */
};

struct check {
	struct import *import;
	struct list ids[IMPORT_IDS]; /* int32_t */
	struct list marks;           /* of the table at hand */
	int64_t key[2];              /* of the row before */
	struct arena names;          /* of the table at hand */
	struct import_missing *missing;
	int uploads; /* the folder; -1: there is none to look in */
	bool out_of_memory;
};

static bool append(struct check *check, struct list *list, const void *item)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? FIRST_ROOM : 2 * list->room;
		void *items = reallocarray(list->items, room, list->size);

		if (items == NULL) {
			check->out_of_memory = true;
			return false;
		}
		list->items = items;
		list->room = room;
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

/* The rows must be in the order of their keys: then none is there twice. false: it has no good key. */
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
				   : "is there twice, or not in the order of the export");
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

/* ---- what must be unique ----------------------------------------------------------------------- */

/* The values of the columns that are unique together. false: one is NULL, or there are none. */
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

static bool keep_mark(struct check *check, const struct import_row *row)
{
	char text[UNIQUE_TEXT_SIZE], hex[SECRET_SHA256_HEX_SIZE];
	struct mark mark = {.line = row->line};

	if (!unique_text(row, text))
		return true;
	if (!secret_sha256_hex(text, strlen(text), hex)) {
		check->out_of_memory = true;
		return false;
	}
	memcpy(mark.bytes, hex, MARK_SIZE);
	return append(check, &check->marks, &mark);
}

static int compare_marks(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, MARK_SIZE);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* Tell that a line has the same as another in the columns that are unique together. */
static void blame_same(
	struct check *check, const struct import_table *table, int64_t line, int64_t other)
{
	char columns[UNIQUE_TEXT_SIZE] = "";
	size_t length = 0;

	for (int i = 0; table->columns[i].name != NULL; i++)
		if ((table->columns[i].flags & IMPORT_UNIQUE) != 0)
			length += (size_t)snprintf(columns + length, sizeof(columns) - length,
				"%s%s", length == 0 ? "" : ", ", table->columns[i].name);
	import_problem(check->import, table, line,
		"%s: the same as in line %lld, where each may be once", columns, (long long)other);
}

static void blame_name(struct check *check, const struct import_table *table,
	const struct mark *mark, const struct mark *other)
{
	import_problem(check->import, table, mark->line,
		"%s: %s counts as the same as %s (line %lld), whatever case and accents: rename one",
		table->columns[mark->column].name, mark->name, other->name, (long long)other->line);
}

static void check_marks(struct check *check, const struct import_table *table)
{
	const struct mark *marks = check->marks.items;
	size_t count = check->marks.count, first = 0;

	check->marks.count = 0;
	if (count == 0)
		return;
	qsort(check->marks.items, count, sizeof(*marks), compare_marks);
	for (size_t i = 1; i < count; i++) {
		if (memcmp(marks[i].bytes, marks[first].bytes, MARK_SIZE) != 0)
			first = i;
		else if (marks[i].name != NULL)
			blame_name(check, table, &marks[i], &marks[first]);
		else
			blame_same(check, table, marks[i].line, marks[first].line);
	}
	arena_reset(&check->names);
}

/* ---- names ------------------------------------------------------------------------------------- */

/*
 * The digest of all that counts of a name in a column. Spaces at its end do not; 0209 is what a space
 * weighs.
 */
static bool digest_name(struct check *check, const char *name, int column, const char **hex)
{
	static const char DIGEST[] =
		"SELECT SHA2(CONCAT(?, ':', HEX(TRIM(TRAILING x'0209' FROM "
		"WEIGHT_STRING(CAST(? AS CHAR(255)) COLLATE utf8mb4_unicode_ci)))), 256)";
	const struct desk *desk = check->import->desk;
	enum db_result result;

	db_use_arena(desk->db, &check->import->row_arena);
	result = db_row(desk->db, DIGEST, DB_PARAMS(DB_INT(column), DB_TEXT(name)),
		DB_COLUMNS(DB_TO_TEXT(hex)));
	db_use_arena(desk->db, desk->arena);
	return result == DB_OK && *hex != NULL;
}

static bool keep_name(struct check *check, const struct import_row *row, int column)
{
	const char *name = row->values[column], *hex;
	struct mark mark = {.line = row->line, .column = column};

	if (!digest_name(check, name, column, &hex))
		return false;
	memcpy(mark.bytes, hex, MARK_SIZE);
	mark.name = arena_copy(&check->names, name, strlen(name));
	check->out_of_memory = mark.name == NULL;
	return mark.name != NULL && append(check, &check->marks, &mark);
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

static void look_for_files(struct check *check, const struct import_row *row)
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
	int folder, uploads;

	if (*settings->upload_folder == '\0')
		return -1;
	folder = open(settings->upload_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -1;
	uploads = openat(folder, "uploads", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(folder);
	return uploads;
}

/* ---- all of it --------------------------------------------------------------------------------- */

static bool check_row(struct import *import, const struct import_row *row, void *context)
{
	struct check *check = context;

	(void)import;
	if (!check_key(check, row))
		return true;
	check_references(check, row);
	look_for_files(check, row);
	return keep_id(check, row) && keep_mark(check, row) && keep_names(check, row);
}

static bool check_table(struct check *check, const struct import_table *table)
{
	int64_t *count = &check->import->row_count[table - IMPORT_TABLE];

	check->key[0] = check->key[1] = -1;
	if (!import_each(check->import, table, check_row, check))
		return false;
	check_marks(check, table);
	if (strcmp(table->name, "app_config") == 0 && *count != 1)
		import_problem(check->import, table, 1,
			"there are %lld rows of settings instead of one", (long long)*count);
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
		.marks.size = sizeof(struct mark),
		.names = ARENA_EMPTY,
		.missing = missing,
		.uploads = open_uploads(import->desk->settings),
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
	free(check.marks.items);
	arena_free(&check.names);
	if (check.uploads >= 0)
		close(check.uploads);
	return checked;
}
