/*
 * What the files of db/ share: the connection from inside. For nobody else.
 */
#ifndef FITGATE_DB_INTERNAL_H
#define FITGATE_DB_INTERNAL_H

#include "db/client.h"
#include "db/db.h"

enum { DB_MAX_STATEMENTS = 64, DB_ERROR_SIZE = 256 };

struct statement;

struct db {
	const struct url *url;
	struct arena *arena;
	unsigned timeout;
	MYSQL *mysql; /* NULL: not connected */
	bool in_transaction;
	struct statement *statements[DB_MAX_STATEMENTS];
	int statement_count;
	int64_t inserted_id;
	unsigned error_number;
	char error_text[DB_ERROR_SIZE];
	bool error_logged;
};

/* Make the connection unless it is there. Waits for some seconds while all that there may be are taken. */
bool db_connect(struct db *db);

/* Drop the connection and all that was prepared on it. */
void db_disconnect(struct db *db);

/* Note the server's (or the client library's) error. */
void db_note_error(struct db *db, unsigned number, const char *text);

/* Log the error that was noted last, unless that has been done. */
void db_log_error(struct db *db);

/* Whether the connection is of no more use after this error. */
bool db_error_is_loss(unsigned number);

/* Whether the transaction met another one: the server has undone it, or the statement alone (1205), and it
 * is worth trying again from its beginning. */
bool db_error_is_conflict(unsigned number);

/* Release a prepared statement; the connection may be gone already. */
void statement_free(struct statement *statement);

#endif
