/*
 * The export of a user's data: a row in users_data_export and a job (contract §6.19, §10).
 *
 * A request adds both in one transaction. The worker builds the archive (export/export_job.h) and completes the row in
 * the transaction that finishes the job. A completed row without a file means that the export failed permanently.
 */
#ifndef FITGATE_EXPORT_EXPORT_H
#define FITGATE_EXPORT_EXPORT_H

#include "account/context.h"
#include "jobs/queue.h"

enum { EXPORT_NAME_SIZE = 34 }; /* archive_<20 characters>.zip */

struct data_export {
	int64_t id;
	instant created_at;
	bool completed;
	const char *file_name; /* NULL: none */
	int64_t file_size;     /* bytes */
};

/* Read the export of a user. DB_OK, DB_NO_ROW: there is none; DB_FAILED. */
enum db_result export_read(
	struct db *db, struct arena *arena, int64_t user_id, struct data_export *row);

enum export_request {
	EXPORT_REQUESTED, /* `fresh` is in progress; the previous export has been removed with its file */
	EXPORT_ONGOING, /* another export is in progress */
	EXPORT_RECENT,  /* the previous export is less than a day old */
	EXPORT_FAILED,  /* a query failed */
};

/* Request an export. Of several simultaneous requests, one succeeds. */
enum export_request export_request(
	const struct account_context *context, int64_t user_id, struct data_export *fresh);

/*
 * Complete an export, within the caller's transaction. The archive must have its final name. DB_ROLLBACK: the export is
 * already completed or deleted.
 */
enum db_result export_complete(
	struct db *db, int64_t export_id, const char *file_name, int64_t file_size);

/* Mark an export as failed permanently, unless it is completed or deleted. */
enum db_result export_fail(struct db *db, int64_t export_id);

/*
 * Update exports when an administrator changes their jobs, in the same transaction, before the jobs are changed.
 * export_resume(): the exports of failed jobs that will be retried (job_id 0: all failed jobs) are in progress again.
 * export_drop(): the export of a job that will be deleted has failed.
 */
enum db_result export_resume(struct db *db, int64_t job_id);
enum db_result export_drop(struct db *db, int64_t job_id);

#endif
