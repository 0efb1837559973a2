/*
 * What an administrator sees of the jobs of the queue, and does with them. An export follows its job.
 */
#ifndef FITGATE_EXPORT_JOB_CONTROL_H
#define FITGATE_EXPORT_JOB_CONTROL_H

#include "db/db.h"

struct job_row {
	int64_t id, attempts;
	const char *kind, *last_error; /* last_error NULL: none */
	instant created_at, run_after;
	instant failed_at; /* INSTANT_NONE: it has not failed permanently */
};

/* The columns of `jobs` that fill a struct job_row; no token or link is among them. */
extern const struct db_field JOB_ROW[];

/* Read a job. DB_OK, DB_NO_ROW, DB_RETRY, DB_FAILED. */
enum db_result job_find(struct db *db, struct arena *arena, int64_t id, struct job_row *job);

/* The jobs from `after` on (an id; 0: from the first), at most `max`. Texts are in the arena. DB_OK, DB_FAILED. */
enum db_result job_list(struct db *db, struct arena *arena, int64_t after, struct job_row *jobs,
	int max, int *count);

/* Make failed jobs due again: one, or all (`id` 0). `changed` gets their number. DB_OK, DB_FAILED. */
enum db_result job_retry(struct db *db, int64_t id, int64_t *changed);

/* Remove a job. DB_OK, DB_NO_ROW, DB_FAILED. */
enum db_result job_drop(struct db *db, int64_t id);

#endif
