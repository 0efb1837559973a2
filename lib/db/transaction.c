/*
 * Transactions: begin, work, commit, and when to start over.
 */
#include "db/internal.h"

#include "core/log.h"
#include "core/secret.h"

#include <time.h>

enum { MAX_ATTEMPTS = 8, FIRST_PAUSE_MS = 5 };

/* The connection may have been closed while it was idle: nothing is lost by making it anew. */
static bool begin(struct db *db)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		if (!db_connect(db))
			return false;
		if (mysql_query(db->mysql, "START TRANSACTION") == 0) {
			db->in_transaction = true;
			return true;
		}
		db_note_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
		db_disconnect(db);
	}
	db_log_error(db);
	return false;
}

static enum db_result commit(struct db *db)
{
	if (db->mysql == NULL)
		return DB_AGAIN; /* lost within the work, which did not notice */
	if (mysql_commit(db->mysql) == 0)
		return DB_OK;
	db_note_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
	if (db_error_is_conflict(db->error_number))
		return DB_AGAIN; /* a cluster refuses at COMMIT, and says so */
	log_error("database: COMMIT: %s (%u)", db->error_text, db->error_number);
	if (!db_error_is_loss(db->error_number))
		return DB_FAILED;
	db_disconnect(db);
	return DB_UNDECIDED;
}

static void roll_back(struct db *db)
{
	if (db->mysql != NULL && mysql_rollback(db->mysql) != 0)
		db_disconnect(db);
}

static enum db_result attempt(
	struct db *db, enum db_result (*work)(struct db *db, void *context), void *context)
{
	enum db_result result;

	if (!begin(db))
		return DB_FAILED;
	result = work(db, context);
	if (result == DB_OK)
		result = commit(db);
	if (result != DB_OK)
		roll_back(db);
	db->in_transaction = false;
	return result;
}

/* Those who collided must not meet again: a random part of a growing pause. */
static void pause_before(int next_attempt)
{
	unsigned char random = 0;
	long milliseconds;

	secret_random(&random, sizeof(random));
	milliseconds = FIRST_PAUSE_MS * next_attempt * (1 + random) / 256 + 1;
	nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

enum db_result db_transaction(
	struct db *db, enum db_result (*work)(struct db *db, void *context), void *context)
{
	enum db_result result = attempt(db, work, context);

	for (int i = 1; i < MAX_ATTEMPTS && result == DB_AGAIN; i++) {
		pause_before(i);
		result = attempt(db, work, context);
	}
	if (result != DB_AGAIN)
		return result;
	log_error("database: gave up after %d attempts: %s (%u)", MAX_ATTEMPTS, db->error_text,
		db->error_number);
	return DB_FAILED;
}
