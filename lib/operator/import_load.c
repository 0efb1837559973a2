/*
 * One transaction, however long: an undo log of inserts is small. The sports and settings that a fresh
 * database has give way to those of the source.
 *
 * The triggers on workouts and records would change a user's row of totals once for each of them. These
 * rows are taken away before, so that the triggers find nothing to do, and counted at the end.
 */
#include "operator/import_load.h"

#include "operator/import_batch.h"
#include "operator/recount.h"
#include "operator/report.h"

#include <stdio.h>
#include <string.h>

struct load {
	struct import *import;
	struct import_batch *batches[IMPORT_TABLES];
	const struct import_table *table; /* at which it is */
	enum db_result result;
	int64_t problems; /* before it began */
};

/* ---- room -------------------------------------------------------------------------------------- */

/* The first also keeps others from registering until the transaction ends. */
enum db_result import_find_room(struct db *db)
{
	static const char USERS[] = "SELECT id FROM users ORDER BY id LIMIT 1 FOR UPDATE";
	static const char OTHERS[] =
		"SELECT (SELECT COUNT(*) FROM blacklisted_tokens) + (SELECT COUNT(*) FROM oauth2_client) + "
		"(SELECT COUNT(*) FROM oauth2_token) + (SELECT COUNT(*) FROM jobs)";
	int64_t number = 0;
	enum db_result result = db_row(db, USERS, DB_NO_PARAMS, DB_COLUMNS(DB_TO_INT(&number)));

	if (result == DB_OK) {
		report_failure(
			"there are accounts already: an import needs a database without any");
		return DB_REFUSED;
	}
	if (result != DB_NO_ROW)
		return result;
	result = db_row(db, OTHERS, DB_NO_PARAMS, DB_COLUMNS(DB_TO_INT(&number)));
	if (result == DB_OK && number > 0) {
		report_failure(
			"there are tokens, clients or jobs of earlier accounts: an import needs "
			"a fresh database");
		return DB_REFUSED;
	}
	return result;
}

static enum db_result make_room(struct db *db)
{
	static const char SPORTS[] = "DELETE FROM sports", CONFIG[] = "DELETE FROM app_config";
	enum db_result result = import_find_room(db);

	if (result == DB_OK)
		result = db_change(db, SPORTS, DB_NO_PARAMS, NULL);
	return result == DB_OK ? db_change(db, CONFIG, DB_NO_PARAMS, NULL) : result;
}

/* ---- tables ------------------------------------------------------------------------------------ */

static bool load_row(struct import *import, const struct import_row *row, void *context)
{
	struct load *load = context;

	if (import->problems > load->problems)
		return true; /* it goes no further than this table */
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
		return load->result == DB_OK ? DB_REFUSED : load->result;
	if (load->import->problems > load->problems) {
		report_failure("%s.csv has changed since it was checked", table->name);
		return DB_REFUSED;
	}
	return import_batch_end(batch);
}

/*
 * The number of an account that was deleted must not be given to another: a token of the old one might
 * still be good. InnoDB remembers the highest number that was ever in the table.
 */
static enum db_result pass_numbers_over(struct db *db, int64_t last_id)
{
	static const char LAST[] = "SELECT COALESCE(MAX(id), 0) FROM users";
	static const char INSERT[] =
		"INSERT INTO users (id, username, email, password, created_at) "
		"VALUES (?, '', '', '', '2000-01-01')";
	static const char DELETE[] = "DELETE FROM users WHERE id = ?";
	int64_t id;
	enum db_result result = db_row(db, LAST, DB_NO_PARAMS, DB_COLUMNS(DB_TO_INT(&id)));

	if (result != DB_OK || id >= last_id)
		return result;
	result = db_change(db, INSERT, DB_PARAMS(DB_INT(last_id)), NULL);
	if (result == DB_OK)
		result = db_change(db, DELETE, DB_PARAMS(DB_INT(last_id)), NULL);
	return result;
}

static enum db_result load_all(struct db *db, void *context)
{
	static const char TOTALS[] = "DELETE FROM user_totals";
	struct load *load = context;
	struct import *import = load->import;
	enum db_result result = make_room(db);

	for (int i = 0; i < IMPORT_TABLES && result == DB_OK; i++) {
		result = load_table(load, &IMPORT_TABLE[i]);
		if (result == DB_OK && IMPORT_TABLE[i].ids == IMPORT_USERS)
			result = pass_numbers_over(db, import->last_user_id);
		if (result == DB_OK && IMPORT_TABLE[i].ids == IMPORT_USERS)
			result = db_change(db, TOTALS, DB_NO_PARAMS, NULL);
	}
	if (result != DB_OK)
		return result;
	load->table = NULL;
	import_show_progress(import, "totals");
	return recount_all(import->desk);
}

/* ---- all of it --------------------------------------------------------------------------------- */

static bool make_batches(struct load *load)
{
	const char *columns[IMPORT_COLUMNS] = {NULL};

	for (int i = 0; i < IMPORT_TABLES; i++) {
		const struct import_table *table = &IMPORT_TABLE[i];
		const struct desk *desk = load->import->desk;
		int count = import_column_count(table);

		for (int j = 0; j < count; j++)
			columns[j] = table->columns[j].name;
		load->batches[i] =
			import_batch_new(desk->db, desk->arena, table->name, columns, count);
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
		result = db_transaction(import->desk->db, load_all, &load);
	else
		report_failure("out of memory");
	import_hide_progress(import);
	if (load.table != NULL && (result == DB_FAILED || result == DB_DUPLICATE))
		report_failure("%s.csv: %s", load.table->name, db_error_text(import->desk->db));
	for (int i = 0; i < IMPORT_TABLES; i++)
		import_batch_free(load.batches[i]);
	return result;
}
