/*
 * The order of things: is there room, what do the files hold, is all of it in order, write it.
 */
#include "operator/import.h"

#include "db/migrate.h"
#include "operator/import_check.h"
#include "operator/import_load.h"
#include "operator/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_ready(struct db *db)
{
	bool skipped;

	if (migrate_state(db, &skipped) != SCHEMA_CURRENT) {
		report_failure(
			"the database has not the newest schema: run 'fitgate-admin migrate' first");
		return false;
	}
	return import_find_room(db) == DB_OK;
}

static void warn_of_missing(const struct desk *desk, const struct import_missing *missing)
{
	if (missing->pictures + missing->tracks > 0)
		fprintf(stderr,
			"warning: %lld pictures and %lld GPX files are not in %s/uploads; copy "
			"FitTrackee's there\n",
			(long long)missing->pictures, (long long)missing->tracks,
			desk->settings->upload_folder);
}

static void print_counts(const struct import *import)
{
	for (int i = 0; i < IMPORT_TABLES; i++)
		printf("%-24s %lld\n", IMPORT_TABLE[i].name, (long long)import->row_count[i]);
}

static int load(struct import *import)
{
	enum db_result result = import_load(import);

	if (result == DB_OK) {
		print_counts(import);
		return EXIT_SUCCESS;
	}
	if (result == DB_UNDECIDED)
		return report_failure(
			"the connection was lost at the very end: 'fitgate-admin users list' "
			"shows whether everything or nothing was imported");
	return report_failure("nothing was imported");
}

static int run(struct import *import)
{
	struct import_missing missing = {0, 0};

	if (!is_ready(import->desk->db) || !import_read_manifest(import) ||
		!import_check(import, &missing))
		return EXIT_FAILURE;
	if (import->problems > 0)
		return report_failure(
			"nothing was imported: mend %s in FitTrackee, then export and import again",
			import->problems == 1 ? "this" : "these");
	warn_of_missing(import->desk, &missing);
	return load(import);
}

int import_fittrackee(const struct desk *desk)
{
	const char *path = desk->options->arguments[0];
	struct import import = {
		.desk = desk,
		.folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.csv = malloc(sizeof(*import.csv)),
		.row_arena = ARENA_EMPTY,
	};
	int status = EXIT_FAILURE;

	if (import.folder < 0)
		report_failure("%s: %s", path, strerror(errno));
	else if (import.csv == NULL)
		report_failure("out of memory");
	else
		status = run(&import);
	if (import.folder >= 0)
		close(import.folder);
	arena_free(&import.row_arena);
	free(import.csv);
	return status;
}
