/*
 * What the files of lib/db share: the connection from inside. Only for them.
 *
 * connection.c opens and drops the connection and classifies errors; retry.c decides about another attempt;
 * statement.c prepares queries and binds their parameters, row.c reads rows, query.c runs queries, transaction.c transactions. Each of them
 * calls only those named before it.
 */
#ifndef FITGATE_DB_INTERNAL_H
#define FITGATE_DB_INTERNAL_H

#include "db/client.h"
#include "db/db.h"

enum { DB_ERROR_SIZE = 256 };

struct statement;

struct db {
	const struct url *url;
	unsigned timeout;
	MYSQL *mysql; /* NULL: not connected */
	bool in_transaction;
	uint64_t connection;    /* the number of the present connection */
	uint64_t statements_of; /* the number of the connection that the statements belong to */
	struct statement **statements;
	size_t statement_count, statement_room;
	int64_t inserted_id;
	unsigned error_number;
	char error_text[DB_ERROR_SIZE];
	bool error_logged;
};

/* ---- connection.c ------------------------------------------------------------------------------ */

/* Connect unless connected. Waits for some seconds while the server has reached its limit of connections. */
bool db_connect(struct db *db);

/* Drop the connection. Its prepared statements become invalid. */
void db_disconnect(struct db *db);

/* Remember the error of the server or of the client library. */
void db_note_error(struct db *db, unsigned number, const char *text);

/* Log the remembered error, unless that has been done: "could not <attempt>: <the server's text>". */
void db_log_error(struct db *db, const char *attempt);

/* Whether this error makes the connection useless. */
bool db_error_is_loss(unsigned number);

/*
 * Whether the server refused a change because it is read-only: nothing was changed, and another connection may
 * reach the server that took its place. db_error_is_loss() is true for this error too.
 */
bool db_error_is_read_only(unsigned number);

/* Whether the error is a conflict with another transaction: the server has rolled back the transaction, or
 * the statement alone (1205), and it is worth retrying from the start. */
bool db_error_is_conflict(unsigned number);

/* ---- retry.c ----------------------------------------------------------------------------------- */

/* Attempts at the same work: eight at the most, within 15 seconds. */
struct retry {
	int attempt;
	int64_t deadline; /* by clock_monotonic() */
};

struct retry retry_begin(void);

/*
 * Wait for a random part of a pause that grows with the attempts, so that processes that collided do not collide
 * again. false: no further attempt.
 */
bool retry_again(struct retry *retry);

/* ---- statement.c ------------------------------------------------------------------------------- */

/* A query with its parameters. */
struct db_request {
	const struct db_query *query; /* its address identifies it */
	struct db_params params;
};

/* The columns of a prepared statement: where in the row each value goes. */
struct statement_column {
	const char *table; /* its alias; "": the name has it */
	const char *name;
	enum db_type type;
	size_t offset;
};

enum { DB_TEXT_BUFFER = 256 };

/* The buffer of one column. Most values fit; a longer text is fetched again, straight into the arena. */
struct db_cell {
	union {
		long long integer;
		double real;
		MYSQL_TIME time;
		char text[DB_TEXT_BUFFER];
	};
	unsigned long length;
	client_bool is_null;
};

struct statement {
	const struct db_query *query;
	const char *text; /* that of the query: differs when another query has the same address */
	MYSQL_STMT *handle;
	size_t param_count;
	MYSQL_BIND *params;
	MYSQL_TIME *times; /* one for each parameter */
	size_t column_count;
	struct statement_column *columns;
	MYSQL_BIND *results;
	struct db_cell *cells;
};

/* The prepared statement of the request, with its parameters bound. NULL: see db->error_number. */
struct statement *statement_of(struct db *db, const struct db_request *request);

/* Release all prepared statements. */
void statements_free(struct db *db);

/* ---- row.c ------------------------------------------------------------------------------------- */

/* Give the column its buffer. */
void row_bind_column(MYSQL_BIND *bind, enum db_type type, struct db_cell *cell);

/* Where a row and its texts go. */
struct row_target {
	struct arena *arena;
	void *row;
};

/* Copy the fetched row to its target. false when out of memory. */
bool row_store(const struct statement *statement, const struct row_target *target);

#endif
