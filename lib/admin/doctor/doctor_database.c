/*
 * What a check tries is rolled back, or changes no row.
 */
#include "admin/doctor/doctor_database.h"

#include "account/app_config.h"
#include "core/crypto.h"
#include "db/migrate.h"
#include "mail/backlog.h"

#include <inttypes.h>

/* ---- schema ------------------------------------------------------------------------------------ */

void doctor_check_schema(struct doctor *doctor)
{
	bool skipped;

	switch (migrate_state(doctor->db, &skipped)) {
	case SCHEMA_CURRENT:
		doctor_ok(doctor, "schema", "up to date%s",
			skipped ? ", an optional migration was skipped" : "");
		return;
	case SCHEMA_BEHIND:
		doctor_fail(doctor, "schema", "migrations are missing: run fitgate-admin migrate");
		return;
	case SCHEMA_OTHER:
		doctor_fail(doctor, "schema",
			"the database was created by another version of Fitgate: install that "
			"version, or a newer one");
		return;
	case SCHEMA_UNKNOWN:
		doctor_fail(doctor, "schema", "%s: run fitgate-admin migrate",
			db_error_text(doctor->db));
		return;
	}
}

/* ---- triggers ---------------------------------------------------------------------------------- */

struct probe {
	bool added, counted;
};

/* Insert a user, which must run the trigger on users, and roll back. */
static enum db_result probe_trigger(struct db *db, void *context)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO users (username, email, password, created_at) "
			"VALUES (?, ?, '', ?)"};
	static const struct db_field ID[] = {DB_VALUE(int64_t, "user_id"), {0}};
	static const struct db_query FIND = {ID, .text = "FROM user_totals WHERE user_id = ?"};
	struct probe *probe = context;
	char name[CRYPTO_ID_SIZE];
	int64_t id;
	enum db_result result;

	*probe = (struct probe){.added = false};
	if (!crypto_random_id(name))
		return DB_FAILED;
	result = db_execute(
		db, &INSERT, DB_PARAMS(DB_TEXT(name), DB_TEXT(name), DB_TIME(clock_now())), NULL);
	probe->added = result == DB_OK;
	if (result != DB_OK)
		return result;
	result = db_query_row(db, NULL, &FIND, DB_PARAMS(DB_INT(db_inserted_id(db))), &id);
	probe->counted = result == DB_OK;
	return result == DB_RETRY ? result : DB_ROLLBACK;
}

