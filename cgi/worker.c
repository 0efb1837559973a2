/*
 * Processes the job queue: sends e-mails, builds archives, removes the files of deleted accounts. fitgate-worker(8)
 * describes it.
 *
 *	worker                runs until it receives SIGTERM, SIGINT or SIGUSR1: then it ends after the current job,
 *	                      but releases an archive that is being built. While no job is due, it executes idle_worker.
 *	worker --once         runs until no job is due; for cron
 *	worker --only mail    runs only jobs of this kind
 */
#include "account/administration/recent_error.h"
#include "account/event.h"
#include "account/throttle.h"
#include "account/registration/unconfirmed.h"
#include "admin/doctor/doctor_worker.h"
#include "core/json/json.h"
#include "core/log.h"
#include "core/process.h"
#include "files/sweep.h"
#include "export/export_job.h"
#include "files/user_picture.h"
#include "jobs/worker_run.h"
#include "mail/backlog.h"
#include "mail/delivery.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How often it finds no job, WORKER_POLL_SECONDS apart, before it becomes idle_worker. */
enum { LINGER_TURNS = 5 };

struct worker {
	struct worker_run run;
	struct settings settings;
	struct arena arena; /* of the running job */
	struct db *db;
	struct mailer mailer;
	int64_t mail_paused_until; /* clock_monotonic(), after the mail server was unavailable; 0: not paused */
};

static const char USAGE[] = "usage: worker [--once] [--only KIND]\n"
			    "  --once       exit when no job is due\n"
			    "  --only KIND  run only jobs of this kind: mail, export or cleanup\n";

enum poll {
	POLL_WORKED, /* a job was run; others can be due */
	POLL_IDLE,   /* nothing is due */
	POLL_REST,   /* a service that the jobs depend on is unavailable */
};

/* Whether to continue after a job that was finished, failed or lost, or whose state could not be written. */
static enum poll poll_after(enum db_result result)
{
	return result == DB_FAILED ? POLL_REST : POLL_WORKED;
}

/* Send an e-mail. If the mail server is unavailable, pause the jobs of kind "mail", but not the others. */
static enum poll deliver(struct worker *worker, const struct job *job)
{
	switch (delivery_run(&worker->mailer, &worker->arena, job)) {
	case DELIVERY_DONE:
		worker->mail_paused_until = 0;
		return POLL_WORKED;
	case DELIVERY_UNAVAILABLE:
		worker->mail_paused_until =
			worker->run.once ? INT64_MAX
					 : clock_monotonic() + WORKER_REST_SECONDS * MICROSECONDS;
		return POLL_WORKED;
	case DELIVERY_FAILED:
		break;
	}
	return POLL_REST;
}

/* The kinds of jobs to acquire now. */
static const char *kinds_now(const struct worker *worker)
{
	return worker_run_kinds(&worker->run,
		worker->settings.mail_enabled && clock_monotonic() >= worker->mail_paused_until);
}

static struct export_worker export_worker(struct worker *worker)
{
	return (struct export_worker){
		.db = worker->db,
		.arena = &worker->arena,
		.settings = &worker->settings,
		.asked_to_stop = worker_run_is_stop_pending,
		.context = &worker->run,
	};
}

static enum poll build_archive(struct worker *worker, const struct job *job)
{
	const struct export_worker as_export_worker = export_worker(worker);

	return poll_after(export_job_run(&as_export_worker, job));
}

static enum poll run_job(struct worker *worker, const struct job *job)
{
	if (strcmp(job->kind, QUEUE_KIND_MAIL) == 0)
		return deliver(worker, job);
	if (strcmp(job->kind, QUEUE_KIND_EXPORT) == 0)
		return build_archive(worker, job);
	if (strcmp(job->kind, QUEUE_KIND_CLEANUP) == 0)
		return poll_after(sweep_run(worker->db, &worker->settings, job));
	return poll_after(queue_fail(worker->db, job, "unrecognized job kind"));
}

static enum poll poll_queue(struct worker *worker)
{
	struct job job;
	enum poll turn;

	json_use_arena(&worker->arena);
	switch (queue_acquire(worker->db, &worker->arena, kinds_now(worker), &job)) {
	case DB_OK:
		log_set_job(job.kind, job.id);
		turn = run_job(worker, &job);
		recent_error_store(worker->db);
		log_set_job(NULL, 0);
		break;
	case DB_NO_ROW:
		turn = POLL_IDLE;
		break;
	default:
		turn = POLL_REST;
	}
	arena_reset(&worker->arena);
	return turn;
}

