/*
 * One transaction for each user. It locks the row of totals before it reads the tables: a program that changes
 * a workout has either committed by then, or its trigger waits for our lock and its change is not visible yet. So
 * a change in progress is neither reported as a difference nor lost.
 */
#include "admin/totals.h"

#include "account/totals.h"
#include "admin/cli/pages.h"
#include "admin/cli/report.h"
#include "core/json/json.h"
#include "admin/account_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct user_row {
	int64_t id;
	const char *username;
};

static const struct db_field USER_ROW[] = {
	DB_FIELD(struct user_row, id, "id"),
	DB_FIELD(struct user_row, username, "username"),
	{0},
};

struct recount {
	const struct admin_context *admin;
	struct report report;
	struct user_row row;
	bool rebuild;
	bool gone, same; /* of the current user */
	int64_t users, differing;
	enum db_result result;
};

static bool same_tree(const char *one, const char *other)
{
	const cJSON *a = one == NULL ? NULL : cJSON_Parse(one);
	const cJSON *b = other == NULL ? NULL : cJSON_Parse(other);

	return a != NULL && b != NULL && cJSON_Compare(a, b, true);
}

/* The sums are decimals with three digits: equal decimals are equal as doubles too. */
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
	static const struct db_query STORE = {
		.text = "UPDATE user_totals SET changes = changes + 1, nb_workouts = ?, "
			"total_distance = ?, total_ascent = ?, total_duration = ?, sports = ?, "
			"records = ? WHERE user_id = ?"};

	return db_execute(db, &STORE,
		DB_PARAMS(DB_INT(totals->nb_workouts), DB_DOUBLE(totals->distance),
			DB_DOUBLE(totals->ascent), DB_INT(totals->duration),
			DB_TEXT(totals->sports), DB_TEXT(totals->records), DB_INT(user_id)),
		NULL);
}

/*
 * Read and lock the stored totals. If the row is missing, a rebuild inserts it before it reads the tables: from
 * then on the triggers wait for it.
 */
static enum db_result lock_totals(
	struct db *db, const struct recount *recount, struct totals *stored)
{
	struct row {
		bool exists;
		struct totals totals;
	} row;
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct row, exists, "t.user_id IS NOT NULL"),
		DB_INNER(struct row, totals, "", TOTALS_FIELDS),
		{0},
	};
	static const struct db_query LOCK = {
		.fields = FIELDS,
		.text = "FROM users AS u LEFT JOIN user_totals AS t ON t.user_id = u.id "
			"WHERE u.id = ? FOR UPDATE",
	};
	static const struct db_query INSERT = {
		.text = "INSERT INTO user_totals (user_id) VALUES (?)"};
	int64_t id = recount->row.id;
	enum db_result result =
		db_query_row(db, recount->admin->arena, &LOCK, DB_PARAMS(DB_INT(id)), &row);

	if (result == DB_OK)
		*stored = row.totals;
	if (result != DB_OK || row.exists || !recount->rebuild)
		return result;
	return db_execute(db, &INSERT, DB_PARAMS(DB_INT(id)), NULL);
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
	result = totals_from_tables(db, recount->admin->arena, recount->row.id, &counted);
	if (result != DB_OK)
		return result;
	recount->same = same_totals(&stored, &counted);
	if (recount->same || !recount->rebuild)
		return DB_OK;
	return store_totals(db, recount->row.id, &counted);
}

static bool check_user(void *context, struct arena *arena)
{
	struct recount *recount = context;

	(void)arena;
	recount->gone = false;
	recount->result = db_transaction(recount->admin->db, check, recount);
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

/* As check_user(), but within a transaction of the caller and without a report. */
static bool rebuild_user(void *context, struct arena *arena)
{
	struct recount *recount = context;

	(void)arena;
	recount->result = check(recount->admin->db, recount);
	return recount->result == DB_OK;
}

/* ---- the commands ------------------------------------------------------------------------------ */

/* DB_OK: triggers maintain the totals; DB_NO_ROW: they do not; DB_FAILED. */
static enum db_result find_triggers(struct db *db)
{
	static const struct db_field VERSION[] = {DB_VALUE(int64_t, "version"), {0}};
	static const struct db_query FIND = {VERSION,
		.text = "FROM schema_version WHERE name = 'totals_triggers' AND state = 'applied'"};
	int64_t version;

	return db_query_row(db, NULL, &FIND, DB_NO_PARAMS, &version);
}

/* user_id 0: every user. */
static enum db_result each_user(
	struct recount *recount, int64_t user_id, bool (*each)(void *context, struct arena *arena))
{
	static const struct db_query LIST = {
		USER_ROW, .text = "FROM users WHERE id > ? AND ? IN (0, id) ORDER BY id LIMIT ?"};
	struct user_row *row = &recount->row;
	enum db_result result = pages_each(recount->admin,
		&(const struct pages){
			.query = &LIST,
			.params = DB_PARAMS(DB_INT(user_id)),
			.row = row,
			.row_size = sizeof(*row),
			.id = &row->id,
		},
		each, recount);

	return result == DB_OK ? recount->result : result;
}

/* Users whose totals differ go to standard output, their number to standard error. */
static int run(struct recount *recount)
{
	const struct admin_context *admin = recount->admin;
	const char *argument = admin->options->arguments[0];
	struct account_row account = {.id = 0};
	enum db_result result = find_triggers(admin->db);

	if (result == DB_NO_ROW) {
		report_failure(
			"the database has no triggers (migration 3 was skipped): totals are not "
			"stored, profiles are computed from the workouts");
		return recount->rebuild ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	if (result != DB_OK)
		return report_result(result);
	if (argument != NULL && account_find(admin, argument, &account) != DB_OK)
		return EXIT_FAILURE;
	result = each_user(recount, account.id, check_user);
	if (result != DB_OK)
		return report_result(result);
	fprintf(stderr, "%" PRId64 " users checked, %" PRId64 " %s\n", recount->users,
		recount->differing, recount->rebuild ? "corrected" : "differ");
	return recount->differing > 0 && !recount->rebuild ? EXIT_FAILURE : EXIT_SUCCESS;
}

static struct recount new_recount(const struct admin_context *admin, bool rebuild)
{
	return (struct recount){
		.admin = admin,
		.report = report_new(admin->options, REPORT_TABLE),
		.rebuild = rebuild,
		.result = DB_OK,
	};
}

int totals_verify(const struct admin_context *admin)
{
	struct recount recount = new_recount(admin, false);

	return run(&recount);
}

int totals_rebuild(const struct admin_context *admin)
{
	struct recount recount = new_recount(admin, true);

	return run(&recount);
}

enum db_result totals_rebuild_all(const struct admin_context *admin)
{
	struct recount recount = new_recount(admin, true);
	enum db_result result = find_triggers(admin->db);

	if (result != DB_OK)
		return result == DB_NO_ROW ? DB_OK : result;
	return each_user(&recount, 0, rebuild_user);
}
