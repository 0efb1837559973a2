/*
 * Claiming is reading a candidate and then one conditional UPDATE: the number of rows it changed tells
 * who won. run_after is both "not before" and the end of the claim.
 */
#include "jobs/queue.h"

#include "core/log.h"
#include "core/text.h"

#include <stdio.h>

enum {
	REASON_SIZE = 501, /* of what the column last_error holds */
	FIRST_PAUSE = 30,
	LONGEST_PAUSE = 3600,
	PATIENCE = 3 * 24 * 3600,
	ENOUGH_ATTEMPTS = 8, /* about an hour */
};

enum db_result queue_add(struct db *db, const char *kind, const char *payload, int64_t *id)
{
	static const char ADD[] = "INSERT INTO jobs (kind, payload, run_after, created_at) "
				  "VALUES (?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))";
	enum db_result result =
		db_change(db, ADD, DB_PARAMS(DB_TEXT(kind), DB_TEXT(payload)), NULL);

	if (id != NULL)
		*id = db_inserted_id(db);
	return result;
}

static enum db_result find_due(struct db *db, const char *kinds, struct job *job)
{
#define FIND_DUE                                                                                   \
	"SELECT id, kind, payload, attempts + 1, created_at, "                                     \
	"TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP(6)) FROM jobs "                           \
	"WHERE failed_at IS NULL AND run_after <= UTC_TIMESTAMP(6) "
	static const char ANY[] = FIND_DUE "ORDER BY run_after LIMIT 1";
	static const char OF_KINDS[] =
		FIND_DUE "AND FIND_IN_SET(kind, ?) > 0 ORDER BY run_after LIMIT 1";
	const struct db_column columns[] = {DB_TO_INT(&job->id), DB_TO_TEXT(&job->kind),
		DB_TO_TEXT(&job->payload), DB_TO_INT(&job->attempts), DB_TO_TIME(&job->created_at),
		DB_TO_INT(&job->age)};
	const size_t count = sizeof(columns) / sizeof(*columns);

	if (kinds == NULL)
		return db_row(db, ANY, DB_NO_PARAMS, columns, count);
	return db_row(db, OF_KINDS, DB_PARAMS(DB_BYTES(kinds)), columns, count);
}

enum db_result queue_claim(struct db *db, const char *kinds, struct job *job)
{
	static const char CLAIM[] =
		"UPDATE jobs SET owner = ?, attempts = attempts + 1, progress = NULL, "
		"run_after = UTC_TIMESTAMP(6) + INTERVAL ? SECOND "
		"WHERE id = ? AND failed_at IS NULL AND run_after <= UTC_TIMESTAMP(6)";

	if (!secret_random_id(job->owner))
		return DB_FAILED;
	for (;;) {
		int64_t changed = 0;
		enum db_result result = find_due(db, kinds, job);

		if (result != DB_OK)
			return result;
		result = db_change(db, CLAIM,
			DB_PARAMS(
				DB_TEXT(job->owner), DB_INT(QUEUE_LEASE_SECONDS), DB_INT(job->id)),
			&changed);
		if (result != DB_OK || changed == 1)
			return result;
		/* another worker was quicker: there may be more */
	}
}

enum db_result queue_remove(struct db *db, int64_t id)
{
	static const char REMOVE[] = "DELETE FROM jobs WHERE id = ?";

	return db_change_one(db, REMOVE, DB_PARAMS(DB_INT(id)));
}

enum db_result queue_renew(struct db *db, const struct job *job)
{
	static const char RENEW[] =
		"UPDATE jobs SET run_after = UTC_TIMESTAMP(6) + INTERVAL ? SECOND WHERE id = ? AND owner = ?";

	return db_change_one(db, RENEW,
		DB_PARAMS(DB_INT(QUEUE_LEASE_SECONDS), DB_INT(job->id), DB_TEXT(job->owner)));
}

