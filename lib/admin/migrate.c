/*
 * The command around db/migrate.h.
 */
#include "admin/migrate.h"

#include "admin/cli/report.h"
#include "admin/invitation.h"
#include "db/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_line(const char *line)
{
	puts(line);
	fflush(stdout);
}

/* DB_OK: the database has no users table yet; DB_NO_ROW: it has one; DB_FAILED. */
static enum db_result find_new_database(struct db *db)
{
	static const struct db_field COUNT[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query READ = {
		COUNT, .text = "FROM information_schema.TABLES "
			       "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'users'"};
	int64_t count;
	enum db_result result = db_query_row(db, NULL, &READ, DB_NO_PARAMS, &count);

	return result == DB_OK && count > 0 ? DB_NO_ROW : result;
}

/* The length of APP_SECRET_KEY; 0 if it is not set. */
static size_t secret_key_length(const struct admin_context *admin)
{
	struct settings settings;
	struct error error = ERROR_NONE;

	if (!settings_load(&settings, admin->arena, "admin", SETTINGS_NEED_SECRET, &error))
		return 0;
	return strlen(settings.secret_key);
}

/* Without a key, the programs that sign tokens do not start; so only a short one is rejected. */
static int reject_short_key(const struct admin_context *admin)
{
	size_t length = secret_key_length(admin);

	if (length == 0 || length >= SETTINGS_SECRET_KEY_BYTES)
		return EXIT_SUCCESS;
	return report_failure(
		"APP_SECRET_KEY has only %zu bytes and can be guessed: set it to %d random "
		"bytes or more, or give --imported-key if it was taken over from FitTrackee",
		length, SETTINGS_SECRET_KEY_BYTES);
}

int migrate_run(const struct admin_context *admin)
{
	enum db_result found = find_new_database(admin->db);
	bool imported = options_has(admin->options, "imported-key");

	if (found != DB_OK && found != DB_NO_ROW)
		return report_result(found);
	if (found == DB_OK && !imported && reject_short_key(admin) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	if (!migrate(admin->db, print_line))
		return EXIT_FAILURE;
	if (found != DB_OK || imported)
		return EXIT_SUCCESS;
	puts("the first administrator creates an account at this address, within a day:");
	return invitation_run(admin);
}
