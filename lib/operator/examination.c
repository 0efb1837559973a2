/*
 * The checks of the database, for fitgate-admin doctor.
 */
#include "operator/examination.h"

#include "account/app_config.h"
#include "core/secret.h"
#include "db/migrate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCK_TOLERANCE = 60 };

/* ---- telling ----------------------------------------------------------------------------------- */

static void tell(struct examination *examination, const char *check, bool ok, const char *format,
	va_list arguments)
{
	struct report report = {.form = REPORT_JSON};
	char text[1024];

	vsnprintf(text, sizeof(text), format, arguments);
	examination->wrong += !ok;
	if (!examination->json) {
		printf("%s %s: %s\n", ok ? "ok" : "WRONG", check, text);
		return;
	}
	report_text(&report, "check", 0, check);
	report_flag(&report, "ok", ok);
	report_text(&report, "text", 0, text);
	report_print(&report);
}

void examination_ok(struct examination *examination, const char *check, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(examination, check, true, format, arguments);
	va_end(arguments);
}

void examination_wrong(struct examination *examination, const char *check, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(examination, check, false, format, arguments);
	va_end(arguments);
}

/* ---- server and schema ------------------------------------------------------------------------- */

/* MariaDB 10.3, MySQL 8.0.16, by what VERSION() says. */
static bool is_new_enough(const char *version)
{
	int major = 0, minor = 0, patch = 0;

	/* NOLINTNEXTLINE(cert-err34-c): a number of three digits is never too large */
	if (sscanf(version, "%3d.%3d.%3d", &major, &minor, &patch) < 2)
		return false;
	if (strstr(version, "MariaDB") != NULL)
		return major > 10 || (major == 10 && minor >= 3);
	return major > 8 || (major == 8 && (minor > 0 || patch >= 16));
}

bool examine_database(struct examination *examination)
{
	static const char VERSION[] = "SELECT VERSION()";
	const char *version;

	if (db_row(examination->db, VERSION, DB_NO_PARAMS, DB_COLUMNS(DB_TO_TEXT(&version))) !=
		DB_OK) {
		examination_wrong(examination, "database",
			"%s (%u): see DATABASE_URL, and whether the server runs",
			db_error_text(examination->db), db_error_number(examination->db));
		return false;
	}
	if (is_new_enough(version))
		examination_ok(examination, "database", "server %s", version);
	else
		examination_wrong(examination, "database",
			"server %s is too old: MariaDB 10.3 or MySQL 8.0.16 is needed", version);
	return true;
}

void examine_schema(struct examination *examination)
{
	bool skipped;

	switch (migrate_state(examination->db, &skipped)) {
	case SCHEMA_CURRENT:
		examination_ok(examination, "schema", "up to date%s",
			skipped ? ", an optional migration was skipped" : "");
		return;
	case SCHEMA_BEHIND:
		examination_wrong(
			examination, "schema", "migrations are missing: run fitgate-admin migrate");
		return;
	case SCHEMA_OTHER:
		examination_wrong(examination, "schema",
			"the database was made by another version of Fitgate: "
			"install the one that made it, or a newer one");
		return;
	case SCHEMA_UNKNOWN:
		examination_wrong(examination, "schema", "%s: run fitgate-admin migrate",
			db_error_text(examination->db));
		return;
	}
}

/* ---- triggers ---------------------------------------------------------------------------------- */

struct probe {
	bool added, counted;
};

/* A user that never comes to be: the trigger on users must run for it. */
static enum db_result probe_trigger(struct db *db, void *context)
{
	static const char ADD[] =
		"INSERT INTO users (username, email, password, created_at) VALUES (?, ?, '', ?)";
	static const char COUNTED[] = "SELECT user_id FROM user_totals WHERE user_id = ?";
	struct probe *probe = context;
	char name[SECRET_ID_SIZE];
	int64_t id;
	enum db_result result;

