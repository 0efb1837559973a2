/*
 * One user, one transaction. It locks the row of totals before it looks at the tables: a program that
 * changes a workout has either committed by then, or its trigger waits for us and its change is not seen
 * yet. So nothing is taken for wrong, or lost, that is in the midst of being written.
 */
#include "operator/recount.h"

#include "account/totals.h"
#include "operator/pages.h"
#include "operator/report.h"
#include "operator/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct recount {
	const struct desk *desk;
	struct report report;
	struct user_row {
		int64_t id;
		const char *username;
	} row;
	bool rebuild;
	bool gone, same; /* of the user at hand */
	int64_t users, differing;
	enum db_result result;
};

static bool same_tree(const char *one, const char *other)
{
	const cJSON *a = one == NULL ? NULL : cJSON_Parse(one);
	const cJSON *b = other == NULL ? NULL : cJSON_Parse(other);

	return a != NULL && b != NULL && cJSON_Compare(a, b, true);
}

/* The sums are decimals of three digits: equal ones are equal as doubles too. */
static bool same_totals(const struct totals *stored, const struct totals *counted)
{
	return stored->ready && stored->nb_workouts == counted->nb_workouts &&
	       stored->distance == counted->distance && stored->ascent == counted->ascent &&
	       stored->duration == counted->duration &&
	       same_tree(stored->sports, counted->sports) &&
	       same_tree(stored->records, counted->records);
}

static enum db_result store_totals(struct db *db, int64_t user_id, const struct totals *totals)
{
	static const char STORE[] =
		"UPDATE user_totals SET changes = changes + 1, nb_workouts = ?, total_distance = ?, "
		"total_ascent = ?, total_duration = ?, sports = ?, records = ? WHERE user_id = ?";

	return db_change(db, STORE,
		DB_PARAMS(DB_INT(totals->nb_workouts), DB_DOUBLE(totals->distance),
			DB_DOUBLE(totals->ascent), DB_INT(totals->duration),
			DB_TEXT(totals->sports), DB_TEXT(totals->records), DB_INT(user_id)),
		NULL);
}

/* Read and lock the stored totals. In a rebuild, a row that is missing is made before anything is
 * counted: from then on the triggers wait for it. */
static enum db_result lock_totals(
	struct db *db, const struct recount *recount, struct totals *stored)
{
	static const char LOCK[] =
		"SELECT t.user_id IS NOT NULL, " TOTALS_COLUMNS " FROM users AS u "
		"LEFT JOIN user_totals AS t ON t.user_id = u.id WHERE u.id = ? FOR UPDATE";
	static const char MAKE[] = "INSERT INTO user_totals (user_id) VALUES (?)";
	int64_t id = recount->row.id;
	bool exists;
	enum db_result result = db_row(db, LOCK, DB_PARAMS(DB_INT(id)),
		DB_COLUMNS(DB_TO_BOOL(&exists), TOTALS_CELLS(stored)));

	if (result != DB_OK || exists || !recount->rebuild)
		return result;
	return db_change(db, MAKE, DB_PARAMS(DB_INT(id)), NULL);
}

static enum db_result check(struct db *db, void *context)
{
	struct recount *recount = context;
	struct totals stored, counted;
	enum db_result result = lock_totals(db, recount, &stored);

	recount->gone = result == DB_NO_ROW;
	recount->same = false;
	if (result != DB_OK)
		return result;
	result = totals_from_tables(db, recount->row.id, &counted);
	if (result != DB_OK)
		return result;
	recount->same = same_totals(&stored, &counted);
	if (recount->same || !recount->rebuild)
		return DB_OK;
	return store_totals(db, recount->row.id, &counted);
}

