/*
 * The archive is synced and renamed before the row refers to it, and the row is updated in the transaction that
 * finishes the job. So an interrupted attempt leaves either a complete export or a file that no row refers to, and one
 * of two simultaneous attempts is rolled back.
 */
#include "export/export_job.h"

#include "account/mail_request.h"
#include "core/json/json.h"
#include "core/log.h"
#include "core/text.h"
#include "export/archive.h"
#include "export/export.h"
#include "files/category.h"
#include "files/directory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The maximum number of attempts, and the interval for renewing the lease and reporting the progress. */
enum { ATTEMPTS = 8, RENEWAL_SECONDS = 5 };

enum { RANDOM_BYTES = 15, TEMPORARY_SIZE = EXPORT_NAME_SIZE + 8 };

struct attempt {
	const struct export_worker *worker;
	const struct job *job;
	int64_t export_id, user_id;
	int directory, file; /* -1: not open */
	char name[EXPORT_NAME_SIZE], temporary[TEMPORARY_SIZE];
	int64_t size;
	int64_t renewed_at; /* clock_monotonic() */
	bool lost;          /* the lease */
	struct error error;
};

/* ---- results ----------------------------------------------------------------------------------- */

static enum db_result fail_export(struct db *db, void *context)
{
	const struct attempt *attempt = context;
	enum db_result result = export_fail(db, attempt->export_id);

	return result == DB_OK ? queue_fail(db, attempt->job, attempt->error.text) : result;
}

/* The attempt failed with `error`: schedule another one, or fail the job and the export. */
static enum db_result fail_or_retry(struct attempt *attempt)
{
	struct db *db = attempt->worker->db;

	if (attempt->job->attempts < ATTEMPTS)
		return queue_retry(db, attempt->job, attempt->error.text);
	return db_transaction(db, fail_export, attempt);
}

static enum db_result notify_owner(struct db *db, const struct attempt *attempt)
{
	struct user user;
	struct mail_request request;
	enum db_result result = user_read(db, attempt->worker->arena, attempt->user_id, &user);

	if (result != DB_OK || !attempt->worker->settings->mail_enabled)
		return result;
	request = mail_request_to_owner(MAIL_EXPORT_READY, &user, NULL);
	return mail_request_add(db, &request);
}

static enum db_result complete(struct db *db, void *context)
{
	const struct attempt *attempt = context;
	enum db_result result =
		export_complete(db, attempt->export_id, attempt->name, attempt->size);

	if (result == DB_OK)
		result = notify_owner(db, attempt);
	return result == DB_OK ? queue_finish(db, attempt->job) : result;
}

/* Complete the export with the archive. If the outcome of the commit is unknown, keep the archive. */
static enum db_result finish_export(struct attempt *attempt)
{
	enum db_result result = db_transaction(attempt->worker->db, complete, attempt);

	if (result == DB_OK) {
		log_info("archive built: %" PRId64 " bytes", attempt->size);
		return DB_OK;
	}
	if (result == DB_COMMIT_UNKNOWN)
		return DB_FAILED;
	unlinkat(attempt->directory, attempt->name, 0);
	if (result == DB_FAILED) {
		error_set(&attempt->error, "could not complete the export: %.200s",
			db_error_text(attempt->worker->db));
		return fail_or_retry(attempt);
	}
	log_warning("archive discarded: another worker has completed the export, or it is gone");
	return DB_NO_ROW;
}

/* ---- the file ---------------------------------------------------------------------------------- */

static bool failed(struct attempt *attempt, const char *what)
{
	return error_set_errno(&attempt->error, errno, "could not %s", what);
}

static bool make_names(struct attempt *attempt)
{
	char text[TEXT_BASE64URL_SIZE(RANDOM_BYTES)];

	if (!crypto_random_base64url(RANDOM_BYTES, text))
		return false;
	snprintf(attempt->name, sizeof(attempt->name), "archive_%s.zip", text);
	snprintf(attempt->temporary, sizeof(attempt->temporary), "%s.tmp", attempt->name);
	return true;
}

static bool open_file(struct attempt *attempt)
{
	const char *upload_folder = attempt->worker->settings->upload_folder;

	if (*upload_folder == '\0') {
		error_set(&attempt->error, "could not store the archive: UPLOAD_FOLDER is empty");
		return false;
	}
	attempt->directory =
		directory_open_user(upload_folder, UPLOAD_EXPORTS, attempt->user_id, true);
	if (attempt->directory < 0)
		return failed(attempt, "open the directory of archives");
	if (!make_names(attempt))
		return failed(attempt, "get random bytes");
	attempt->file = directory_make_file(attempt->directory, attempt->temporary);
	return attempt->file >= 0 || failed(attempt, "create the archive");
}

