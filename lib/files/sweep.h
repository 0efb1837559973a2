/*
 * Removes the files of a deleted account: a job of kind "cleanup".
 *
 * account_delete() (account/administration/account_deletion.h) adds the job in its transaction. fitgate-admin then runs it
 * immediately; if that fails or is interrupted, and where another program has deleted the account, a worker runs it.
 */
#ifndef FITGATE_FILES_SWEEP_H
#define FITGATE_FILES_SWEEP_H

#include "core/settings.h"
#include "files/store.h"
#include "jobs/queue.h"

/*
 * Remove the files and the job, even if a worker has a lease on the job: two processes can do this at the same time.
 * DB_OK; DB_ROLLBACK: the files could not be removed, `error` has the reason; DB_FAILED: a query failed.
 */
enum db_result sweep_at_once(struct db *db, const struct settings *settings, int64_t user_id,
	int64_t job_id, struct error *error);

/* Run a job that the caller has a lease on; defer it if files could not be removed. DB_OK, DB_NO_ROW: the lease is
   lost; DB_FAILED. */
enum db_result sweep_run(struct db *db, const struct settings *settings, const struct job *job);

#endif
