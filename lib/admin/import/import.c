/*
 * The order of the steps: require an empty database, read the manifest, check all files, write all rows.
 */
#include "admin/import/import.h"

#include "db/migrate.h"
#include "admin/import/import_check.h"
#include "admin/import/import_load.h"
#include "admin/cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_ready(struct db *db)
{
	bool skipped;

	if (migrate_state(db, &skipped) != SCHEMA_CURRENT) {
		report_failure("the schema is not up to date: run 'fitgate-admin migrate' first");
		return false;
	}
	return import_require_empty(db) == DB_OK;
}

static void warn_of_missing(const struct admin_context *admin, const struct import_missing *missing)
{
	if (missing->pictures + missing->tracks > 0)
		fprintf(stderr,
			"warning: %" PRId64 " pictures and %" PRId64
			" GPX files are not in %s/uploads: copy the "
			"files of FitTrackee there\n",
			missing->pictures, missing->tracks, admin->settings->upload_folder);
}

static void print_counts(const struct import *import)
{
	for (int i = 0; i < IMPORT_TABLES; i++)
		printf("%-24s %" PRId64 "\n", IMPORT_TABLE[i].name, import->row_count[i]);
}

static int load(struct import *import)
{
	enum db_result result = import_load(import);

	if (result == DB_OK) {
		print_counts(import);
		return EXIT_SUCCESS;
	}
	if (result == DB_COMMIT_UNKNOWN)
		return report_failure(
			"lost the connection during COMMIT: 'fitgate-admin users list' shows whether "
			"everything or nothing was imported");
	return report_failure("nothing was imported");
}

static int run(struct import *import)
{
	struct import_missing missing = {0, 0};

	if (!is_ready(import->admin->db) || !import_read_manifest(import) ||
		!import_check(import, &missing))
		return EXIT_FAILURE;
	if (import->problems > 0)
		return report_failure(
			"nothing was imported: fix %s in FitTrackee, then export and import again",
			import->problems == 1 ? "this problem" : "these problems");
	warn_of_missing(import->admin, &missing);
	return load(import);
}

int import_fittrackee(const struct admin_context *admin)
{
	const char *path = admin->options->arguments[0];
	struct import import = {
		.admin = admin,
		.directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.csv = malloc(sizeof(*import.csv)),
		.row_arena = ARENA_EMPTY,
	};
	int status = EXIT_FAILURE;

	if (import.directory < 0)
		report_failure("could not open directory \"%s\": %m", path);
	else if (import.csv == NULL)
		report_failure("out of memory");
	else
		status = run(&import);
	if (import.directory >= 0)
		close(import.directory);
	arena_free(&import.row_arena);
	free(import.csv);
	return status;
}