/* Sync the archive, and give it its final name so that it survives a power failure. */
static bool place_file(struct attempt *attempt)
{
	struct stat status;

	if (fsync(attempt->file) != 0 || fstat(attempt->file, &status) != 0)
		return failed(attempt, "write the archive");
	attempt->size = status.st_size;
	if (renameat(attempt->directory, attempt->temporary, attempt->directory, attempt->name) !=
		0)
		return failed(attempt, "rename the archive");
	if (fsync(attempt->directory) == 0)
		return true;
	failed(attempt, "write the directory of archives");
	unlinkat(attempt->directory, attempt->name, 0);
	return false;
}

/* ---- the job ----------------------------------------------------------------------------------- */

static bool go_on(void *context, int percent)
{
	struct attempt *attempt = context;
	const struct export_worker *worker = attempt->worker;
	int64_t now = clock_monotonic();

	if (worker->asked_to_stop(worker->context))
		return false;
	if (now - attempt->renewed_at < RENEWAL_SECONDS * MICROSECONDS)
		return true;
	attempt->renewed_at = now;
	/* while the database is unavailable, no other worker can take the job either */
	attempt->lost = queue_renew_with_progress(worker->db, attempt->job, percent) == DB_NO_ROW;
	return !attempt->lost;
}

static enum archive write_archive(struct attempt *attempt)
{
	const struct archive_options options = {
		.db = attempt->worker->db,
		.arena = attempt->worker->arena,
		.upload_folder = attempt->worker->settings->upload_folder,
		.user_id = attempt->user_id,
		.scratch = attempt->directory,
		.output = attempt->file,
		.go_on = go_on,
		.context = attempt,
	};

	attempt->renewed_at = clock_monotonic();
	return archive_build(&options, &attempt->error);
}

static enum archive build(struct attempt *attempt)
{
	enum archive result;

	if (!open_file(attempt))
		return ARCHIVE_FAILED;
	result = write_archive(attempt);
	if (result == ARCHIVE_DONE && !place_file(attempt))
		result = ARCHIVE_FAILED;
	if (result != ARCHIVE_DONE)
		unlinkat(attempt->directory, attempt->temporary, 0);
	return result;
}

static enum db_result release(const struct attempt *attempt)
{
	if (attempt->lost) {
		log_warning("lease lost: another worker has the job, or it is gone");
		return DB_NO_ROW;
	}
	return queue_release(attempt->worker->db, attempt->job);
}

static enum db_result try_once(struct attempt *attempt)
{
	switch (build(attempt)) {
	case ARCHIVE_DONE:
		return finish_export(attempt);
	case ARCHIVE_NO_USER:
		return queue_finish(attempt->worker->db, attempt->job);
	case ARCHIVE_STOPPED:
		return release(attempt);
	case ARCHIVE_FAILED:
		break;
	}
	return fail_or_retry(attempt);
}

/* Check that the export is still in progress. DB_OK, DB_NO_ROW, DB_FAILED. */
static enum db_result find_export(const struct attempt *attempt)
{
	static const struct db_field ID[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {ID,
		.text = "FROM users_data_export WHERE id = ? AND user_id = ? AND completed = 0"};
	int64_t id;

	return db_query_row(attempt->worker->db, NULL, &FIND,
		DB_PARAMS(DB_INT(attempt->export_id), DB_INT(attempt->user_id)), &id);
}

static enum db_result run_attempt(struct attempt *attempt)
{
	const struct job *job = attempt->job;
	enum db_result result = find_export(attempt);

	if (result == DB_NO_ROW) {
		log_info("nothing to do: the export is completed or gone");
		return queue_finish(attempt->worker->db, job);
	}
	if (result != DB_OK)
		return result;
	if (job->attempts <= ATTEMPTS)
		return try_once(attempt);
	error_set(&attempt->error,
		"%d attempts were interrupted: the worker was killed, or the database was unavailable",
		ATTEMPTS);
	return fail_or_retry(attempt);
}

enum db_result export_job_run(const struct export_worker *worker, const struct job *job)
{
	const cJSON *payload = json_parse(job->payload, strlen(job->payload));
	struct attempt attempt = {.worker = worker, .job = job, .directory = -1, .file = -1};
	enum db_result result;

	if (!json_integer(json_member(payload, "export_id"), 1, INT32_MAX, &attempt.export_id) ||
		!json_integer(json_member(payload, "user_id"), 1, INT32_MAX, &attempt.user_id))
		return queue_fail(worker->db, job, "could not parse the payload");
	log_set_user(attempt.user_id);
	result = run_attempt(&attempt);
	if (attempt.file >= 0)
		close(attempt.file);
	if (attempt.directory >= 0)
		close(attempt.directory);
	return result;
}
