/*
 * See database.h. Also checks the parameters and columns of each statement.
 */
#include "database.h"

#include "input.h"
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_SIZE = 4096, ATTEMPTS = 3 };

/* Where the value of a column goes. */
struct db_column {
	enum db_type type;
	void *to;
};

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

/* ---- results ----------------------------------------------------------------------------------- */

/* Take the next line of the script, without its line feed. */
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

static enum db_result take_result(struct db *db, const char **cells, size_t *length)
{
	static const struct {
		const char *word;
		enum db_result result;
	} WORDS[] = {{"none", DB_NO_ROW}, {"duplicate", DB_DUPLICATE}, {"again", DB_RETRY},
		{"undecided", DB_COMMIT_UNKNOWN}, {"failed", DB_FAILED}};
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

/* Plausible content of a column, by a word of its expression; the first match counts. */
static const struct {
	const char *word, *value;
	bool nullable;
} COLUMNS[] = {
	{"is_active", "1", false},
	{"admin", "1", false},
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
	{"client_metadata",
		"{\"client_name\":\"x\",\"redirect_uris\":[\"https://a.example/\"],"
		"\"scope\":\"profile:read\"}",
		true},
	/* the SHA-256 of "secret" */
	{"client_secret", "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", true},
	{"client_id", "app", true},
	{"redirect_uri", "NULL", true},
	{"scope", "profile:read profile:write workouts:read", false},
	{"AS period", "2018", false},
	{"COALESCE(record_type", "AS", false},
	{"workout_uuid", "0123456789abcdef0123456789abcdef", false},
	{"w.uuid", "01234567-89ab-cdef-0123-456789abcdef", false},
	{"kind", "login", false},
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

/* The length of the first expression in the list after SELECT. */
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

	/* a DATETIME holds only these */
	return clock_parse_sql(text, &when) ? when : INSTANT_NONE;
}

/* Keeps crypt(3) from taking minutes: of the formats, only $3$ and the oldest one are fast. */
static void make_cheap(char *hash)
{
	if (strncmp(hash, "$3$", 3) != 0 && (*hash == '$' || *hash == '_'))
		*hash = '.';
}

/* Whether the schema allows NULL in the column, and the statement does not exclude it. */
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

		require(size > 0); /* one cell for each column that the statement reads */
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

/* ---- parameters -------------------------------------------------------------------------------- */

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

static void check_statement(struct db *db, const char *sql, struct db_params params)
{
	size_t length;

	require(!db->in_rows);
	require(count_marks(sql) == params.count);
	for (size_t i = 0; i < params.count; i++) {
		const struct db_param *param = &params.list[i];

		/* the server rejects invalid UTF-8 */
		if (param->type == DB_TYPE_TEXT && param->text != NULL)
			require(model_is_utf8(param->text, strlen(param->text), &length));
		if (param->type == DB_TYPE_DOUBLE)
			require(isfinite(param->real));
	}
}

/* The text of a query, and where its columns are stored in the row. */
struct statement {
	char sql[8192];
	struct db_column list[64];
	size_t count;
};

static void add_column(
	struct statement *statement, const char *table, const struct db_field *field, char *row)
{
	size_t length = strlen(statement->sql);