static bool check_user(void *context)
{
	struct recount *recount = context;

	recount->gone = false;
	recount->result = db_transaction(recount->desk->db, check, recount);
	if (recount->gone)
		recount->result = DB_OK; /* deleted since the page was read */
	if (recount->gone || recount->result != DB_OK)
		return recount->result == DB_OK;
	recount->users++;
	if (recount->same)
		return true;
	recount->differing++;
	report_number(&recount->report, "id", 7, recount->row.id);
	report_text(&recount->report, "username", 0, recount->row.username);
	report_print(&recount->report);
	return true;
}

/* Count a user within the transaction that there is. */
static bool count_user(void *context)
{
	struct recount *recount = context;

	recount->result = check(recount->desk->db, recount);
	return recount->result == DB_OK;
}

/* ---- the commands ------------------------------------------------------------------------------ */

/* Whether triggers keep the totals: DB_OK, DB_NO_ROW, DB_FAILED. */
static enum db_result totals_are_kept(struct db *db)
{
	static const char FIND[] =
		"SELECT 1 FROM schema_version WHERE name = 'totals_triggers' AND state = 'applied'";
	int64_t one;

	return db_row(db, FIND, DB_NO_PARAMS, DB_COLUMNS(DB_TO_INT(&one)));
}

static enum db_result each_user(
	struct recount *recount, int64_t user_id, bool (*each)(void *context))
{
	static const char LIST[] =
		"SELECT id, username FROM users WHERE id > ? AND (? = 0 OR id = ?) "
		"ORDER BY id LIMIT ?";
	struct user_row *row = &recount->row;
	const struct db_column columns[] = {DB_TO_INT(&row->id), DB_TO_TEXT(&row->username)};
	const struct db_param params[] = {DB_INT(user_id), DB_INT(user_id)};
	const struct pages pages = {
		.sql = LIST,
		.params = params,
		.param_count = sizeof(params) / sizeof(*params),
		.columns = columns,
		.column_count = sizeof(columns) / sizeof(*columns),
		.row = row,
		.row_size = sizeof(*row),
		.id = &row->id,
	};
	enum db_result result = pages_each(recount->desk, &pages, each, recount);

	return result == DB_OK ? recount->result : result;
}

/* Standard output has the users that differ, standard error how many that were. */
static int run(struct recount *recount)
{
	const struct desk *desk = recount->desk;
	const char *typed = desk->options->arguments[0];
	struct person person = {.id = 0};
	enum db_result result = totals_are_kept(desk->db);

	if (result == DB_NO_ROW) {
		report_failure(
			"there are no triggers (migration 3 was skipped): totals are not kept, profiles "
			"are read from the tables");
		return recount->rebuild ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	if (result != DB_OK)
		return report_result(result);
	if (typed != NULL && users_find(desk, typed, &person) != DB_OK)
		return EXIT_FAILURE;
	result = each_user(recount, person.id, check_user);
	if (result != DB_OK)
		return report_result(result);
	fprintf(stderr, "%lld users counted, %lld %s\n", (long long)recount->users,
		(long long)recount->differing, recount->rebuild ? "put right" : "differ");
	return recount->differing > 0 && !recount->rebuild ? EXIT_FAILURE : EXIT_SUCCESS;
}

static struct recount new_recount(const struct desk *desk, bool rebuild)
{
	bool json = options_has(desk->options, "json");

	return (struct recount){
		.desk = desk,
		.report.form = json ? REPORT_JSON : REPORT_TABLE,
		.rebuild = rebuild,
		.result = DB_OK,
	};
}

int recount_verify(const struct desk *desk)
{
	struct recount recount = new_recount(desk, false);

	return run(&recount);
}

int recount_rebuild(const struct desk *desk)
{
	struct recount recount = new_recount(desk, true);

	return run(&recount);
}

enum db_result recount_all(const struct desk *desk)
{
	struct recount recount = new_recount(desk, true);
	enum db_result result = totals_are_kept(desk->db);

	if (result != DB_OK)
		return result == DB_NO_ROW ? DB_OK : result;
	return each_user(&recount, 0, count_user);
}
