/*
 * One connection to MariaDB or MySQL: prepared statements, transactions, reconnecting.
 *
 * A query is a `static const struct db_query` beside its use: the fields of a struct that its columns
 * fill, and the SQL behind the SELECT list. The list and the binding come from the same field list, so
 * they cannot disagree. Each query is prepared once a connection, at its first use.
 *
 *	struct person { int64_t id; const char *email; };
 *	static const struct db_field PERSON[] = {
 *		DB_FIELD(struct person, id, "u.id"),
 *		DB_FIELD(struct person, email, "u.email"),
 *		{0},
 *	};
 *	static const struct db_query FIND = {PERSON, .text = "FROM users AS u WHERE u.username = ?"};
 *
 *	result = db_query_row(db, arena, &FIND, DB_PARAMS(DB_TEXT(name)), &person);
 *
 * The first query opens the connection; it is reopened if the server has closed it.
 */
#ifndef FITGATE_DB_DB_H
#define FITGATE_DB_DB_H

#include "core/arena.h"
#include "core/clock.h"
#include "core/url.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum db_result {
	DB_OK,
	DB_NO_ROW,    /* a row was expected and there is none */
	DB_DUPLICATE, /* a unique key refused the row; within a transaction: end it or query again */
	DB_ROLLBACK,  /* for a transaction's function to return: roll back; not a failure */
	DB_RETRY,     /* only within a transaction: return it, db_transaction() starts over */
	DB_COMMIT_UNKNOWN, /* the connection was lost during COMMIT: the change may be stored or not */
	DB_FAILED,         /* anything else; it has been logged */
};

struct db;

/* Initialize the client library now instead of with the first connection, for processes to be forked that then share its
 * memory. */
void db_load_library(void);

/*
 * A connection to the server that DATABASE_URL names, not opened yet. The URL must outlive it. NULL when
 * out of memory. Released by db_close(), which accepts NULL.
 */
struct db *db_open(const struct url *url);
void db_close(struct db *db);

/* How many seconds to wait for a reply of the server, 30 by default. Call it before the first query. */
void db_set_timeout(struct db *db, unsigned seconds);

/* Whether there is a connection: false before the first query, and after one that failed by losing it. */
bool db_is_connected(const struct db *db);

/* The server's error number and text of the last failure; 0 and "" when there was none. */
unsigned db_error_number(const struct db *db);
const char *db_error_text(const struct db *db);

/* ---- parameters -------------------------------------------------------------------------------- */

enum db_type {
	DB_TYPE_INT,
	DB_TYPE_DOUBLE,
	DB_TYPE_TEXT,
	DB_TYPE_BYTES,
	DB_TYPE_TIME,
	DB_TYPE_BOOL
};

struct db_param {
	enum db_type type;
	union {
		int64_t integer; /* also a time */
		double real;
		const char *text; /* NULL: SQL NULL */
	};
};

#define DB_INT(v)    ((struct db_param){.type = DB_TYPE_INT, .integer = (v)})
#define DB_DOUBLE(v) ((struct db_param){.type = DB_TYPE_DOUBLE, .real = (v)})
#define DB_TEXT(v)   ((struct db_param){.type = DB_TYPE_TEXT, .text = (v)})
/* Text from outside for an ascii_bin column: compared byte by byte, without error 1267. */
#define DB_BYTES(v) ((struct db_param){.type = DB_TYPE_BYTES, .text = (v)})
/* INSTANT_NONE: SQL NULL. */
#define DB_TIME(v) ((struct db_param){.type = DB_TYPE_TIME, .integer = (v)})

/*
 * The pattern of LIKE for texts that contain this one, whose special characters lose their meaning; the statement says
 * `LIKE ? DB_LIKE_ESCAPE`. In the arena; NULL: out of memory.
 */
const char *db_like_pattern(struct arena *arena, const char *part);
#define DB_LIKE_ESCAPE "ESCAPE '!'"

/* The values for the placeholders (?) of a query, in their order. */
struct db_params {
	const struct db_param *list;
	size_t count;
};

#define DB_PARAMS(...)                                                                             \
	((struct db_params){(const struct db_param[]){__VA_ARGS__},                                \
		sizeof((const struct db_param[]){__VA_ARGS__}) / sizeof(struct db_param)})
