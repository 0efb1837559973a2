/*
 * Removing the files of an account that has been deleted: a job of kind "cleanup".
 *
 * It is added in the transaction that deletes the account. Who deleted it does the job at once; when that
 * fails or is cut short, a worker does.
 */
#ifndef FITGATE_FILES_CLEANUP_H
#define FITGATE_FILES_CLEANUP_H

#include "core/settings.h"
#include "files/store.h"
#include "jobs/queue.h"

/* Within the transaction of the deletion. `job_id` gets the job's number. DB_OK, DB_AGAIN, DB_FAILED. */
enum db_result cleanup_add(struct db *db, int64_t user_id, int64_t *job_id);

/*
 * Remove the files and the job, whoever holds it: doing it twice at once does no harm. DB_OK; DB_REFUSED:
 * the files are in the way of it, see `reason`; DB_FAILED.
 */
enum db_result cleanup_at_once(struct db *db, const struct settings *settings, int64_t user_id,
	int64_t job_id, char reason[STORE_REASON_SIZE]);

/* Do the claimed job, or put it off. DB_OK, DB_NO_ROW: the claim had lapsed; DB_FAILED. */
enum db_result cleanup_run(struct db *db, const struct settings *settings, const struct job *job);

#endif
