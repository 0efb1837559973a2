/*
 * Nothing here reads a table of Fitgate.
 */
#include "admin/doctor/doctor_server.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCK_TOLERANCE_SECONDS = 60 };

/* MariaDB 10.3 or MySQL 8.0.16, from the text of VERSION(). */
static bool is_new_enough(const char *version)
{
	int major = 0, minor = 0, patch = 0;

	/* NOLINTNEXTLINE(cert-err34-c): a number of three digits does not overflow */
	if (sscanf(version, "%3d.%3d.%3d", &major, &minor, &patch) < 2)
		return false;
	if (strstr(version, "MariaDB") != NULL)
		return major > 10 || (major == 10 && minor >= 3);
	return major > 8 || (major == 8 && (minor > 0 || patch >= 16));
}

bool doctor_check_server(struct doctor *doctor)
{
	static const struct db_field VERSION[] = {DB_VALUE(const char *, "VERSION()"), {0}};
	static const struct db_query READ = {VERSION, .text = ""};
	const char *version;

	if (db_query_row(doctor->db, doctor->arena, &READ, DB_NO_PARAMS, &version) != DB_OK) {
		doctor_fail(doctor, "database",
			"%s (%u): check DATABASE_URL, and whether the server is running",
			db_error_text(doctor->db), db_error_number(doctor->db));
		return false;
	}
	if (is_new_enough(version))
		doctor_ok(doctor, "database", "server %s", version);
	else
		doctor_fail(doctor, "database",
			"server %s is too old: upgrade it to MariaDB 10.3 or MySQL 8.0.16, or newer",
			version);
	return true;
}

struct charset {
	const char *client, *connection, *results, *bytes;
};

void doctor_check_charset(struct doctor *doctor)
{
	/* U+1F6B2 has four bytes, more than the older "utf8" of the servers holds */
	static const char BICYCLE[] = "\xF0\x9F\x9A\xB2", EXPECTED[] = "F09F9AB2";
	static const struct db_field CHARSET[] = {
		DB_FIELD(struct charset, client, "@@character_set_client"),
		DB_FIELD(struct charset, connection, "@@character_set_connection"),
		DB_FIELD(struct charset, results, "@@character_set_results"),
		DB_FIELD(struct charset, bytes, "HEX(?)"),
		{0},
	};
	static const struct db_query READ = {CHARSET, .text = ""};
	struct charset charset;

	if (db_query_row(doctor->db, doctor->arena, &READ, DB_PARAMS(DB_TEXT(BICYCLE)), &charset) !=
		DB_OK) {
		doctor_fail(doctor, "character set", "%s", db_error_text(doctor->db));
		return;
	}
	if (charset.bytes != NULL && strcmp(charset.bytes, EXPECTED) == 0 &&
		strcmp(charset.client, "utf8mb4") == 0 && charset.results != NULL &&
		strcmp(charset.results, "utf8mb4") == 0)
		doctor_ok(doctor, "character set", "utf8mb4");
	else
		doctor_fail(doctor, "character set",
			"the server uses %s instead of utf8mb4, so that characters are lost: remove "
			"skip-character-set-client-handshake from its configuration",
			charset.client);
}

void doctor_check_clock(struct doctor *doctor)
{
	static const struct db_field NOW[] = {
		{.column = "UTC_TIMESTAMP(6)", .type = DB_TYPE_TIME},
		{0},
	};
	static const struct db_query READ = {NOW, .text = ""};
	instant theirs;
	int64_t ahead;

	if (db_query_row(doctor->db, NULL, &READ, DB_NO_PARAMS, &theirs) != DB_OK) {
		doctor_fail(doctor, "clock", "%s", db_error_text(doctor->db));
		return;
	}
	ahead = (clock_now() - theirs) / MICROSECONDS;
	if (llabs(ahead) < CLOCK_TOLERANCE_SECONDS)
		doctor_ok(doctor, "clock", "same time as the database server");
	else
		doctor_fail(doctor, "clock",
			"this host is %" PRId64
			" seconds %s the database server: set both clocks by NTP",
			ahead > 0 ? ahead : -ahead, ahead > 0 ? "ahead of" : "behind");
}

/* ---- cluster ----------------------------------------------------------------------------------- */

/* Only builds of MariaDB with Galera have the wsrep variables: elsewhere, reading one fails. Only MariaDB has the table. */
static bool has_galera(struct doctor *doctor)
{
	static const struct db_field MARIADB[] = {
		DB_VALUE(bool, "VERSION() LIKE '%MariaDB%'"), {0}};
	static const struct db_query READ_SERVER = {MARIADB, .text = ""};
	static const struct db_field VARIABLE[] = {DB_VALUE(bool, "COUNT(*) > 0"), {0}};
	static const struct db_query READ_VARIABLE = {VARIABLE,
		.text = "FROM information_schema.SYSTEM_VARIABLES WHERE VARIABLE_NAME = 'WSREP_ON'"};
	bool found = false;

	return db_query_row(doctor->db, NULL, &READ_SERVER, DB_NO_PARAMS, &found) == DB_OK &&
	       found &&
	       db_query_row(doctor->db, NULL, &READ_VARIABLE, DB_NO_PARAMS, &found) == DB_OK &&
	       found;
}

struct cluster {
	bool on;
	int64_t sync_wait, flush_log;
};

void doctor_check_cluster(struct doctor *doctor)
{
	static const struct db_field CLUSTER[] = {
		DB_FIELD(struct cluster, on, "@@wsrep_on"),
		DB_FIELD(struct cluster, sync_wait, "@@wsrep_sync_wait"),
		DB_FIELD(struct cluster, flush_log, "@@innodb_flush_log_at_trx_commit"),
		{0},
	};
	static const struct db_query READ = {CLUSTER, .text = ""};
	struct cluster cluster;

	if (!has_galera(doctor) ||
		db_query_row(doctor->db, NULL, &READ, DB_NO_PARAMS, &cluster) != DB_OK ||
		!cluster.on)
		return;
	if (cluster.flush_log != 1)
		doctor_warn(doctor, "cluster",
			"innodb_flush_log_at_trx_commit is %" PRId64
			", so that a crash of all nodes loses "
			"accepted changes: set it to 1 on every node",
			cluster.flush_log);
	else if ((cluster.sync_wait & 1) == 0)
		doctor_warn(doctor, "cluster",
			"wsrep_sync_wait is %" PRId64
			", so that a node can return outdated rows, revoked "
			"tokens included: set it to 1 on every node",
			cluster.sync_wait);
	else
		doctor_ok(doctor, "cluster", "Galera node with the required settings");
}
