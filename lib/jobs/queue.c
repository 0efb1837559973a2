/*
 * A lease is acquired by reading a candidate and then one conditional UPDATE: the number of rows changed shows which
 * worker has it. The column run_after is both "not before" and the end of the lease.
 */
#include "jobs/queue.h"

#include "core/log.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	REASON_SIZE = 501, /* of what the column last_error holds */
	FIRST_PAUSE = 30,  /* seconds, as the following */
	LONGEST_PAUSE = 3600,
	FAIL_AGE = 3 * 24 * 3600,
	FAIL_ATTEMPTS = 8, /* about an hour */
};

enum db_result queue_add(struct db *db, const char *kind, const char *payload, int64_t *id)
{
	static const struct db_query ADD = {
		.text = "INSERT INTO jobs (kind, payload, run_after, created_at) "
			"VALUES (?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))"};
	enum db_result result =
		db_execute(db, &ADD, DB_PARAMS(DB_TEXT(kind), DB_TEXT(payload)), NULL);

	if (id != NULL)
		*id = db_inserted_id(db);
	return result;
}

enum db_result queue_remove(struct db *db, int64_t id)
{
	static const struct db_query REMOVE = {.text = "DELETE FROM jobs WHERE id = ?"};

	return db_execute_one(db, &REMOVE, DB_PARAMS(DB_INT(id)));
}

/* ---- leases ------------------------------------------------------------------------------------ */

static const struct db_field JOB[] = {
	DB_FIELD(struct job, id, "id"),
	DB_FIELD(struct job, kind, "kind"),
	DB_FIELD(struct job, payload, "payload"),
	DB_FIELD(struct job, attempts, "attempts + 1"),
	DB_FIELD(struct job, last_error, "last_error"),
	DB_FIELD_TIME(struct job, created_at, "created_at"),
	DB_FIELD(struct job, age, "TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP(6))"),
	{0},
};

#define DUE "FROM jobs WHERE failed_at IS NULL AND run_after <= UTC_TIMESTAMP(6) "

static enum db_result find_due(
	struct db *db, struct arena *arena, const char *kinds, struct job *job)
{
	static const struct db_query ANY = {JOB, .text = DUE "ORDER BY run_after LIMIT 1"};
	static const struct db_query OF_KINDS = {
		JOB, .text = DUE "AND FIND_IN_SET(kind, ?) > 0 ORDER BY run_after LIMIT 1"};

	if (kinds == NULL)
		return db_query_row(db, arena, &ANY, DB_NO_PARAMS, job);
	return db_query_row(db, arena, &OF_KINDS, DB_PARAMS(DB_BYTES(kinds)), job);
}

enum db_result queue_find_due(struct db *db, const char *kinds)
{
	static const struct db_field ONE[] = {DB_VALUE(int64_t, "1"), {0}};
	static const struct db_query ANY = {ONE, .text = DUE "LIMIT 1"};
	static const struct db_query OF_KINDS = {
		ONE, .text = DUE "AND FIND_IN_SET(kind, ?) > 0 LIMIT 1"};
	int64_t one;

	if (kinds == NULL)
		return db_query_row(db, NULL, &ANY, DB_NO_PARAMS, &one);
	return db_query_row(db, NULL, &OF_KINDS, DB_PARAMS(DB_BYTES(kinds)), &one);
}

enum db_result queue_acquire(struct db *db, struct arena *arena, const char *kinds, struct job *job)
{
	static const struct db_query ACQUIRE = {
		.text = "UPDATE jobs SET owner = ?, attempts = attempts + 1, progress = NULL, "
			"run_after = UTC_TIMESTAMP(6) + INTERVAL ? SECOND "
			"WHERE id = ? AND failed_at IS NULL AND run_after <= UTC_TIMESTAMP(6)"};

	if (!crypto_random_id(job->owner))
		return DB_FAILED;
	for (;;) {
		int64_t changed = 0;
		enum db_result result = find_due(db, arena, kinds, job);

		if (result != DB_OK)
			return result;
		result = db_execute(db, &ACQUIRE,
			DB_PARAMS(
				DB_TEXT(job->owner), DB_INT(QUEUE_LEASE_SECONDS), DB_INT(job->id)),
			&changed);
		if (result != DB_OK || changed == 1)
			return result;
		/* another worker was quicker: there may be more jobs */
	}
}

enum db_result queue_renew(struct db *db, const struct job *job)
{
	static const struct db_query RENEW = {
		.text = "UPDATE jobs SET run_after = UTC_TIMESTAMP(6) + INTERVAL ? SECOND "
			"WHERE id = ? AND owner = ?"};

	return db_execute_one(db, &RENEW,
		DB_PARAMS(DB_INT(QUEUE_LEASE_SECONDS), DB_INT(job->id), DB_TEXT(job->owner)));
}

enum db_result queue_renew_with_progress(struct db *db, const struct job *job, int percent)
{
	static const struct db_query RENEW = {
		.text = "UPDATE jobs SET run_after = UTC_TIMESTAMP(6) + INTERVAL ? SECOND, "
			"progress = ? WHERE id = ? AND owner = ?"};

