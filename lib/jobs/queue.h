/*
 * The durable queue: work that is done outside of requests.
 *
 * A job is a row of the table jobs, inserted in the transaction of the change that causes it. A worker acquires a
 * lease on it for QUEUE_LEASE_SECONDS and renews the lease while it works. When the worker dies, the lease expires
 * and the next worker acquires it. All times are the database's, so workers on several hosts agree.
 */
#ifndef FITGATE_JOBS_QUEUE_H
#define FITGATE_JOBS_QUEUE_H

#include "core/crypto.h"
#include "db/db.h"

enum { QUEUE_LEASE_SECONDS = 120 };

#define QUEUE_KIND_MAIL    "mail"
#define QUEUE_KIND_CLEANUP "cleanup"
#define QUEUE_KIND_EXPORT  "export"

struct job {
	int64_t id;
	const char *kind;
	const char *payload; /* JSON */
	int64_t attempts; /* including this one; starts over when an administrator makes the job due */
	const char *last_error; /* of the attempt before; NULL: none */
	instant created_at;
	int64_t age;                /* seconds since then */
	char owner[CRYPTO_ID_SIZE]; /* of this lease */
};

/* Add a job, due immediately; within the caller's transaction. `id`, unless NULL, gets its number. */
enum db_result queue_add(struct db *db, const char *kind, const char *payload, int64_t *id);

/* Remove a job, also one that a worker has a lease on. DB_NO_ROW: there is none. */
enum db_result queue_remove(struct db *db, int64_t id);

/*
 * Acquire a lease on the job that has been due longest, of some kinds ("mail,export") or (NULL) of any. Its texts
 * are in the arena. DB_OK, DB_NO_ROW: no job is due; DB_FAILED.
 */
enum db_result queue_acquire(
	struct db *db, struct arena *arena, const char *kinds, struct job *job);

/* Whether queue_acquire() would find a job. DB_OK, DB_NO_ROW: none is due; DB_FAILED. */
enum db_result queue_find_due(struct db *db, const char *kinds);

/* For all functions below, DB_NO_ROW means that the lease is lost: it has expired, or the job is gone. */

/* Make the lease last QUEUE_LEASE_SECONDS from now. */
enum db_result queue_renew(struct db *db, const struct job *job);

/* Renew the lease, and store the progress of the work in percent. */
enum db_result queue_renew_with_progress(struct db *db, const struct job *job, int percent);

/* Give the job another payload; within the caller's transaction. */
enum db_result queue_replace(struct db *db, const struct job *job, const char *payload);

/* The job is done: remove it. */
enum db_result queue_finish(struct db *db, const struct job *job);

/* The attempt was interrupted and does not count: the job is due again immediately. */
enum db_result queue_release(struct db *db, const struct job *job);

/*
 * Postpone the job: it is due again after `seconds`, and this lease does not count as an attempt. Within the
 * caller's transaction, if there is one.
 */
enum db_result queue_postpone(
	struct db *db, const struct job *job, int64_t seconds, const char *reason);

/* The attempt failed: try again after a pause that grows with the attempts. Logged as a warning, unless the attempt
 * before had the same reason. */
enum db_result queue_retry(struct db *db, const struct job *job, const char *reason);

/*
 * The same, unless the job is three days old and has been tried eight times since it was added or made due
 * again: then as queue_fail(). Logged.
 */
enum db_result queue_defer(struct db *db, const struct job *job, const char *reason);

/* The same, where the caller has logged the reason. */
enum db_result queue_defer_quietly(struct db *db, const struct job *job, const char *reason);

/* The job failed permanently: it stays for an administrator to look at. Logged. */
enum db_result queue_fail(struct db *db, const struct job *job, const char *reason);

#endif
