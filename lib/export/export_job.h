/*
 * The worker's part of exports: builds archives, and removes the files that interrupted attempts have left behind.
 */
#ifndef FITGATE_EXPORT_EXPORT_JOB_H
#define FITGATE_EXPORT_EXPORT_JOB_H

#include "core/settings.h"
#include "jobs/queue.h"

struct export_worker {
	struct db *db;
	struct arena *arena;
	const struct settings *settings;
	/* Whether the worker has been asked to stop; called many times a second. */
	bool (*asked_to_stop)(const void *context);
	const void *context;
};

/*
 * Run a job that the caller has a lease on. The job is finished, scheduled for another attempt, released if the worker
 * has been asked to stop, or, after eight attempts, failed with its export. DB_OK, DB_NO_ROW: the lease is lost;
 * DB_FAILED: a query failed.
 */
enum db_result export_job_run(const struct export_worker *worker, const struct job *job);

/*
 * Remove the files in users' directories of archives that no export refers to, once they are so old that no worker can
 * still be writing them. Failures are logged. Returns early if the worker has been asked to stop.
 */
void export_sweep(const struct export_worker *worker);

#endif