	return db_execute_one(db, &RENEW,
		DB_PARAMS(DB_INT(QUEUE_LEASE_SECONDS), DB_INT(percent), DB_INT(job->id),
			DB_TEXT(job->owner)));
}

enum db_result queue_replace(struct db *db, const struct job *job, const char *payload)
{
	static const struct db_query REPLACE = {
		.text = "UPDATE jobs SET payload = ? WHERE id = ? AND owner = ?"};

	return db_execute_one(
		db, &REPLACE, DB_PARAMS(DB_TEXT(payload), DB_INT(job->id), DB_TEXT(job->owner)));
}

/* ---- outcomes ---------------------------------------------------------------------------------- */

enum db_result queue_finish(struct db *db, const struct job *job)
{
	static const struct db_query FINISH = {
		.text = "DELETE FROM jobs WHERE id = ? AND owner = ?"};

	return db_execute_one(db, &FINISH, DB_PARAMS(DB_INT(job->id), DB_TEXT(job->owner)));
}

enum db_result queue_release(struct db *db, const struct job *job)
{
	static const struct db_query RELEASE = {
		.text = "UPDATE jobs SET owner = NULL, attempts = attempts - 1, progress = NULL, "
			"run_after = UTC_TIMESTAMP(6) WHERE id = ? AND owner = ?"};

	return db_execute_one(db, &RELEASE, DB_PARAMS(DB_INT(job->id), DB_TEXT(job->owner)));
}

enum db_result queue_postpone(
	struct db *db, const struct job *job, int64_t seconds, const char *reason)
{
	static const struct db_query POSTPONE = {
		.text = "UPDATE jobs SET owner = NULL, attempts = attempts - 1, last_error = ?, "
			"run_after = UTC_TIMESTAMP(6) + INTERVAL ? SECOND "
			"WHERE id = ? AND owner = ?"};

	log_info("job postponed by %" PRId64 " s: %s", seconds, reason);
	return db_execute_one(db, &POSTPONE,
		DB_PARAMS(DB_TEXT(reason), DB_INT(seconds), DB_INT(job->id), DB_TEXT(job->owner)));
}

static int64_t pause_after(int64_t attempts)
{
	int64_t pause = FIRST_PAUSE;

	for (int64_t i = 1; i < attempts && pause < LONGEST_PAUSE; i++)
		pause *= 2;
	return pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE;
}

/*
 * The reason as the column takes it. It may contain the name of a file, in any character set, and may have been cut
 * within a character.
 */
static const char *fit(const char *reason, char fitting[REASON_SIZE])
{
	snprintf(fitting, REASON_SIZE, "%s", reason);
	text_make_utf8(fitting);
	return fitting;
}

static enum db_result retry(
	struct db *db, const struct job *job, const char *reason, enum log_level level)
{
	static const struct db_query RETRY = {
		.text = "UPDATE jobs SET owner = NULL, "
			"run_after = UTC_TIMESTAMP(6) + INTERVAL ? SECOND, last_error = ? "
			"WHERE id = ? AND owner = ?"};
	int64_t pause = pause_after(job->attempts);
	char fitting[REASON_SIZE];

	reason = fit(reason, fitting);
	if (job->last_error != NULL && strcmp(job->last_error, reason) == 0)
		level = LOG_LEVEL_INFO;
	(level == LOG_LEVEL_INFO ? log_info : log_warning)(
		"attempt %" PRId64 " failed, the next follows in %" PRId64 " s: %s", job->attempts,
		pause, reason);
	return db_execute_one(db, &RETRY,
		DB_PARAMS(DB_INT(pause), DB_TEXT(reason), DB_INT(job->id), DB_TEXT(job->owner)));
}

enum db_result queue_retry(struct db *db, const struct job *job, const char *reason)
{
	return retry(db, job, reason, LOG_LEVEL_WARNING);
}

/*
 * The number of attempts matters too: an old job that has only waited, or was made due again, must not fail
 * immediately.
 */
static bool is_exhausted(const struct job *job)
{
	return job->age > FAIL_AGE && job->attempts >= FAIL_ATTEMPTS;
}

enum db_result queue_defer(struct db *db, const struct job *job, const char *reason)
{
	return is_exhausted(job) ? queue_fail(db, job, reason) : queue_retry(db, job, reason);
}

enum db_result queue_defer_quietly(struct db *db, const struct job *job, const char *reason)
{
	return is_exhausted(job) ? queue_fail(db, job, reason)
				 : retry(db, job, reason, LOG_LEVEL_INFO);
}

enum db_result queue_fail(struct db *db, const struct job *job, const char *reason)
{
	static const struct db_query FAIL = {
		.text = "UPDATE jobs SET owner = NULL, failed_at = UTC_TIMESTAMP(6), "
			"last_error = ? WHERE id = ? AND owner = ?"};
	char fitting[REASON_SIZE];

	reason = fit(reason, fitting);
	log_error("job failed permanently: %s", reason);
	return db_execute_one(
		db, &FAIL, DB_PARAMS(DB_TEXT(reason), DB_INT(job->id), DB_TEXT(job->owner)));
}
