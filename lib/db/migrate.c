/*
 * See migrate.h. Statements are sent as they are, not prepared: not all DDL can be.
 */
#include "db/migrate.h"

#include "core/crypto.h"
#include "core/text.h"
#include "db/internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LEASE_SECONDS = 60, POLL_MS = 200, MAX_WAIT_SECONDS = 600, STATEMENT_TIMEOUT = 24 * 3600 };

struct run {
	struct db *db;
	struct arena *arena; /* for what is read of the tables */
	void (*say)(const char *line);
	char owner[CRYPTO_ID_SIZE];
};

/* How far a migration is in this database. */
struct progress {
	bool known;
	const char *checksum;
	const char *state;
	int64_t next_statement;
};

static void report(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void report(struct run *run, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	run->say(line);
}

static bool send(struct run *run, const char *sql)
{
	struct db *db = run->db;

	if (!db_connect(db))
		return false;
	if (mysql_query(db->mysql, sql) == 0)
		return true;
	db_note_error(db, mysql_errno(db->mysql), mysql_error(db->mysql));
	return false;
}

/* ---- the two tables of our own ----------------------------------------------------------------- */

/* Look first: in a cluster even a CREATE TABLE IF NOT EXISTS aborts what other nodes are writing. */
static bool has_own_tables(struct run *run, bool *there)
{
	static const struct db_field COUNT[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query OWN_TABLES = {
		COUNT, .text = "FROM information_schema.tables WHERE table_schema = DATABASE() "
			       "AND table_name IN ('schema_version', 'schema_lease')"};
	int64_t count = 0;

	if (db_query_row(run->db, NULL, &OWN_TABLES, DB_NO_PARAMS, &count) != DB_OK)
		return false;
	*there = count == 2;
	return true;
}

static bool create_own_tables(struct run *run)
{
	static const char VERSION[] =
		"CREATE TABLE IF NOT EXISTS schema_version ("
		" version INT NOT NULL PRIMARY KEY,"
		" name VARCHAR(100) NOT NULL,"
		" checksum CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
		" state ENUM('applying','applied','skipped') NOT NULL,"
		" next_statement INT NOT NULL DEFAULT 0,"
		" changed_at DATETIME(6) NOT NULL"
		") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci";
	static const char LEASE[] =
		"CREATE TABLE IF NOT EXISTS schema_lease ("
		" id TINYINT NOT NULL PRIMARY KEY,"
		" owner CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,"
		" lease_until DATETIME(6) NULL"
		") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci";

	return send(run, VERSION) && send(run, LEASE) &&
	       send(run, "INSERT IGNORE INTO schema_lease (id) VALUES (1)");
}

/* Another migration may do the same at this moment. */
static bool make_own_tables(struct run *run)
{
	struct retry retry = retry_begin();
	bool there, made;

	do {
		if (!has_own_tables(run, &there))
			return false;
		made = there || create_own_tables(run);
	} while (!made && db_error_is_conflict(db_error_number(run->db)) && retry_again(&retry));
	return made;
}

/* Acquire the lease or renew it, by the database's clock. */
static bool hold_lease(struct run *run, bool *held)
{
	static const struct db_query TAKE = {
		.text = "UPDATE schema_lease "
			"SET owner = ?, lease_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND "
			"WHERE id = 1 AND (owner IS NULL OR owner = ? OR lease_until < UTC_TIMESTAMP(6))"};
	int64_t changed = 0;

	if (db_execute(run->db, &TAKE,
		    DB_PARAMS(DB_TEXT(run->owner), DB_INT(LEASE_SECONDS), DB_TEXT(run->owner)),
		    &changed) != DB_OK)
		return false;
	*held = changed == 1;
	return true;
}

static void release_lease(struct run *run)
{
	static const struct db_query RELEASE = {
		.text = "UPDATE schema_lease SET owner = NULL, lease_until = NULL "
			"WHERE id = 1 AND owner = ?"};

	db_execute(run->db, &RELEASE, DB_PARAMS(DB_TEXT(run->owner)), NULL);
}

static bool wait_for_lease(struct run *run)
{
	int64_t deadline = clock_monotonic() + MAX_WAIT_SECONDS * MICROSECONDS;
	bool held = false, told = false;

	while (clock_monotonic() < deadline) {
		if (!hold_lease(run, &held))
			return false;
		if (held)
			return true;
		if (!told)
			report(run,
				"another migration is running, or was killed within the last %d seconds; "
				"waiting for it",
				LEASE_SECONDS);
		told = true;
		nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
	}
	report(run, "gave up waiting for the other migration after %d seconds", MAX_WAIT_SECONDS);
	return false;
}

static bool read_progress(
	struct run *run, const struct migration *migration, struct progress *progress)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct progress, checksum, "checksum"),
		DB_FIELD(struct progress, state, "state"),
		DB_FIELD(struct progress, next_statement, "next_statement"),
		{0},
	};
	static const struct db_query READ = {
		FIELDS, .text = "FROM schema_version WHERE version = ?"};
	enum db_result result = db_query_row(
		run->db, run->arena, &READ, DB_PARAMS(DB_INT(migration->version)), progress);

	progress->known = result == DB_OK;
	return result == DB_OK || result == DB_NO_ROW;
}

