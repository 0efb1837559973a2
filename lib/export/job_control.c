/*
 * See job_control.h.
 */
#include "export/job_control.h"

#include "export/export.h"
#include "jobs/queue.h"

const struct db_field JOB_ROW[] = {
	DB_FIELD(struct job_row, id, "id"),
	DB_FIELD(struct job_row, kind, "kind"),
	DB_FIELD(struct job_row, attempts, "attempts"),
	DB_FIELD_TIME(struct job_row, created_at, "created_at"),
	DB_FIELD_TIME(struct job_row, run_after, "run_after"),
	DB_FIELD_TIME(struct job_row, failed_at, "failed_at"),
	DB_FIELD(struct job_row, last_error, "last_error"),
	{0},
};

enum db_result job_find(struct db *db, struct arena *arena, int64_t id, struct job_row *job)
{
	static const struct db_query FIND = {JOB_ROW, .text = "FROM jobs WHERE id = ?"};

	return db_query_row(db, arena, &FIND, DB_PARAMS(DB_INT(id)), job);
}

/* ---- list -------------------------------------------------------------------------------------- */

struct collection {
	struct job_row row, *jobs;
	int *count;
};

static bool collect(void *context)
{
	struct collection *collection = context;

	collection->jobs[(*collection->count)++] = collection->row;
	return true;
}

enum db_result job_list(struct db *db, struct arena *arena, int64_t after, struct job_row *jobs,
	int max, int *count)
{
	static const struct db_query LIST = {
		JOB_ROW, .text = "FROM jobs WHERE id > ? ORDER BY id LIMIT ?"};
	struct collection collection = {.jobs = jobs, .count = count};

	*count = 0;
	return db_query_each(db, arena, &LIST, DB_PARAMS(DB_INT(after), DB_INT(max)),
		&collection.row, collect, &collection);
}

/* ---- retry and drop ---------------------------------------------------------------------------- */

/* The jobs to run again, and how many were found. */
struct jobs_change {
	int64_t id; /* 0: all failed ones */
	int64_t changed;
};

static enum db_result retry(struct db *db, void *context)
{
	static const struct db_query RETRY = {
		.text = "UPDATE jobs SET failed_at = NULL, owner = NULL, attempts = 0, "
			"run_after = UTC_TIMESTAMP(6) WHERE failed_at IS NOT NULL AND ? IN (0, id)"};
	struct jobs_change *change = context;
	enum db_result result = export_resume(db, change->id);

	return result == DB_OK
		       ? db_execute(db, &RETRY, DB_PARAMS(DB_INT(change->id)), &change->changed)
		       : result;
}

enum db_result job_retry(struct db *db, int64_t id, int64_t *changed)
{
	struct jobs_change change = {.id = id};
	enum db_result result = db_transaction(db, retry, &change);

	*changed = change.changed;
	return result;
}

static enum db_result drop(struct db *db, void *context)
{
	const int64_t *id = context;
	enum db_result result = export_drop(db, *id);

	return result == DB_OK ? queue_remove(db, *id) : result;
}

enum db_result job_drop(struct db *db, int64_t id)
{
	return db_transaction(db, drop, &id);
}
