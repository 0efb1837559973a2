/*
 * Everything is one transaction, however long: the undo log of inserts is small. The sports and the settings of a new
 * database are replaced by those of the source.
 *
 * The triggers on workouts and records would update a user's row of totals once for each row. The rows of totals are
 * deleted first, so that the triggers find nothing to update, and computed at the end.
 */
#include "admin/import/import_load.h"

#include "admin/import/import_batch.h"
#include "admin/totals.h"
#include "admin/cli/report.h"

#include <stdio.h>
#include <string.h>

struct load {
	struct import *import;
	struct import_batch *batches[IMPORT_TABLES];
	const struct import_table *table; /* the current one */
	enum db_result result;
	int64_t problems; /* before the load began */
};

/* ---- the empty database ------------------------------------------------------------------------ */

enum db_result import_require_empty(struct db *db)
{
	static const struct db_field ID[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_field REST[] = {
		DB_VALUE(int64_t,
			"(SELECT COUNT(*) FROM blacklisted_tokens) + "
			"(SELECT COUNT(*) FROM oauth2_client) + "
			"(SELECT COUNT(*) FROM oauth2_token) + (SELECT COUNT(*) FROM jobs)"),
		{0}};
	/* the lock on the end of the table also blocks registrations */
	static const struct db_query USERS = {
		ID, .text = "FROM users ORDER BY id LIMIT 1 FOR UPDATE"};
	static const struct db_query OTHERS = {REST, .text = ""};
	int64_t number = 0;
	enum db_result result = db_query_row(db, NULL, &USERS, DB_NO_PARAMS, &number);

	if (result == DB_OK) {
		report_failure(
			"the database has accounts already: import into a database without accounts");
		return DB_ROLLBACK;
	}
	if (result != DB_NO_ROW)
		return result;
	result = db_query_row(db, NULL, &OTHERS, DB_NO_PARAMS, &number);
	if (result == DB_OK && number > 0) {
		report_failure(
			"the database has tokens, clients or jobs of earlier accounts: import into a "
			"new database");
		return DB_ROLLBACK;
	}
	return result;
}

static enum db_result empty_tables(struct db *db)
{
	static const struct db_query SPORTS = {.text = "DELETE FROM sports"};
	static const struct db_query CONFIG = {.text = "DELETE FROM app_config"};
	enum db_result result = import_require_empty(db);

	if (result == DB_OK)
		result = db_execute(db, &SPORTS, DB_NO_PARAMS, NULL);
	return result == DB_OK ? db_execute(db, &CONFIG, DB_NO_PARAMS, NULL) : result;
}

/* ---- tables ------------------------------------------------------------------------------------ */

static bool load_row(struct import *import, const struct import_row *row, void *context)
{
	struct load *load = context;

	if (import->problems > load->problems)
		return true; /* the load ends after this table */
	load->result = import_batch_add(load->batches[row->table - IMPORT_TABLE], row->values);
	return load->result == DB_OK;
}

static enum db_result load_table(struct load *load, const struct import_table *table)
{
	struct import_batch *batch = load->batches[table - IMPORT_TABLE];

	load->table = table;
	load->result = DB_OK;
	import_batch_clear(batch);
	if (!import_each(load->import, table, load_row, load))
		return load->result == DB_OK ? DB_ROLLBACK : load->result;
	if (load->import->problems > load->problems) {
		report_failure("%s.csv has changed since it was checked", table->name);
		return DB_ROLLBACK;
	}
	return import_batch_end(batch);
}

/*
 * The id of a deleted account must not be assigned again: one of its tokens might still be valid. InnoDB remembers
 * the highest id that was ever in the table.
 */
static enum db_result skip_used_ids(struct db *db, int64_t last_id)
{
	static const struct db_field LAST_ID[] = {DB_VALUE(int64_t, "COALESCE(MAX(id), 0)"), {0}};
	static const struct db_query LAST = {LAST_ID, .text = "FROM users"};
	static const struct db_query INSERT = {
		.text = "INSERT INTO users (id, username, email, password, created_at) "
			"VALUES (?, '', '', '', '2000-01-01')"};
	static const struct db_query DELETE = {.text = "DELETE FROM users WHERE id = ?"};
	int64_t id;
	enum db_result result = db_query_row(db, NULL, &LAST, DB_NO_PARAMS, &id);

	if (result != DB_OK || id >= last_id)
		return result;
	result = db_execute(db, &INSERT, DB_PARAMS(DB_INT(last_id)), NULL);
	if (result == DB_OK)
		result = db_execute(db, &DELETE, DB_PARAMS(DB_INT(last_id)), NULL);
	return result;
}

/* Tokens that FitTrackee has issued are valid if the key is the same, and have no rows in sessions. */
static enum db_result mark_earlier_sessions(struct db *db)
{
	static const struct db_query MARK = {
		.text = "UPDATE users SET sessions_since = UTC_TIMESTAMP(6)"};

	return db_execute(db, &MARK, DB_NO_PARAMS, NULL);
}

static enum db_result load_all(struct db *db, void *context)
{
	static const struct db_query TOTALS = {.text = "DELETE FROM user_totals"};
	struct load *load = context;
	struct import *import = load->import;
	enum db_result result = empty_tables(db);

	for (int i = 0; i < IMPORT_TABLES && result == DB_OK; i++) {
		result = load_table(load, &IMPORT_TABLE[i]);
		if (result == DB_OK && IMPORT_TABLE[i].ids == IMPORT_USERS)
			result = skip_used_ids(db, import->last_user_id);
		if (result == DB_OK && IMPORT_TABLE[i].ids == IMPORT_USERS)
			result = mark_earlier_sessions(db);
		if (result == DB_OK && IMPORT_TABLE[i].ids == IMPORT_USERS)
			result = db_execute(db, &TOTALS, DB_NO_PARAMS, NULL);
	}
	if (result != DB_OK)
		return result;
	load->table = NULL;
	import_show_progress(import, "totals");
	return totals_rebuild_all(import->admin);
}

/* ---- the whole import -------------------------------------------------------------------------- */

static bool make_batches(struct load *load)
{
	const char *columns[IMPORT_COLUMNS] = {NULL};

	for (int i = 0; i < IMPORT_TABLES; i++) {
		const struct import_table *table = &IMPORT_TABLE[i];
		const struct admin_context *admin = load->import->admin;
		int count = import_column_count(table);

		for (int j = 0; j < count; j++)
			columns[j] = table->columns[j].name;
		load->batches[i] =
			import_batch_new(admin->db, admin->arena, table->name, columns, count);
		if (load->batches[i] == NULL)
			return false;
	}
	return true;
}

enum db_result import_load(struct import *import)
{
	struct load load = {.import = import, .problems = import->problems};
	enum db_result result = DB_FAILED;

	import->doing = "writing";
	if (make_batches(&load))
		result = db_transaction(import->admin->db, load_all, &load);
	else
		report_failure("out of memory");
	import_hide_progress(import);
	if (load.table != NULL && (result == DB_FAILED || result == DB_DUPLICATE))
		report_failure("could not insert the rows of %s.csv: %s", load.table->name,
			db_error_text(import->admin->db));
	for (int i = 0; i < IMPORT_TABLES; i++)
		import_batch_free(load.batches[i]);
	return result;
}
