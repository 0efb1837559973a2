/*
 * The durable queue: what is to be done outside a request.
 *
 * A job is a row of the table jobs, written in the transaction of the change that causes it. A worker
 * claims it for QUEUE_LEASE_SECONDS and renews the claim while it works; when the worker dies, the claim
 * lapses and the next worker takes the job. Whoever finishes a job must still own it. All times are the
 * database's, so workers on several hosts agree.
 */
#ifndef FITGATE_JOBS_QUEUE_H
#define FITGATE_JOBS_QUEUE_H

#include "core/secret.h"
#include "db/db.h"

enum { QUEUE_LEASE_SECONDS = 120 };

#define QUEUE_KIND_MAIL    "mail"
#define QUEUE_KIND_CLEANUP "cleanup"
#define QUEUE_KIND_EXPORT  "export"

struct job {
	int64_t id;
	const char *kind;
	const char *payload; /* JSON */
	int64_t attempts;    /* this one included; counted anew when the operator makes it due */
	instant created_at;
	int64_t age;                /* seconds since then */
	char owner[SECRET_ID_SIZE]; /* of this claim */
};

/* Add a job, due at once; within the caller's transaction. `id`, unless NULL, gets its number. */
enum db_result queue_add(struct db *db, const char *kind, const char *payload, int64_t *id);

/* Remove a job, whoever owns it. DB_NO_ROW: there is none. */
enum db_result queue_remove(struct db *db, int64_t id);

/*
 * Claim the job that has been due longest, of some kinds ("mail,export") or (NULL) of any. DB_OK, DB_NO_ROW,
 * DB_FAILED.
 */
enum db_result queue_claim(struct db *db, const char *kinds, struct job *job);

/* Of the following, DB_NO_ROW means that the claim has lapsed and somebody else owns the job. */

/* Make the claim longer, counted from now. */
enum db_result queue_renew(struct db *db, const struct job *job);

/* The same, telling how far the work is: 0 to 100. */
enum db_result queue_renew_with_progress(struct db *db, const struct job *job, int percent);

/* The job is done: it goes. */
enum db_result queue_finish(struct db *db, const struct job *job);

/* Give the claimed job another payload; within the caller's transaction. */
enum db_result queue_replace(struct db *db, const struct job *job, const char *payload);

/* It was not tried to its end, and this claim does not count: it is due again at once. */
enum db_result queue_release(struct db *db, const struct job *job);

/* It failed for now: try again after a pause that grows with the attempts. It is logged. */
enum db_result queue_try_later(struct db *db, const struct job *job, const char *reason);

/*
 * It failed for now: try again after pauses that grow, and give up when it is three days old and has been
 * tried eight times since it was made or made due again. Both are logged.
 */
enum db_result queue_put_off(struct db *db, const struct job *job, const char *reason);

/* It failed for good: it stays for the operator to look at. It is logged. */
enum db_result queue_give_up(struct db *db, const struct job *job, const char *reason);

#endif