	require(statement->count < sizeof(statement->list) / sizeof(*statement->list));
	statement->list[statement->count++] = (struct db_column){field->type, row + field->offset};
	snprintf(statement->sql + length, sizeof(statement->sql) - length, "%s%s%s%s",
		statement->count == 1 ? "SELECT " : ", ", table, *table == '\0' ? "" : ".",
		field->column);
}

/* NOLINTNEXTLINE(misc-no-recursion): lists are nested like the structs that they fill */
static void add_fields(
	struct statement *statement, const char *table, const struct db_field *fields, char *row)
{
	for (; fields->column != NULL; fields++)
		if (fields->inner == NULL)
			add_column(statement, table, fields, row);
		else
			add_fields(statement, fields->column, fields->inner, row + fields->offset);
}

static void expand(struct statement *statement, const struct db_query *query, void *row)
{
	size_t length;

	*statement = (struct statement){0};
	if (query->fields != NULL)
		add_fields(statement, "", query->fields, row);
	length = strlen(statement->sql);
	require(length + strlen(query->text) + 2 < sizeof(statement->sql));
	snprintf(statement->sql + length, sizeof(statement->sql) - length, " %s", query->text);
}

/* ---- db.h -------------------------------------------------------------------------------------- */

void db_load_library(void)
{
}

struct db *db_open(const struct url *url)
{
	(void)url;
	return &the_database;
}

void db_close(struct db *db)
{
	require(!db->in_transaction);
}

void db_set_timeout(struct db *db, unsigned seconds)
{
	(void)db;
	(void)seconds;
}

bool db_is_connected(const struct db *db)
{
	(void)db;
	return true;
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

/* Outside a transaction there is nothing to retry. */
static enum db_result of_statement(const struct db *db, enum db_result result)
{
	return result == DB_COMMIT_UNKNOWN || (result == DB_RETRY && !db->in_transaction)
		       ? DB_FAILED
		       : result;
}

enum db_result db_query_row(struct db *db, struct arena *arena, const struct db_query *query,
	struct db_params params, void *row)
{
	struct statement statement;
	const char *cells;
	size_t length;
	enum db_result result = of_statement(db, take_result(db, &cells, &length));

	expand(&statement, query, row);
	check_statement(db, statement.sql, params);
	db->arena = arena;
	if (result == DB_DUPLICATE)
		return DB_FAILED;
	if (result == DB_OK)
		fill_row(db, statement.sql, statement.list, statement.count, cells, length);
	return result;
}

enum db_result db_query_each(struct db *db, struct arena *arena, const struct db_query *query,
	struct db_params params, void *row, bool (*each)(void *context), void *context)
{
	struct statement statement;
	const char *cells;
	size_t length;
	bool more = true;
	enum db_result result = of_statement(db, take_result(db, &cells, &length));

	expand(&statement, query, row);
	check_statement(db, statement.sql, params);
	db->arena = arena;
	db->in_rows = true;
	while (more && result == DB_OK) {
		fill_row(db, statement.sql, statement.list, statement.count, cells, length);
		more = each(context) && strncmp(db->script, "row|", 4) == 0;
		if (more)
			result = take_result(db, &cells, &length);
	}
	db->in_rows = false;
	return result == DB_NO_ROW ? DB_OK : result == DB_DUPLICATE ? DB_FAILED : result;
}

enum db_result db_execute(
	struct db *db, const struct db_query *query, struct db_params params, int64_t *changed)
{
	const char *cells;
	size_t length;
	enum db_result result = of_statement(db, take_result(db, &cells, &length));

	check_statement(db, query->text, params);
	if (changed != NULL)
		*changed = result == DB_OK ? 1 : 0;
	return result == DB_NO_ROW ? DB_OK : result;
}

enum db_result db_execute_one(struct db *db, const struct db_query *query, struct db_params params)
{
	int64_t changed = 0;
	enum db_result result = db_execute(db, query, params, &changed);

	return result == DB_OK && changed != 1 ? DB_NO_ROW : result;
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
	enum db_result result = take_result(db, &cells, &length);

	return result == DB_NO_ROW || result == DB_DUPLICATE ? DB_OK : result;
}

enum db_result db_transaction(
	struct db *db, enum db_result (*work)(struct db *db, void *context), void *context)
{
	enum db_result result = DB_RETRY;

	require(!db->in_transaction && !db->in_rows);
	for (int i = 0; i < ATTEMPTS && result == DB_RETRY; i++) {
		db->in_transaction = true;
		result = work(db, context);
		db->in_transaction = false;
		if (result == DB_OK)
			result = commit(db);
	}
	return result == DB_RETRY ? DB_FAILED : result;
}