/* The number of visible triggers; 0 also if the account must not see any. */
static int64_t count_triggers(struct db *db)
{
	static const struct db_field COUNT[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query READ = {
		COUNT, .text = "FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() "
			       "AND TRIGGER_NAME LIKE 'fitgate\\_%'"};
	int64_t count;

	return db_query_row(db, NULL, &READ, DB_NO_PARAMS, &count) == DB_OK ? count : 0;
}

/* Whether the server's binary log is on and restricts triggers to accounts with SUPER (error 1419). */
static bool log_restricts_triggers(struct db *db)
{
	static const struct db_field RESTRICTED[] = {
		DB_VALUE(bool, "@@log_bin = 1 AND @@log_bin_trust_function_creators = 0"), {0}};
	static const struct db_query READ = {RESTRICTED, .text = ""};
	bool restricted;

	return db_query_row(db, NULL, &READ, DB_NO_PARAMS, &restricted) == DB_OK && restricted;
}

static void warn_skipped(struct doctor *doctor)
{
	static const char SLOWER[] = "there are none, so profiles are computed from the workouts, "
				     "which is slower";

	if (log_restricts_triggers(doctor->db))
		doctor_warn(doctor, "triggers",
			"%s: set log_bin_trust_function_creators=1 on the server (error 1419), then "
			"run fitgate-admin migrate",
			SLOWER);
	else
		doctor_warn(doctor, "triggers",
			"%s: grant TRIGGER to the account of DATABASE_URL, then run fitgate-admin "
			"migrate",
			SLOWER);
}

void doctor_check_triggers(struct doctor *doctor)
{
	enum { TRIGGERS = 7, ER_NO_SUCH_DEFINER = 1449 };
	struct probe probe = {.added = false};
	int64_t seen;
	bool skipped;

	migrate_state(doctor->db, &skipped);
	if (skipped) {
		warn_skipped(doctor);
		return;
	}
	seen = count_triggers(doctor->db);
	db_transaction(doctor->db, probe_trigger, &probe);
	if (!probe.added && db_error_number(doctor->db) == ER_NO_SUCH_DEFINER)
		doctor_fail(doctor, "triggers",
			"%s: create that account again, or drop the triggers fitgate_* and create "
			"them from sql/ with an account that stays",
			db_error_text(doctor->db));
	else if (!probe.added)
		doctor_fail(doctor, "triggers", "%s: registration is not possible",
			db_error_text(doctor->db));
	else if (!probe.counted || (seen > 0 && seen < TRIGGERS))
		doctor_fail(doctor, "triggers",
			"some are missing: create them from sql/, then run fitgate-admin totals "
			"rebuild");
	else
		doctor_ok(doctor, "triggers", "present and working");
}

/* ---- privileges -------------------------------------------------------------------------------- */

/* The server checks privileges before it looks for rows: these statements find none. */
#define UPDATE(table, column) {.text = "UPDATE " table " SET " column " = " column " WHERE 1 = 0"}
#define DELETE(table)         {.text = "DELETE FROM " table " WHERE 1 = 0"}
#define INSERT(table, columns)                                                                     \
	{.text = "INSERT INTO " table " (" columns ") SELECT " columns " FROM " table              \
		 " WHERE 1 = 0"}

static const struct db_query CHANGES[] = {
	UPDATE("users", "admin"),
	UPDATE("users_sports_preferences", "color"),
	UPDATE("users_data_export", "completed"),
	UPDATE("app_config", "max_users"),
	UPDATE("oauth2_client", "user_id"),
	UPDATE("oauth2_token", "scope"),
	UPDATE("oauth2_code", "used_at"),
	UPDATE("oauth2_device_code", "used_at"),
	UPDATE("jobs", "owner"),
	UPDATE("personal_tokens", "name"),
	UPDATE("registration_gate", "passes"),
	UPDATE("administrator_gate", "passes"),
	UPDATE("user_totals", "changes"),
	UPDATE("user_count", "total"),
	UPDATE("throttle", "hits"),
	UPDATE("sessions", "last_seen_at"),
	UPDATE("events", "occurrences"),
	UPDATE("recent_errors", "last_at"),
	INSERT("recent_errors", "program, slot, digest, message, first_at, last_at"),
	INSERT("findings", "host, name, result, explanation, checked_at"),
	INSERT("users", "username, email, password, created_at"),
	INSERT("users_sports_preferences", "user_id, sport_id"),
	INSERT("blacklisted_tokens", "token, expired_at, blacklisted_on"),
	INSERT("users_data_export", "created_at"),
	INSERT("jobs", "kind, payload, run_after, created_at"),
	INSERT("personal_tokens", "user_id, name, token, scope, created_at"),
	INSERT("user_totals", "user_id"),
	INSERT("throttle", "throttle_key, hits, resets_at"),
	INSERT("events", "user_id, kind, created_at"),
	INSERT("sessions", "user_id, token, token_epoch, created_at, last_seen_at, expires_at"),
	DELETE("users"),
	DELETE("users_sports_preferences"),
	DELETE("workouts"),
	DELETE("workout_segments"),
	DELETE("records"),
	DELETE("blacklisted_tokens"),
	DELETE("users_data_export"),
	DELETE("oauth2_client"),
	DELETE("oauth2_token"),
	DELETE("oauth2_code"),
	DELETE("oauth2_device_code"),
	DELETE("jobs"),
	DELETE("personal_tokens"),
	DELETE("user_totals"),
	DELETE("throttle"),
	DELETE("events"),
	DELETE("sessions"),
	DELETE("recent_errors"),
	DELETE("findings"),
};

static enum db_result check_read(struct db *db)
{
	static const struct db_field ONE[] = {DB_VALUE(int64_t, "1"), {0}};
	static const struct db_query READ = {ONE,
		.text = "FROM users, users_sports_preferences, sports, workouts, workout_segments, "
			"records, blacklisted_tokens, users_data_export, app_config, oauth2_client, "
			"oauth2_token, oauth2_code, oauth2_device_code, jobs, personal_tokens, "
			"registration_gate, administrator_gate, user_totals, user_count, "
			"throttle, sessions, events, recent_errors, findings "
			"WHERE 1 = 0"};
	int64_t one;
	enum db_result result = db_query_row(db, NULL, &READ, DB_NO_PARAMS, &one);

	return result == DB_NO_ROW ? DB_OK : result;
}

void doctor_check_privileges(struct doctor *doctor)
{
	struct db *db = doctor->db;
	enum db_result result = check_read(db);

	for (size_t i = 0; i < sizeof(CHANGES) / sizeof(*CHANGES) && result == DB_OK; i++)
		result = db_execute(db, &CHANGES[i], DB_NO_PARAMS, NULL);
	if (result == DB_OK)
		doctor_ok(doctor, "privileges", "the account of DATABASE_URL has all");
	else
		doctor_fail(doctor, "privileges",
			"%s: grant SELECT, INSERT, UPDATE, DELETE on the database to the account of "
			"DATABASE_URL",
			db_error_text(db));
}

/* ---- rows -------------------------------------------------------------------------------------- */

void doctor_check_app_config(struct doctor *doctor)
{
	struct app_config config;

	switch (app_config_read(doctor->db, doctor->arena, &config)) {
	case DB_OK:
		doctor_ok(doctor, "app_config", "one row");
		return;
	case DB_NO_ROW:
		doctor_fail(doctor, "app_config",
			"the table must have exactly one row: delete the others, or run INSERT INTO "
			"app_config () VALUES ()");
		return;
	default:
		doctor_fail(doctor, "app_config", "%s: run fitgate-admin migrate",
			db_error_text(doctor->db));
	}
}

void doctor_check_jobs(struct doctor *doctor)
{
	static const struct db_field COUNT[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query READ = {
		COUNT, .text = "FROM jobs WHERE failed_at IS NOT NULL"};
	int64_t failed;

	if (db_query_row(doctor->db, NULL, &READ, DB_NO_PARAMS, &failed) != DB_OK)
		doctor_fail(
			doctor, "jobs", "%s: run fitgate-admin migrate", db_error_text(doctor->db));
	else if (failed == 0)
		doctor_ok(doctor, "jobs", "none has failed");
	else
		doctor_fail(doctor, "jobs",
			"%" PRId64
			" failed: see the reasons with fitgate-admin jobs list --failed, then run "
			"fitgate-admin jobs retry or drop",
			failed);
}

void doctor_check_queued_mail(struct doctor *doctor)
{
	static const char CHECK[] = "queued mail";
	struct backlog backlog;
	int64_t waiting;

	if (backlog_read(doctor->db, doctor->arena, &backlog) != DB_OK) {
		doctor_fail(
			doctor, CHECK, "%s: run fitgate-admin migrate", db_error_text(doctor->db));
		return;
	}
	waiting = backlog.blocked + backlog.limited + backlog.others;
	if (backlog.blocked > 0)
		doctor_fail(doctor, CHECK, "%" PRId64 " waiting: %s", waiting, backlog.reason);
	else if (waiting > 0)
		doctor_warn(doctor, CHECK,
			"%" PRId64
			" waiting: %s: the worker tries again; see fitgate-admin jobs list",
			waiting, backlog.reason);
	else
		doctor_ok(doctor, CHECK, "none waits for the mail server");
}