static bool write_progress(struct run *run, const struct migration *migration, const char *checksum,
	const char *state, int64_t next_statement)
{
	static const struct db_query UPDATE = {
		.text = "UPDATE schema_version SET name = ?, checksum = ?, state = ?, next_statement = ?, "
			"changed_at = UTC_TIMESTAMP(6) WHERE version = ?"};
	static const struct db_query INSERT = {
		.text = "INSERT INTO schema_version "
			"(name, checksum, state, next_statement, version, changed_at) "
			"VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6))"};
	const struct db_params params = DB_PARAMS(DB_TEXT(migration->name), DB_TEXT(checksum),
		DB_TEXT(state), DB_INT(next_statement), DB_INT(migration->version));
	int64_t found = 0;

	if (db_execute(run->db, &UPDATE, params, &found) != DB_OK)
		return false;
	return found > 0 || db_execute(run->db, &INSERT, params, NULL) == DB_OK;
}

/* SHA-256 over the statements, each with its NUL. Comments are not part of them. */
static bool checksum_of(const struct migration *migration, char text[CRYPTO_SHA256_HEX_SIZE])
{
	return crypto_sha256_hex_of_strings(migration->statements, text);
}

/* ---- applying ---------------------------------------------------------------------------------- */

/* The error of a statement that ran before the process was killed. */
static bool says_already_done(unsigned error)
{
	return error == ER_TABLE_EXISTS_ERROR || error == ER_DUP_FIELDNAME ||
	       error == ER_DUP_KEYNAME || error == ER_TRG_ALREADY_EXISTS ||
	       error == ER_CANT_DROP_FIELD_OR_KEY;
}

static bool says_not_allowed(unsigned error)
{
	return error == ER_BINLOG_CREATE_ROUTINE_NEED_SUPER ||
	       error == ER_TABLEACCESS_DENIED_ERROR || error == ER_SPECIFIC_ACCESS_DENIED_ERROR ||
	       error == ER_DBACCESS_DENIED_ERROR;
}

struct step {
	struct run *run;
	const struct migration *migration;
	const char *checksum;
	int64_t number;
	bool may_have_run;
	bool not_allowed;
};

/*
 * Runs one statement and records it in the same transaction. For changes of rows this is exact. DDL
 * commits by itself, so a process killed between the two leaves the statement unrecorded; see
 * says_already_done().
 */
static enum db_result run_step(struct db *db, void *context)
{
	struct step *step = context;
	bool sent = send(step->run, step->migration->statements[step->number]);

	if (!sent && db_error_is_conflict(db->error_number))
		return DB_RETRY;
	if (!sent && step->may_have_run && says_already_done(db->error_number))
		sent = true;
	if (!sent) {
		step->not_allowed = says_not_allowed(db->error_number);
		return DB_ROLLBACK;
	}
	return write_progress(
		       step->run, step->migration, step->checksum, "applying", step->number + 1)
		       ? DB_OK
		       : DB_FAILED;
}

static bool report_failure(struct run *run, const struct migration *migration, int64_t statement)
{
	report(run, "%04d %s: statement %" PRId64 " failed: %s (%u)", migration->version,
		migration->name, statement + 1, db_error_text(run->db), db_error_number(run->db));
	return false;
}

static bool skip(struct run *run, const struct migration *migration, const char *checksum)
{
	report(run, "%04d %s: skipped, the database account has no right to it (%s)",
		migration->version, migration->name, db_error_text(run->db));
	return write_progress(run, migration, checksum, "skipped", 0);
}

static bool apply(struct run *run, const struct migration *migration, const char *checksum,
	int64_t first, bool resumed)
{
	struct step step = {.run = run, .migration = migration, .checksum = checksum};

	if (resumed)
		report(run, "%04d %s: resuming at statement %" PRId64, migration->version,
			migration->name, first + 1);
	else if (!write_progress(run, migration, checksum, "applying", first))
		return report_failure(run, migration, first);
	for (step.number = first; migration->statements[step.number] != NULL; step.number++) {
		bool held = false;

		if (!hold_lease(run, &held) || !held) {
			report(run, "lost the lease: another migration has taken over");
			return false;
		}
		step.may_have_run = resumed && step.number == first;
		if (db_transaction(run->db, run_step, &step) == DB_OK)
			continue;
		if (step.not_allowed && migration->optional)
			return skip(run, migration, checksum);
		return report_failure(run, migration, step.number);
	}
	if (!write_progress(run, migration, checksum, "applied", step.number))
		return report_failure(run, migration, step.number);
	report(run, "%04d %s: applied", migration->version, migration->name);
	return true;
}

