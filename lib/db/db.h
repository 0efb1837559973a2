/*
 * One connection to MariaDB or MySQL: prepared statements, transactions, reconnecting.
 *
 * A statement is known by the address of its text: write it as a static constant beside its use. It is
 * prepared once a connection and kept. The connection is made at the first question and made anew when
 * the server has closed it.
 *
 *	static const char FIND[] = "SELECT id, email FROM users WHERE username = ?";
 *	int64_t id;
 *	const char *email;
 *
 *	result = db_row(db, FIND, DB_PARAMS(DB_TEXT(name)), DB_COLUMNS(DB_TO_INT(&id), DB_TO_TEXT(&email)));
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
	DB_NO_ROW,    /* asked for a row, and there is none */
	DB_DUPLICATE, /* a unique key refused the row; within a transaction: end it or ask again */
	DB_REFUSED,   /* for a transaction's function to return: roll back, this is no failure */
	DB_AGAIN,     /* only within a transaction: return it, db_transaction() starts over */
	DB_UNDECIDED, /* the connection went while the change was being stored: nobody knows whether it is */
	DB_FAILED, /* anything else; it has been logged */
};

struct db;

/*
 * A connection as DATABASE_URL describes it, not yet made. The URL must live as long as the connection.
 * NULL when memory is out. Released by db_close(), which accepts NULL.
 */
struct db *db_open(const struct url *url);
void db_close(struct db *db);

/* Texts that are read go to this arena from now on. */
void db_use_arena(struct db *db, struct arena *arena);

/* Wait up to so many seconds for an answer (30 at first); for migrations. Before the first question. */
void db_set_timeout(struct db *db, unsigned seconds);

/* The server's error number and text of the last failure; 0 and "" when there was none. */
unsigned db_error_number(const struct db *db);
const char *db_error_text(const struct db *db);

/* ---- parameters and columns -------------------------------------------------------------------- */

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

#define DB_PARAMS(...)                                                                             \
	(const struct db_param[]){__VA_ARGS__},                                                    \
		sizeof((const struct db_param[]){__VA_ARGS__}) / sizeof(struct db_param)
#define DB_NO_PARAMS NULL, 0

struct db_column {
	enum db_type type;
	void *to;
};

/* SQL NULL gives 0, false, NULL, INSTANT_NONE. Texts are NUL-terminated copies in the arena. */
static inline struct db_column DB_TO_INT(int64_t *to) {
	return (struct db_column){DB_TYPE_INT, to};
} static inline struct db_column DB_TO_BOOL(bool *to) {
	return (struct db_column){DB_TYPE_BOOL, to};
} static inline struct db_column DB_TO_DOUBLE(double *to) {
	return (struct db_column){DB_TYPE_DOUBLE, to};
} static inline struct db_column DB_TO_TEXT(const char **to) {
	return (struct db_column){DB_TYPE_TEXT, to};
} static inline struct db_column DB_TO_TIME(instant *to) {
	return (struct db_column){DB_TYPE_TIME, to};
}

#define DB_COLUMNS(...)                                                                            \
	(const struct db_column[]){__VA_ARGS__},                                                   \
		sizeof((const struct db_column[]){__VA_ARGS__}) / sizeof(struct db_column)

/* ---- questions and changes --------------------------------------------------------------------- */

/*
 * Read the first row into the columns; further rows are passed over. DB_OK, DB_NO_ROW, DB_AGAIN,
 * DB_FAILED. Outside a transaction a lost connection is made anew and the question asked again, once.
 */
enum db_result
db_row(struct db *db, const char *sql, const struct db_param *params, size_t param_count,
	const struct db_column *columns, size_t column_count);

/*
 * Read every row: the columns are filled and `each` is called, row by row as they arrive; it returns
 * false to stop. No other question may be asked on this connection meanwhile. DB_OK, DB_AGAIN, DB_FAILED.
 */
enum db_result db_rows(struct db *db, const char *sql, const struct db_param *params,
	size_t param_count, const struct db_column *columns, size_t column_count,
	bool (*each)(void *context), void *context);

/*
 * Change something. `changed`, unless NULL, is set to the number of rows changed. DB_OK, DB_DUPLICATE,
 * DB_AGAIN, DB_FAILED. Outside a transaction it is repeated once when the connection was lost: only for
 * what may be done twice.
 */
enum db_result db_change(struct db *db, const char *sql, const struct db_param *params,
	size_t param_count, int64_t *changed);

/* The same for a change that must find exactly one row; DB_NO_ROW: it does not. */
static inline enum db_result db_change_one(
	struct db *db, const char *sql, const struct db_param *params, size_t param_count)
{
	int64_t changed = 0;
	enum db_result result = db_change(db, sql, params, param_count, &changed);

	return result == DB_OK && changed != 1 ? DB_NO_ROW : result;
}

/* The AUTO_INCREMENT value that the last db_change() made. */
int64_t db_inserted_id(const struct db *db);

/* ---- transactions ------------------------------------------------------------------------------ */

/*
 * Run `work` in a transaction and commit when it returns DB_OK; roll back and return its result
 * otherwise. It is run again from the start when it deadlocked, waited too long for a lock, or lost the
 * connection before COMMIT was sent; so it does nothing but ask and change the database. DB_UNDECIDED
 * when the connection went during COMMIT.
 */
enum db_result db_transaction(
	struct db *db, enum db_result (*work)(struct db *db, void *context), void *context);

#endif
