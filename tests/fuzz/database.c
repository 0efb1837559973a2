/*
 * See database.h. What the statements say of themselves, parameters and columns, is checked on the way.
 */
#include "database.h"

#include "input.h"
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_SIZE = 4096, ATTEMPTS = 3 };

struct db {
	struct arena *arena;
	const char *script;
	bool in_transaction, in_rows, odd;
};

static struct db the_database;

void database_begin(const char *script)
{
	the_database = (struct db){.script = script};
}

bool database_was_odd(void)
{
	return the_database.odd;
}

/* ---- answers ----------------------------------------------------------------------------------- */

/* The next line of the script, without its end; it is used up. */
static size_t take_line(struct db *db, const char **line)
{
	size_t length = strcspn(db->script, "\n");

	*line = db->script;
	db->script += length + (db->script[length] == '\n' ? 1 : 0);
	return length;
}

static bool is_word(const char *line, size_t length, const char *word)
{
	return length >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

static enum db_result take_answer(struct db *db, const char **cells, size_t *length)
{
	static const struct {
		const char *word;
		enum db_result result;
	} WORDS[] = {{"none", DB_NO_ROW}, {"duplicate", DB_DUPLICATE}, {"again", DB_AGAIN},
		{"undecided", DB_UNDECIDED}, {"failed", DB_FAILED}};
	const char *line;

	*cells = "";
	*length = take_line(db, &line);
	if (is_word(line, *length, "row|")) {
		*cells = line + 4;
		*length -= 4;
		db->odd = true;
		return DB_OK;
	}
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
		if (is_word(line, *length, WORDS[i].word)) {
			db->odd = true;
			return WORDS[i].result;
		}
	*length = 0;
	return DB_OK;
}

/* ---- cells ------------------------------------------------------------------------------------- */

/* What a column holds in a database that is in order, by a word of its expression; the first one counts. */
static const struct {
	const char *word, *value;
	bool nullable;
} COLUMNS[] = {
	{"is_active", "1", false},
	{"email_to_confirm", "new@example.com", true},
	{"email", "sam@example.com", false},
	{"username", "sam", false},
	{"COUNT(*) FROM app_config", "1", false},
	{"date_format", "NULL", true},
	{"password", DATABASE_PASSWORD_HASH, false},
	{"nb_workouts IS NOT NULL", "1", false},
	{"records",
		"{\"7\":[1,\"AS\",1250,\"2020-02-29 12:00:00\",\"0123456789abcdef0123456789abcdef\"]}",
		true},
	{"sports", "{\"1\":2}", true},
	{"scope", "profile:read profile:write workouts:read", false},
	{"access_token", "oauth", false},
	{"label", "Cycling (Sport)", false},
	{"max_single_file_size", "1048576", false},
	{"max_zip_file_size", "10485760", false},
	{"created_at", "2020-01-01 00:00:00", false},
	{"user_id", "1", false},
	{"b.id IS NOT NULL", "0", false},
	{"IS NOT NULL", "0", false},
	{"u.id", "1", false},
	{"id", "1", false},
	{"", "NULL", true},
};

/* The text of the column's expression in the list behind SELECT. */
static size_t expression(const char **list)
{
	int depth = 0;
	size_t length = 0;

	*list += strspn(*list, ", ");
	for (; (*list)[length] != '\0'; length++) {
		char c = (*list)[length];

		if (depth == 0 && (c == ',' || strncmp(*list + length, " FROM ", 6) == 0))
			break;
		depth += (c == '(') - (c == ')');
	}
	return length;
}

static int column_of(const char *sql, size_t length)
{
	int i = 0;

	while (memmem(sql, length, COLUMNS[i].word, strlen(COLUMNS[i].word)) == NULL)
		i++;
	return i;
}

static int64_t time_of(const char *text)
{
	instant when;

	/* what a DATETIME can be */
	return clock_parse_sql(text, &when) ? when : INSTANT_NONE;
}

/* crypt(3) must not be told to take minutes: of the formats only $3$ and the oldest one are quick. */
static void make_cheap(char *hash)
{
	if (strncmp(hash, "$3$", 3) != 0 && (*hash == '$' || *hash == '_'))
		*hash = '.';
}

/* Whether the schema has it so, and the statement does not ask for others. */
static bool may_be_null(const char *sql, int column)
{
	char condition[64];

	snprintf(condition, sizeof(condition), "AND %s IS NOT NULL", COLUMNS[column].word);
	return COLUMNS[column].nullable && strstr(sql, condition) == NULL;
}

static const char *text_of(struct db *db, const char *sql, char *text, int column)
{
	size_t count;

	if (strcmp(text, "NULL") == 0)
		return may_be_null(sql, column) ? NULL : "";
	if (!model_is_utf8(text, strlen(text), &count))
		return "?";
	if (strcmp(COLUMNS[column].word, "password") == 0)
		make_cheap(text);
	return arena_copy(db->arena, text, strlen(text));
}

static void fill(
	struct db *db, const char *sql, const struct db_column *column, char *text, int kind)
{
	int64_t number = strtoll(text, NULL, 10);
	double real = strtod(text, NULL);

	switch (column->type) {
	case DB_TYPE_INT:
		*(int64_t *)column->to = number;
		return;
	case DB_TYPE_BOOL:
		*(bool *)column->to = number != 0;
		return;
	case DB_TYPE_DOUBLE:
		*(double *)column->to = isfinite(real) ? real : 0;
		return;
	case DB_TYPE_TIME:
		*(instant *)column->to = time_of(text);
		return;
	case DB_TYPE_TEXT:
	case DB_TYPE_BYTES:
		*(const char **)column->to = text_of(db, sql, text, kind);
		return;
	}
}

static void fill_row(struct db *db, const char *sql, const struct db_column *columns, size_t count,
	const char *cells, size_t length)
{
	const char *list = strstr(sql, "SELECT ");

	require(list != NULL);
	list += strlen("SELECT ");
	for (size_t i = 0; i < count; i++) {
		char text[CELL_SIZE];
		size_t size = expression(&list), cell = 0;
		int kind = column_of(list, size);

		require(size > 0); /* as many columns as the statement reads */
		while (cell < length && cells[cell] != '|')
			cell++;
		if (cell == 0 || cell >= sizeof(text))
			strncpy(text, COLUMNS[kind].value, sizeof(text));
		else
			memcpy(text, cells, cell);
		if (cell > 0 && cell < sizeof(text))
			text[cell] = '\0';
		fill(db, sql, &columns[i], text, kind);
		cells += cell + (cell < length ? 1 : 0);
		length -= cell + (cell < length ? 1 : 0);
		list += size;
	}
	require(*(list + strspn(list, " ")) != ',');
}

/* ---- what a statement is given ----------------------------------------------------------------- */

static size_t count_marks(const char *sql)
{
	size_t count = 0;
	bool quoted = false;

	for (; *sql != '\0'; sql++) {
		quoted ^= *sql == '\'';
		count += !quoted && *sql == '?';
	}
	return count;
}

static void check_statement(
	struct db *db, const char *sql, const struct db_param *params, size_t param_count)
{
	size_t length;

	require(!db->in_rows);
	require(count_marks(sql) == param_count);
	for (size_t i = 0; i < param_count; i++) {
		/* the server refuses what is not UTF-8 */
		if (params[i].type == DB_TYPE_TEXT && params[i].text != NULL)
			require(model_is_utf8(params[i].text, strlen(params[i].text), &length));
		if (params[i].type == DB_TYPE_DOUBLE)
			require(isfinite(params[i].real));
	}
}

/* ---- db.h -------------------------------------------------------------------------------------- */

struct db *db_open(const struct url *url)
{
	(void)url;
	return &the_database;
}

void db_close(struct db *db)
{
	require(!db->in_transaction);
}

void db_use_arena(struct db *db, struct arena *arena)
{
	db->arena = arena;
}

void db_set_timeout(struct db *db, unsigned seconds)
{
	(void)db;
	(void)seconds;
}

unsigned db_error_number(const struct db *db)
{
	(void)db;
	return 0;
}

const char *db_error_text(const struct db *db)
{
	(void)db;
	return "";
}

/* Outside a transaction nothing is to be done again. */
static enum db_result of_statement(const struct db *db, enum db_result result)
{
	return result == DB_UNDECIDED || (result == DB_AGAIN && !db->in_transaction) ? DB_FAILED
										     : result;
}

enum db_result db_row(struct db *db, const char *sql, const struct db_param *params,
	size_t param_count, const struct db_column *columns, size_t column_count)
{
	const char *cells;
	size_t length;
	enum db_result result = of_statement(db, take_answer(db, &cells, &length));

	check_statement(db, sql, params, param_count);
	if (result == DB_DUPLICATE)
		return DB_FAILED;
	if (result == DB_OK)
		fill_row(db, sql, columns, column_count, cells, length);
	return result;
}

enum db_result db_rows(struct db *db, const char *sql, const struct db_param *params,
	size_t param_count, const struct db_column *columns, size_t column_count,
	bool (*each)(void *context), void *context)
{
	const char *cells;
	size_t length;
	bool more = true;
	enum db_result result = of_statement(db, take_answer(db, &cells, &length));

	check_statement(db, sql, params, param_count);
	db->in_rows = true;
	while (more && result == DB_OK) {
		fill_row(db, sql, columns, column_count, cells, length);
		more = each(context) && strncmp(db->script, "row|", 4) == 0;
		if (more)
			result = take_answer(db, &cells, &length);
	}
	db->in_rows = false;
	return result == DB_NO_ROW ? DB_OK : result == DB_DUPLICATE ? DB_FAILED : result;
}

enum db_result db_change(struct db *db, const char *sql, const struct db_param *params,
	size_t param_count, int64_t *changed)
{
	const char *cells;
	size_t length;
	enum db_result result = of_statement(db, take_answer(db, &cells, &length));

	check_statement(db, sql, params, param_count);
	if (changed != NULL)
		*changed = result == DB_OK ? 1 : 0;
	return result == DB_NO_ROW ? DB_OK : result;
}

int64_t db_inserted_id(const struct db *db)
{
	(void)db;
	return 1;
}

static enum db_result commit(struct db *db)
{
	const char *cells;
	size_t length;
	enum db_result result = take_answer(db, &cells, &length);

	return result == DB_NO_ROW || result == DB_DUPLICATE ? DB_OK : result;
}

enum db_result db_transaction(
	struct db *db, enum db_result (*work)(struct db *db, void *context), void *context)
{
	enum db_result result = DB_AGAIN;

	require(!db->in_transaction && !db->in_rows);
	for (int i = 0; i < ATTEMPTS && result == DB_AGAIN; i++) {
		db->in_transaction = true;
		result = work(db, context);
		db->in_transaction = false;
		if (result == DB_OK)
			result = commit(db);
	}
	return result == DB_AGAIN ? DB_FAILED : result;
}