static bool bring_up(struct run *run, const struct migration *migration, bool *did_something)
{
	char checksum[CRYPTO_SHA256_HEX_SIZE];
	struct progress progress;
	bool resumed;

	if (!checksum_of(migration, checksum) || !read_progress(run, migration, &progress))
		return report_failure(run, migration, 0);
	if (!progress.known) {
		*did_something = true;
		return apply(run, migration, checksum, 0, false);
	}
	if (strcmp(progress.checksum, checksum) != 0) {
		report(run,
			"%04d %s: the database has another version of this migration (checksum %.12s, ours "
			"%.12s); refusing to continue",
			migration->version, migration->name, progress.checksum, checksum);
		return false;
	}
	if (strcmp(progress.state, "applied") == 0)
		return true;
	*did_something = true;
	resumed = strcmp(progress.state, "applying") == 0;
	return apply(run, migration, checksum, progress.next_statement, resumed);
}

/* The newest migration that the database has, and the newest there is. */
static bool read_newest(struct db *db, int64_t *newest, int *ours)
{
	static const struct db_field FIELDS[] = {
		DB_VALUE(int64_t, "COALESCE(MAX(version), 0)"), {0}};
	static const struct db_query NEWEST = {FIELDS, .text = "FROM schema_version"};
	const struct migration *last = MIGRATIONS;

	while (last[1].version != 0)
		last++;
	*ours = last->version;
	return db_query_row(db, NULL, &NEWEST, DB_NO_PARAMS, newest) == DB_OK;
}

static bool refuse_newer(struct run *run)
{
	int64_t newest;
	int ours;

	if (!read_newest(run->db, &newest, &ours))
		return false;
	if (newest <= ours)
		return true;
	report(run, "the database is newer (%" PRId64 ") than this program (%d)", newest, ours);
	return false;
}

static bool migrate_all(struct run *run)
{
	bool did_something = false;

	if (!refuse_newer(run))
		return false;
	for (const struct migration *m = MIGRATIONS; m->version != 0; m++)
		if (!bring_up(run, m, &did_something))
			return false;
	if (!did_something)
		report(run, "the database is up to date");
	return true;
}

bool migrate(struct db *db, void (*say)(const char *line))
{
	struct arena arena = ARENA_EMPTY;
	struct run run = {.db = db, .arena = &arena, .say = say};
	bool done;

	db_set_timeout(db, STATEMENT_TIMEOUT);
	if (!crypto_random_id(run.owner)) {
		report(&run, "could not get random bytes");
		return false;
	}
	if (!make_own_tables(&run)) {
		report(&run, "could not create table \"schema_version\": %s (%u)",
			db_error_text(db), db_error_number(db));
		return false;
	}
	if (!wait_for_lease(&run))
		return false;
	done = migrate_all(&run);
	release_lease(&run);
	arena_free(&arena);
	return done;
}

static enum schema_state state_of(struct run *run, const struct migration *migration, bool *skipped)
{
	char checksum[CRYPTO_SHA256_HEX_SIZE];
	struct progress progress;

	if (!checksum_of(migration, checksum) || !read_progress(run, migration, &progress))
		return SCHEMA_UNKNOWN;
	if (!progress.known)
		return SCHEMA_BEHIND;
	if (strcmp(progress.checksum, checksum) != 0)
		return SCHEMA_OTHER;
	if (migration->optional && strcmp(progress.state, "skipped") == 0)
		*skipped = true;
	else if (strcmp(progress.state, "applied") != 0)
		return SCHEMA_BEHIND;
	return SCHEMA_CURRENT;
}

enum schema_state migrate_state(struct db *db, bool *skipped)
{
	struct arena arena = ARENA_EMPTY;
	struct run run = {.db = db, .arena = &arena};
	enum schema_state state = SCHEMA_CURRENT;
	int64_t newest;
	int ours;

	*skipped = false;
	if (!read_newest(db, &newest, &ours))
		return SCHEMA_UNKNOWN;
	if (newest > ours)
		return SCHEMA_OTHER;
	for (const struct migration *m = MIGRATIONS; m->version != 0 && state == SCHEMA_CURRENT;
		m++)
		state = state_of(&run, m, skipped);
	arena_free(&arena);
	return state;
}
