/*
 * The archive gets its name, and is synced, before the database says that it is there; the database says so
 * in the transaction that ends the job. So whatever cuts an attempt short, what it leaves behind is either
 * the export or a file that nothing refers to; of two attempts at once one ends in a rollback.
 */
#include "files/export_job.h"

#include "account/user.h"
#include "core/json.h"
#include "core/log.h"
#include "core/text.h"
#include "files/archive.h"
#include "files/export.h"
#include "files/folder.h"
#include "mail/notice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Times that a job is claimed at most, and how often the claim is renewed and the progress told. */
enum { ATTEMPTS = 8, RENEWAL_SECONDS = 5 };

enum { RANDOM_BYTES = 15, TEMPORARY_SIZE = EXPORT_NAME_SIZE + 8 };

struct attempt {
	const struct export_worker *worker;
	const struct job *job;
	int64_t export_id, user_id;
	int folder, file; /* -1: not open */
	char name[EXPORT_NAME_SIZE], temporary[TEMPORARY_SIZE];
	int64_t size;
	int64_t renewed_at; /* clock_monotonic() */
	bool lost;          /* the claim */
	char reason[STORE_REASON_SIZE];
};

/* ---- how it ends ------------------------------------------------------------------------------- */

static enum db_result give_up(struct db *db, void *context)
{
	const struct attempt *attempt = context;
	enum db_result result = export_fail(db, attempt->export_id);

	return result == DB_OK ? queue_give_up(db, attempt->job, attempt->reason) : result;
}

/* It failed, for `reason`: now or for good. */
static enum db_result put_off(struct attempt *attempt)
{
	struct db *db = attempt->worker->db;

	if (attempt->job->attempts < ATTEMPTS)
		return queue_try_later(db, attempt->job, attempt->reason);
	return db_transaction(db, give_up, attempt);
}

static enum db_result tell_owner(struct db *db, const struct attempt *attempt)
{
	struct user user;
	enum db_result result = user_read(db, attempt->user_id, &user);

	return result == DB_OK ? notice_export_ready(db, attempt->worker->arena,
					 attempt->worker->settings, &user)
			       : result;
}

static enum db_result complete(struct db *db, void *context)
{
	const struct attempt *attempt = context;
	enum db_result result =
		export_complete(db, attempt->export_id, attempt->name, attempt->size);

	if (result == DB_OK)
		result = tell_owner(db, attempt);
	return result == DB_OK ? queue_finish(db, attempt->job) : result;
}

/* The archive is in its place; make it the export's. Whether it is, may be unknown: then it stays. */
static enum db_result hand_over(struct attempt *attempt)
{
	enum db_result result = db_transaction(attempt->worker->db, complete, attempt);

	if (result == DB_OK) {
		log_info("export job %lld: archive of user %lld: %lld bytes",
			(long long)attempt->job->id, (long long)attempt->user_id,
			(long long)attempt->size);
		return DB_OK;
	}
	if (result == DB_UNDECIDED)
		return DB_FAILED;
	unlinkat(attempt->folder, attempt->name, 0);
	if (result == DB_FAILED) {
		snprintf(attempt->reason, sizeof(attempt->reason),
			"the database does not take the archive: %.200s",
			db_error_text(attempt->worker->db));
		return put_off(attempt);
	}
	log_warning("export job %lld: another worker was quicker, or the export is gone",
		(long long)attempt->job->id);
	return DB_NO_ROW;
}

/* ---- the file ---------------------------------------------------------------------------------- */

static bool blame(struct attempt *attempt, const char *what)
{
	snprintf(attempt->reason, sizeof(attempt->reason), "%.250s: %s", what, strerror(errno));
	return false;
}

static bool make_names(struct attempt *attempt)
{
	unsigned char bytes[RANDOM_BYTES];
	char text[TEXT_BASE64URL_SIZE(RANDOM_BYTES)];

	if (!secret_random(bytes, sizeof(bytes)))
		return false;
	text_base64url(bytes, sizeof(bytes), text);
	snprintf(attempt->name, sizeof(attempt->name), "archive_%s.zip", text);
	snprintf(attempt->temporary, sizeof(attempt->temporary), "%s.tmp", attempt->name);
	return true;
}