	*probe = (struct probe){.added = false};
	if (!secret_random_id(name))
		return DB_FAILED;
	result = db_change(
		db, ADD, DB_PARAMS(DB_TEXT(name), DB_TEXT(name), DB_TIME(clock_now())), NULL);
	probe->added = result == DB_OK;
	if (result != DB_OK)
		return result;
	result = db_row(
		db, COUNTED, DB_PARAMS(DB_INT(db_inserted_id(db))), DB_COLUMNS(DB_TO_INT(&id)));
	probe->counted = result == DB_OK;
	return result == DB_AGAIN ? result : DB_REFUSED;
}

/* How many of the triggers can be seen; 0 also when the account may not see any. */
static int64_t count_triggers(struct db *db)
{
	static const char COUNT[] =
		"SELECT COUNT(*) FROM information_schema.TRIGGERS "
		"WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME LIKE 'fitgate\\_%'";
	int64_t count;

	return db_row(db, COUNT, DB_NO_PARAMS, DB_COLUMNS(DB_TO_INT(&count))) == DB_OK ? count : 0;
}

void examine_triggers(struct examination *examination)
{
	enum { TRIGGERS = 7, ER_NO_SUCH_DEFINER = 1449 };
	struct probe probe = {.added = false};
	int64_t seen;
	bool skipped;

	migrate_state(examination->db, &skipped);
	if (skipped) {
		examination_ok(examination, "triggers",
			"there are none, profiles are read from the tables, which "
			"is slower: grant TRIGGER and run fitgate-admin migrate");
		return;
	}
	seen = count_triggers(examination->db);
	db_transaction(examination->db, probe_trigger, &probe);
	if (!probe.added && db_error_number(examination->db) == ER_NO_SUCH_DEFINER)
		examination_wrong(examination, "triggers",
			"%s: create that account again, or drop the triggers "
			"fitgate_* and make them anew from sql/ as one that stays",
			db_error_text(examination->db));
	else if (!probe.added)
		examination_wrong(examination, "triggers", "%s: nobody can register",
			db_error_text(examination->db));
	else if (!probe.counted || (seen > 0 && seen < TRIGGERS))
		examination_wrong(examination, "triggers",
			"some are missing: make them anew from sql/, then run "
			"fitgate-admin totals rebuild");
	else
		examination_ok(examination, "triggers", "they run");
}

/* ---- rights ------------------------------------------------------------------------------------ */

/* The server checks rights before it looks for rows: these find none. */
static const char *const NEEDED[] = {
	"SELECT 1 FROM users, users_sports_preferences, sports, workouts, workout_segments, records, "
	"blacklisted_tokens, users_data_export, app_config, oauth2_token, jobs, personal_tokens, "
	"registration_gate, user_totals, throttle WHERE 1 = 0",
	"UPDATE users SET admin = admin WHERE 1 = 0",
	"UPDATE users_sports_preferences SET color = color WHERE 1 = 0",
	"UPDATE users_data_export SET completed = completed WHERE 1 = 0",
	"UPDATE app_config SET max_users = max_users WHERE 1 = 0",
	"UPDATE oauth2_token SET scope = scope WHERE 1 = 0",
	"UPDATE jobs SET owner = owner WHERE 1 = 0",
	"UPDATE personal_tokens SET name = name WHERE 1 = 0",
	"UPDATE registration_gate SET passes = passes WHERE 1 = 0",
	"UPDATE user_totals SET changes = changes WHERE 1 = 0",
	"UPDATE throttle SET hits = hits WHERE 1 = 0",
	"INSERT INTO users (username, email, password, created_at) "
	"SELECT username, email, password, created_at FROM users WHERE 1 = 0",
	"INSERT INTO users_sports_preferences (user_id, sport_id) "
	"SELECT user_id, sport_id FROM users_sports_preferences WHERE 1 = 0",
	"INSERT INTO blacklisted_tokens (token, expired_at, blacklisted_on) "
	"SELECT token, expired_at, blacklisted_on FROM blacklisted_tokens WHERE 1 = 0",
	"INSERT INTO users_data_export (created_at) SELECT created_at FROM users_data_export WHERE 1 = 0",
	"INSERT INTO jobs (kind, payload, run_after, created_at) "
	"SELECT kind, payload, run_after, created_at FROM jobs WHERE 1 = 0",
	"INSERT INTO personal_tokens (user_id, name, token, scope, created_at) "
	"SELECT user_id, name, token, scope, created_at FROM personal_tokens WHERE 1 = 0",
	"INSERT INTO user_totals (user_id) SELECT user_id FROM user_totals WHERE 1 = 0",
	"INSERT INTO throttle (throttle_key, hits, resets_at) "
	"SELECT throttle_key, hits, resets_at FROM throttle WHERE 1 = 0",
	"DELETE FROM users WHERE 1 = 0",
	"DELETE FROM users_sports_preferences WHERE 1 = 0",
	"DELETE FROM workouts WHERE 1 = 0",
	"DELETE FROM workout_segments WHERE 1 = 0",
	"DELETE FROM records WHERE 1 = 0",
	"DELETE FROM blacklisted_tokens WHERE 1 = 0",
	"DELETE FROM users_data_export WHERE 1 = 0",
	"DELETE FROM oauth2_token WHERE 1 = 0",
	"DELETE FROM jobs WHERE 1 = 0",
	"DELETE FROM personal_tokens WHERE 1 = 0",
	"DELETE FROM user_totals WHERE 1 = 0",
	"DELETE FROM throttle WHERE 1 = 0",
};