/* Remove expired counters, registrations, events and errors, and leftover files; check the site. */
static void clean_up(struct worker *worker)
{
	const struct export_worker as_export_worker = export_worker(worker);
	struct unconfirmed_removed removed;

	worker->run.cleaned_at = clock_monotonic();
	throttle_clean(worker->db);
	account_events_clean(worker->db, &worker->settings);
	unconfirmed_clean(worker->db, &worker->settings, &removed);
	user_picture_sweep(worker->db, &worker->arena, worker->settings.upload_folder);
	recent_errors_clean(worker->db);
	export_sweep(&as_export_worker);
	doctor_run_in_worker(worker->db, &worker->arena, &worker->settings);
	recent_error_store(worker->db);
	log_set_job(NULL, 0);
	arena_reset(&worker->arena);
}

static void close_all(struct worker *worker)
{
	smtp_close(worker->mailer.smtp);
	db_close(worker->db);
	worker->mailer.smtp = NULL;
	worker->db = NULL;
}

static bool open_all(struct worker *worker)
{
	worker->db = db_open(&worker->settings.database);
	worker->mailer = (struct mailer){
		.db = worker->db,
		.settings = &worker->settings,
		.smtp = smtp_open(&worker->settings),
	};
	if (worker->db != NULL && worker->mailer.smtp != NULL)
		return true;
	log_error("out of memory");
	return false;
}

/* Let idle_worker wait for the next job. Returns only if it could not be executed, and whether this one can continue. */
static bool become_idle(struct worker *worker)
{
	struct error error = ERROR_NONE;

	close_all(worker);
	worker_run_become("idle_worker", &worker->run, &error);
	log_error("%s: the worker waits itself, and takes more memory", error.text);
	return open_all(worker);
}

static int work(struct worker *worker)
{
	int idle_turns = 0;

	for (;;) {
		enum poll turn = poll_queue(worker);
		int pause = turn == POLL_WORKED ? 0
			    : turn == POLL_IDLE ? WORKER_POLL_SECONDS
						: WORKER_REST_SECONDS;

		idle_turns = turn == POLL_IDLE ? idle_turns + 1 : 0;
		if (turn == POLL_IDLE && worker_run_is_cleaning_due(&worker->run))
			clean_up(worker);
		if (worker->run.once && turn != POLL_WORKED)
			return turn == POLL_IDLE && worker->mail_paused_until == 0 ? EXIT_SUCCESS
										   : EXIT_FAILURE;
		if (worker_run_wait(&worker->run, pause))
			return EXIT_SUCCESS;
		if (idle_turns == LINGER_TURNS && !become_idle(worker))
			return EXIT_FAILURE;
	}
}

static void report_start(const struct worker *worker)
{
	settings_warn_of_short_key(&worker->settings);
	if (!worker->settings.mail_enabled)
		log_info("EMAIL_URL is empty: e-mails stay in the queue");
}

static int start(struct worker *worker)
{
	const struct worker_run *run = &worker->run;
	bool is_new = run->cleaned_at == 0;

	if (is_new)
		report_start(worker);
	if (!worker->settings.mail_enabled && run->only != NULL &&
		strcmp(run->only, QUEUE_KIND_MAIL) == 0) {
		worker_run_wait_forever(run);
		return EXIT_SUCCESS;
	}
	if (!open_all(worker))
		return EXIT_FAILURE;
	if (is_new && !run->once) /* the settings may have been corrected */
		backlog_release(worker->db);
	return work(worker);
}

int main(int argc, char **argv)
{
	struct worker worker = {0};
	struct arena settings_arena = ARENA_EMPTY;
	struct error error = ERROR_NONE;
	int status = EXIT_FAILURE;

	process_make_private();
	if (!worker_run_parse(argc, argv, &worker.run)) {
		fputs(USAGE, stderr);
		return 2;
	}
	log_open("worker", NULL);
	worker_run_block_stop_signals(&worker.run);
	process_ignore_write_signals();
	if (settings_load(&worker.settings, &settings_arena, "worker",
		    SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL, &error)) {
		log_set_level(worker.settings.log_level);
		log_open("worker", worker.settings.log_path);
		status = start(&worker);
	} else {
		log_error("%s", error.text);
	}
	close_all(&worker);
	arena_free(&worker.arena);
	arena_free(&settings_arena);
	return status;
}
