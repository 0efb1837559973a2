/*
 * Waits until a job is due, or it is time to clean up, and then executes worker, which becomes this program again. So a
 * worker without jobs takes a sixth of the memory.
 */
#include "core/log.h"
#include "core/process.h"
#include "core/settings.h"
#include "jobs/worker_run.h"

#include <stdio.h>
#include <stdlib.h>

/* false: a stop signal has arrived. */
static bool wait_for_job(
	const struct worker_run *run, const struct settings *settings, struct db *db)
{
	const char *kinds = worker_run_kinds(run, settings->mail_enabled);

	for (;;) {
		enum db_result due = queue_find_due(db, kinds);

		if (due == DB_OK || worker_run_is_cleaning_due(run))
			return true;
		if (worker_run_wait(
			    run, due == DB_NO_ROW ? WORKER_POLL_SECONDS : WORKER_REST_SECONDS))
			return false;
	}
}

static int wait_with(
	const struct worker_run *run, const struct settings *settings, struct error *error)
{
	struct db *db = db_open(&settings->database);
	bool is_due;

	if (db == NULL) {
		error_set(error, "out of memory");
		return EXIT_FAILURE;
	}
	is_due = wait_for_job(run, settings, db);
	db_close(db);
	if (!is_due)
		return EXIT_SUCCESS;
	worker_run_become("worker", run, error);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct worker_run run = {0};
	struct settings settings;
	struct arena arena = ARENA_EMPTY;
	struct error error = ERROR_NONE;
	int status = EXIT_FAILURE;

	process_make_private();
	if (!worker_run_parse(argc, argv, &run)) {
		fputs("idle_worker is executed by worker\n", stderr);
		return 2;
	}
	log_open("worker", NULL);
	worker_run_block_stop_signals(&run);
	process_ignore_write_signals();
	if (settings_load(&settings, &arena, "worker", SETTINGS_NEED_DATABASE, &error)) {
		log_set_level(settings.log_level);
		log_open("worker", settings.log_path);
		status = wait_with(&run, &settings, &error);
	}
	if (status != EXIT_SUCCESS)
		log_error("%s", error.text);
	arena_free(&arena);
	return status;
}