void examine_rights(struct examination *examination)
{
	struct db *db = examination->db;
	int64_t one;
	enum db_result result = db_row(db, NEEDED[0], DB_NO_PARAMS, DB_COLUMNS(DB_TO_INT(&one)));

	if (result == DB_NO_ROW)
		result = DB_OK;
	for (size_t i = 1; i < sizeof(NEEDED) / sizeof(*NEEDED) && result == DB_OK; i++)
		result = db_change(db, NEEDED[i], DB_NO_PARAMS, NULL);
	if (result == DB_OK)
		examination_ok(examination, "rights",
			"the account of DATABASE_URL may do all that is needed");
	else
		examination_wrong(examination, "rights",
			"%s: grant SELECT, INSERT, UPDATE, DELETE on the database to the account of DATABASE_URL",
			db_error_text(db));
}

/* ---- rows and clock ---------------------------------------------------------------------------- */

void examine_app_config(struct examination *examination)
{
	struct app_config config;

	switch (app_config_read(examination->db, &config)) {
	case DB_OK:
		examination_ok(examination, "app_config", "one row");
		return;
	case DB_NO_ROW:
		examination_wrong(examination, "app_config",
			"the table has not exactly one row: leave one, or INSERT INTO app_config () VALUES ()");
		return;
	default:
		examination_wrong(examination, "app_config", "%s: run fitgate-admin migrate",
			db_error_text(examination->db));
	}
}

void examine_clock(struct examination *examination)
{
	static const char READ[] = "SELECT UTC_TIMESTAMP(6)";
	instant theirs;
	int64_t ahead;

	if (db_row(examination->db, READ, DB_NO_PARAMS, DB_COLUMNS(DB_TO_TIME(&theirs))) != DB_OK) {
		examination_wrong(examination, "clock", "%s", db_error_text(examination->db));
		return;
	}
	ahead = (clock_now() - theirs) / MICROSECONDS;
	if (llabs(ahead) < CLOCK_TOLERANCE)
		examination_ok(examination, "clock", "this host and the database agree");
	else
		examination_wrong(examination, "clock",
			"this host is %lld seconds %s the database: set both by NTP", llabs(ahead),
			ahead > 0 ? "ahead of" : "behind");
}

void examine_jobs(struct examination *examination)
{
	static const char COUNT[] = "SELECT COUNT(*) FROM jobs WHERE failed_at IS NOT NULL";
	int64_t failed;

	if (db_row(examination->db, COUNT, DB_NO_PARAMS, DB_COLUMNS(DB_TO_INT(&failed))) != DB_OK)
		examination_wrong(examination, "jobs", "%s: run fitgate-admin migrate",
			db_error_text(examination->db));
	else if (failed == 0)
		examination_ok(examination, "jobs", "none has failed");
	else
		examination_wrong(examination, "jobs",
			"%lld failed: fitgate-admin jobs list --failed shows why; then "
			"fitgate-admin jobs retry or drop",
			(long long)failed);
}
