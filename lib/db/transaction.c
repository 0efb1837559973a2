/*
 * Transactions: begin, work, commit, and when to start over.
 */
#include "db/internal.h"

#include "core/log.h"

/*
 * The server may have closed the connection while it was idle, or may have lost its cluster: nothing is lost by
 * opening another connection.
 */
static enum db_result begin(struct db *db)
{
	if (!db_connect(db))
		return DB_FAILED;
	if (mysql_query(db->mysql, "START TRANSACTION") == 0) {
		db->in_transaction = true;
		return DB_OK;
	}
	db_note_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
	db_disconnect(db);
	return DB_RETRY;
}

/* Report that nothing was stored only if the error proves it. KILL QUERY during COMMIT (1317) does not. */
static enum db_result classify_commit_error(struct db *db)
{
	if (db_error_is_conflict(db->error_number))
		return DB_RETRY; /* a cluster refuses at COMMIT */
	if (db_error_is_read_only(db->error_number)) {
		db_disconnect(db);
		return DB_RETRY;
	}
	log_error("could not commit: %s (%u)", db->error_text, db->error_number);
	if (db_error_is_loss(db->error_number))
		db_disconnect(db);
	return DB_COMMIT_UNKNOWN;
}

static enum db_result commit(struct db *db)
{
	if (db->mysql == NULL)
		return DB_RETRY; /* lost within the work, which ignored it */
	if (mysql_commit(db->mysql) == 0)
		return DB_OK;
	db_note_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
	return classify_commit_error(db);
}

static void roll_back(struct db *db)
{
	if (db->mysql != NULL && mysql_rollback(db->mysql) != 0)
		db_disconnect(db);
}

static enum db_result attempt(
	struct db *db, enum db_result (*work)(struct db *db, void *context), void *context)
{
	enum db_result result = begin(db);

	if (result != DB_OK)
		return result;
	result = work(db, context);
	if (result == DB_OK)
		result = commit(db);
	if (result != DB_OK)
		roll_back(db);
	db->in_transaction = false;
	return result;
}

enum db_result db_transaction(
	struct db *db, enum db_result (*work)(struct db *db, void *context), void *context)
{
	struct retry retry = retry_begin();
	enum db_result result;

	do
		result = attempt(db, work, context);
	while (result == DB_RETRY && retry_again(&retry));
	if (result != DB_RETRY)
		return result;
	log_error("could not complete a transaction in %d attempts: %s (%u)", retry.attempt,
		db->error_text, db->error_number);
	return DB_FAILED;
}