enum db_result queue_renew_with_progress(struct db *db, const struct job *job, int percent)
{
	static const char RENEW[] =
		"UPDATE jobs SET run_after = UTC_TIMESTAMP(6) + INTERVAL ? SECOND, progress = ? "
		"WHERE id = ? AND owner = ?";

	return db_change_one(db, RENEW,
		DB_PARAMS(DB_INT(QUEUE_LEASE_SECONDS), DB_INT(percent), DB_INT(job->id),
			DB_TEXT(job->owner)));
}

enum db_result queue_finish(struct db *db, const struct job *job)
{
	static const char FINISH[] = "DELETE FROM jobs WHERE id = ? AND owner = ?";

	return db_change_one(db, FINISH, DB_PARAMS(DB_INT(job->id), DB_TEXT(job->owner)));
}

enum db_result queue_replace(struct db *db, const struct job *job, const char *payload)
{
	static const char REPLACE[] = "UPDATE jobs SET payload = ? WHERE id = ? AND owner = ?";

	return db_change_one(
		db, REPLACE, DB_PARAMS(DB_TEXT(payload), DB_INT(job->id), DB_TEXT(job->owner)));
}

static enum db_result postpone(
	struct db *db, const struct job *job, int64_t seconds, const char *reason)
{
	static const char POSTPONE[] =
		"UPDATE jobs SET owner = NULL, run_after = UTC_TIMESTAMP(6) + INTERVAL ? SECOND, "
		"last_error = ? WHERE id = ? AND owner = ?";

	return db_change_one(db, POSTPONE,
		DB_PARAMS(DB_INT(seconds), DB_TEXT(reason), DB_INT(job->id), DB_TEXT(job->owner)));
}

enum db_result queue_release(struct db *db, const struct job *job)
{
	static const char RELEASE[] =
		"UPDATE jobs SET owner = NULL, attempts = attempts - 1, progress = NULL, "
		"run_after = UTC_TIMESTAMP(6) WHERE id = ? AND owner = ?";

	return db_change_one(db, RELEASE, DB_PARAMS(DB_INT(job->id), DB_TEXT(job->owner)));
}

static int64_t pause_after(int64_t attempts)
{
	int64_t pause = FIRST_PAUSE;

	for (int64_t i = 1; i < attempts && pause < LONGEST_PAUSE; i++)
		pause *= 2;
	return pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE;
}

/*
 * The reason as the column takes it. The name of a file, which may be in it, is in whatever character
 * set, and what was too long for somebody has been cut anywhere.
 */
static const char *fit(const char *reason, char fitting[REASON_SIZE])
{
	snprintf(fitting, REASON_SIZE, "%s", reason);
	text_make_utf8(fitting);
	return fitting;
}

enum db_result queue_try_later(struct db *db, const struct job *job, const char *reason)
{
	int64_t pause = pause_after(job->attempts);
	char fitting[REASON_SIZE];

	reason = fit(reason, fitting);
	log_warning("%s job %lld: attempt %lld failed, next in %llds: %s", job->kind,
		(long long)job->id, (long long)job->attempts, (long long)pause, reason);
	return postpone(db, job, pause, reason);
}

enum db_result queue_put_off(struct db *db, const struct job *job, const char *reason)
{
	/* one that has only lain here, or that the operator wants tried again, is not given up at once */
	return job->age > PATIENCE && job->attempts >= ENOUGH_ATTEMPTS
		       ? queue_give_up(db, job, reason)
		       : queue_try_later(db, job, reason);
}

enum db_result queue_give_up(struct db *db, const struct job *job, const char *reason)
{
	static const char GIVE_UP[] =
		"UPDATE jobs SET owner = NULL, failed_at = UTC_TIMESTAMP(6), last_error = ? "
		"WHERE id = ? AND owner = ?";
	char fitting[REASON_SIZE];

	reason = fit(reason, fitting);
	log_error("%s job %lld: given up: %s", job->kind, (long long)job->id, reason);
	return db_change_one(
		db, GIVE_UP, DB_PARAMS(DB_TEXT(reason), DB_INT(job->id), DB_TEXT(job->owner)));
}
