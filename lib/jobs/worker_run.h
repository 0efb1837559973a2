/*
 * What the programs `worker` and `idle_worker` have in common. They are one process, which executes the program that it
 * needs: `worker` takes much memory, because it loads libcurl and libzip; `idle_worker` takes its place while no job is due.
 */
#ifndef FITGATE_JOBS_WORKER_RUN_H
#define FITGATE_JOBS_WORKER_RUN_H

#include "core/error.h"
#include "jobs/queue.h"

#include <signal.h>

enum {
	WORKER_POLL_SECONDS = 1, /* between two looks into the queue */
	WORKER_REST_SECONDS = 5, /* after a service that the jobs depend on was unavailable */
};

struct worker_run {
	const char *only; /* the kind of jobs to run; NULL: all */
	bool once;
	int64_t cleaned_at; /* clock_monotonic(), when it last cleaned up; 0: not yet, for it has just been started */
	sigset_t stop_signals; /* blocked, and checked between jobs */
};

/* Read the arguments of either program, the kind of job included. false: wrong usage. */
bool worker_run_parse(int argc, char **argv, struct worker_run *run);

/* The kinds of jobs to run, as queue_acquire() takes them; NULL: all. `sends_mail`: whether e-mails can be sent now. */
const char *worker_run_kinds(const struct worker_run *run, bool sends_mail);

/* Whether it last cleaned up ten minutes ago, or earlier. */
bool worker_run_is_cleaning_due(const struct worker_run *run);

/* Block SIGTERM, SIGINT and SIGUSR1. */
void worker_run_block_stop_signals(struct worker_run *run);

/* Wait for `seconds`, or until a stop signal arrives: then true. */
bool worker_run_wait(const struct worker_run *run, int seconds);

/* Whether a stop signal has arrived during a job: it stays pending, and is seen after the job. `run` is a struct worker_run. */
bool worker_run_is_stop_pending(const void *run);

/* For a worker without any jobs to run: wait for a stop signal, because the service manager would restart it if it ended.
 * Not with `once`. */
void worker_run_wait_forever(const struct worker_run *run);

/* Execute the other program, which is in the directory of this one. Returns only if that failed. */
void worker_run_become(const char *program, const struct worker_run *run, struct error *error);

#endif
