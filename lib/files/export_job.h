/*
 * What the worker does for exports: builds the archive that a job asks for, and clears away what an attempt
 * that was cut short has left behind.
 */
#ifndef FITGATE_FILES_EXPORT_JOB_H
#define FITGATE_FILES_EXPORT_JOB_H

#include "core/settings.h"
#include "jobs/queue.h"

struct export_worker {
	struct db *db;
	struct arena *arena;
	const struct settings *settings;
	/* Whether the worker is to end: asked many times a second. */
	bool (*asked_to_stop)(const void *context);
	const void *context;
};

/*
 * Do the claimed job, put it off, let go of it (asked to stop), or give it up, the export with it, when it
 * has been tried often enough. DB_OK, DB_NO_ROW: somebody else has it now; DB_FAILED: the database cannot
 * be asked.
 */
enum db_result export_job_run(const struct export_worker *worker, const struct job *job);

/*
 * Remove from the folders of archives what no export refers to, once it is so old that nobody can be
 * writing it any more. What cannot be removed is logged. Ends early when asked to stop.
 */
void export_job_tidy(const struct export_worker *worker);

#endif
