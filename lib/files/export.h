/*
 * The export of a user's data: its row in users_data_export and its job (contract §6.19, §10).
 *
 * A request writes both in one transaction. The worker builds the archive (files/export_job.h) and
 * completes the row in the transaction that ends the job. A row that is completed without a file has
 * failed for good.
 */
#ifndef FITGATE_FILES_EXPORT_H
#define FITGATE_FILES_EXPORT_H

#include "core/settings.h"
#include "jobs/queue.h"

enum { EXPORT_NAME_SIZE = 34 }; /* archive_<20 characters>.zip */

struct data_export {
	int64_t id;
	instant created_at;
	bool completed;
	const char *file_name; /* NULL: none */
	int64_t file_size;     /* bytes */
};

/* Read the export of a user. DB_OK, DB_NO_ROW, DB_FAILED. */
enum db_result export_read(struct db *db, int64_t user_id, struct data_export *row);

enum export_request {
	EXPORT_REQUESTED, /* `fresh` is in progress; an older one is gone with its file */
	EXPORT_ONGOING,   /* there is one in progress */
	EXPORT_RECENT,    /* one was made less than a day ago */
	EXPORT_FAILED,    /* the database */
};

/* Ask for an export. Of several requests at once one succeeds. */
enum export_request export_request(
	struct db *db, const struct settings *settings, int64_t user_id, struct data_export *fresh);

/*
 * Within the caller's transaction, the archive being in its place. DB_REFUSED: somebody else has completed
 * or deleted the export.
 */
enum db_result export_complete(
	struct db *db, int64_t export_id, const char *file_name, int64_t file_size);

/* The same for one that has failed for good; one that is completed or gone stays as it is. */
enum db_result export_fail(struct db *db, int64_t export_id);

/*
 * What the operator does to jobs, for the exports that they are about. Within the transaction that does it,
 * and before it: those of failed jobs that become due again (job_id 0: all) are in progress again; that of
 * a job that is dropped has failed.
 */
enum db_result export_resume(struct db *db, int64_t job_id);
enum db_result export_drop(struct db *db, int64_t job_id);

#endif