#define DB_NO_PARAMS ((struct db_params){NULL, 0})

/* ---- queries ----------------------------------------------------------------------------------- */

/*
 * A member of a struct and the column that fills it, or an inner struct, whose members have a list of their own. SQL NULL
 * gives 0, false, NULL, INSTANT_NONE. A list of fields ends with {0}.
 */
struct db_field {
	const char *column; /* an SQL expression; of an inner struct: see DB_INNER */
	enum db_type type;
	size_t offset;
	const struct db_field *inner; /* the list of the inner struct; NULL: a column */
};

#define DB_TYPE_OF(value)                                                                          \
	_Generic((value),                                                                          \
		int64_t: DB_TYPE_INT,                                                              \
		bool: DB_TYPE_BOOL,                                                                \
		double: DB_TYPE_DOUBLE,                                                            \
		const char *: DB_TYPE_TEXT)
#define DB_FIELD(structure, member, column)                                                        \
	{column, DB_TYPE_OF(((structure){}).member), offsetof(structure, member), NULL}
/* The member is an instant, which _Generic cannot distinguish from a number. */
#define DB_FIELD_TIME(structure, member, column)                                                   \
	{column, _Generic(((structure){}).member, instant: DB_TYPE_TIME),                          \
		offsetof(structure, member), NULL}
/* The row is not a struct but one value of this type. */
#define DB_VALUE(type, column) {column, DB_TYPE_OF((type){0}), 0, NULL}
/*
 * The member is a struct with this list of fields. Its columns are those of the table with this alias; "": they name
 * their table themselves.
 */
#define DB_INNER(structure, member, table, list)                                                   \
	{.column = (table), .offset = offsetof(structure, member), .inner = (list)}
/* Further members of the same struct, from another list. */
#define DB_MORE(list) {.column = "", .inner = (list)}

/* A statement. Static and constant: its address identifies the prepared statement. */
struct db_query {
	const struct db_field *fields; /* NULL: it returns no rows */
	const char
		*text; /* with fields, what follows the SELECT list ("FROM ..."), else all of it */
};

/*
 * Read the first row; further rows are discarded. Texts are NUL-terminated copies in the arena, which may
 * be NULL when no text is read. DB_OK, DB_NO_ROW, DB_RETRY, DB_FAILED. Outside a transaction the query is
 * repeated after a conflict or a lost connection.
 */
enum db_result db_query_row(struct db *db, struct arena *arena, const struct db_query *query,
	struct db_params params, void *row);

/*
 * Read every row: fill `row` and call `each`, row by row as they arrive; `each` returns false to stop. No
 * other query may run on this connection meanwhile. DB_OK, DB_RETRY, DB_FAILED.
 */
enum db_result db_query_each(struct db *db, struct arena *arena, const struct db_query *query,
	struct db_params params, void *row, bool (*each)(void *context), void *context);

/*
 * Run a statement that changes rows. `changed`, unless NULL, is set to the number of rows changed. DB_OK,
 * DB_DUPLICATE, DB_RETRY, DB_FAILED. Outside a transaction it is repeated after a conflict or a lost
 * connection, so use it there only for what may be done twice.
 */
enum db_result db_execute(
	struct db *db, const struct db_query *query, struct db_params params, int64_t *changed);

/* The same for a change of exactly one row; DB_NO_ROW when it changed none or several. */
enum db_result db_execute_one(struct db *db, const struct db_query *query, struct db_params params);

/* The AUTO_INCREMENT value that the last statement generated. */
int64_t db_inserted_id(const struct db *db);

/* ---- transactions ------------------------------------------------------------------------------ */

/*
 * Run `work` in a transaction and commit when it returns DB_OK; roll back and return its result
 * otherwise. It runs again from the start after a deadlock, a lock timeout, or a connection lost before
 * COMMIT was sent; so it may only query and change the database. DB_FAILED also after eight attempts or 15 seconds.
 * DB_COMMIT_UNKNOWN: COMMIT has failed with an error that does not
 * prove that nothing was stored.
 */
enum db_result db_transaction(
	struct db *db, enum db_result (*work)(struct db *db, void *context), void *context);

#endif