static bool open_file(struct attempt *attempt)
{
	const char *upload_folder = attempt->worker->settings->upload_folder;

	if (*upload_folder == '\0') {
		snprintf(attempt->reason, sizeof(attempt->reason),
			"UPLOAD_FOLDER is empty: there is no place for archives");
		return false;
	}
	attempt->folder = folder_open_user(upload_folder, "exports", attempt->user_id, true);
	if (attempt->folder < 0)
		return blame(attempt, "the folder of archives cannot be opened");
	if (!make_names(attempt))
		return blame(attempt, "no random name");
	attempt->file = folder_make_file(attempt->folder, attempt->temporary);
	return attempt->file >= 0 || blame(attempt, "the archive cannot be made");
}

/* From a file that is written to one that survives a power failure under its name. */
static bool place_file(struct attempt *attempt)
{
	struct stat status;

	if (fsync(attempt->file) != 0 || fstat(attempt->file, &status) != 0)
		return blame(attempt, "the archive cannot be written");
	attempt->size = status.st_size;
	if (renameat(attempt->folder, attempt->temporary, attempt->folder, attempt->name) != 0)
		return blame(attempt, "the archive cannot be renamed");
	if (fsync(attempt->folder) == 0)
		return true;
	blame(attempt, "the folder of archives cannot be written");
	unlinkat(attempt->folder, attempt->name, 0);
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
	/* while the database is away nobody else can take the job either */
	attempt->lost = queue_renew_with_progress(worker->db, attempt->job, percent) == DB_NO_ROW;
	return !attempt->lost;
}

/* Into the open file. */
static enum archive write_archive(struct attempt *attempt)
{
	const struct archive_order order = {
		.db = attempt->worker->db,
		.arena = attempt->worker->arena,
		.upload_folder = attempt->worker->settings->upload_folder,
		.user_id = attempt->user_id,
		.scratch = attempt->folder,
		.output = attempt->file,
		.go_on = go_on,
		.context = attempt,
	};

	attempt->renewed_at = clock_monotonic();
	return archive_build(&order, attempt->reason);
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
		unlinkat(attempt->folder, attempt->temporary, 0);
	return result;
}

static enum db_result let_go(const struct attempt *attempt)
{
	if (attempt->lost) {
		log_warning("export job %lld: somebody else has it, or it is gone",
			(long long)attempt->job->id);
		return DB_NO_ROW;
	}
	return queue_release(attempt->worker->db, attempt->job);
}

static enum db_result try_once(struct attempt *attempt)
{
	switch (build(attempt)) {
	case ARCHIVE_DONE:
		return hand_over(attempt);
	case ARCHIVE_NO_USER:
		return queue_finish(attempt->worker->db, attempt->job);
	case ARCHIVE_STOPPED:
		return let_go(attempt);
	case ARCHIVE_FAILED:
		break;
	}
	return put_off(attempt);
}

/* Whether the export waits for its archive. DB_OK, DB_NO_ROW, DB_FAILED. */
static enum db_result find_export(const struct attempt *attempt)
{
	static const char FIND[] = "SELECT id FROM users_data_export "
				   "WHERE id = ? AND user_id = ? AND completed = 0";
	int64_t id;

	return db_row(attempt->worker->db, FIND,
		DB_PARAMS(DB_INT(attempt->export_id), DB_INT(attempt->user_id)),
		DB_COLUMNS(DB_TO_INT(&id)));
}

static enum db_result run_attempt(struct attempt *attempt)
{
	const struct job *job = attempt->job;
	enum db_result result = find_export(attempt);

	if (result == DB_NO_ROW) {
		log_info("export job %lld: the export is completed or gone", (long long)job->id);
		return queue_finish(attempt->worker->db, job);
	}
	if (result != DB_OK)
		return result;
	if (job->attempts <= ATTEMPTS)
		return try_once(attempt);
	snprintf(attempt->reason, sizeof(attempt->reason),
		"%d attempts did not come to an end: the worker was killed, or the database away",
		ATTEMPTS);
	return put_off(attempt);
}

enum db_result export_job_run(const struct export_worker *worker, const struct job *job)
{
	const cJSON *payload = json_parse(job->payload, strlen(job->payload));
	struct attempt attempt = {.worker = worker, .job = job, .folder = -1, .file = -1};
	enum db_result result;

	if (!json_integer(json_member(payload, "export_id"), 1, INT32_MAX, &attempt.export_id) ||
		!json_integer(json_member(payload, "user_id"), 1, INT32_MAX, &attempt.user_id))
		return queue_give_up(worker->db, job, "the job cannot be read");
	result = run_attempt(&attempt);
	if (attempt.file >= 0)
		close(attempt.file);
	if (attempt.folder >= 0)
		close(attempt.folder);
	return result;
}
