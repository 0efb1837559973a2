/*
 * What works off the queue: sends the mail, builds the archives, removes the files of deleted accounts.
 *
 *	worker                runs on; SIGTERM ends it after the job in work, an archive excepted: that is
 *	                      left to the next one
 *	worker --once         until nothing is due; for cron
 *	worker --only mail    no other kind of job
 */
#include "account/throttle.h"
#include "core/json.h"
#include "core/log.h"
#include "files/cleanup.h"
#include "files/export_job.h"
#include "files/user_picture.h"
#include "mail/delivery.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { IDLE_SECONDS = 1, REST_SECONDS = 5, CLEANING_SECONDS = 600 };

#define NO_MAIL QUEUE_KIND_EXPORT "," QUEUE_KIND_CLEANUP

struct worker {
	struct settings settings;
	struct arena arena; /* of the job in work */
	struct db *db;
	struct smtp *smtp;
	const char *kinds; /* as queue_claim() takes them; NULL: all */
	bool once;
	int64_t mail_rests_until; /* clock_monotonic(): its server is away; 0: it is not */
	int64_t cleaned_at;       /* clock_monotonic() */
	sigset_t stop_signals;    /* blocked, and looked for between jobs */
};

static const char USAGE[] =
	"usage: worker [--once] [--only KIND]\n"
	"  --once       stop when no job is due\n"
	"  --only KIND  work off jobs of this kind alone: mail, export or cleanup\n";

/* Wait for so long, or until asked to stop; true in the latter case. */
static bool asked_to_stop(const struct worker *worker, int seconds)
{
	return sigtimedwait(&worker->stop_signals, NULL, &(struct timespec){.tv_sec = seconds}) > 0;
}

/* The same within a job, which is not to be left in whatever state. */
static bool is_asked_to_stop(const void *context)
{
	const struct worker *worker = context;
	sigset_t pending;

	sigpending(&pending);
	sigandset(&pending, &pending, &worker->stop_signals);
	return !sigisemptyset(&pending);
}

enum turn {
	TURN_WORKED, /* there may be more */
	TURN_IDLE,   /* nothing is due */
	TURN_REST,   /* something that the jobs need is away */
};

/* After a job's claim has ended in whatever way. */
static enum turn turn_after(enum db_result result)
{
	return result == DB_FAILED ? TURN_REST : TURN_WORKED;
}

/* While the mail server is away, mail alone waits for it. */
static enum turn deliver(struct worker *worker, const struct job *job)
{
	switch (delivery_run(worker->db, &worker->arena, &worker->settings, worker->smtp, job)) {
	case DELIVERY_DONE:
		worker->mail_rests_until = 0;
		return TURN_WORKED;
	case DELIVERY_UNREACHABLE:
		worker->mail_rests_until =
			worker->once ? INT64_MAX : clock_monotonic() + REST_SECONDS * MICROSECONDS;
		return TURN_WORKED;
	case DELIVERY_FAILED:
		break;
	}
	return TURN_REST;
}

/* The kinds of jobs to look for now. */
static const char *kinds_now(const struct worker *worker)
{
	if (clock_monotonic() >= worker->mail_rests_until)
		return worker->kinds;
	if (worker->kinds == NULL)
		return NO_MAIL;
	return strcmp(worker->kinds, QUEUE_KIND_MAIL) == 0 ? "" : worker->kinds;
}

static struct export_worker export_worker(struct worker *worker)
{
	return (struct export_worker){
		.db = worker->db,
		.arena = &worker->arena,
		.settings = &worker->settings,
		.asked_to_stop = is_asked_to_stop,
		.context = worker,
	};
}

static enum turn build_archive(struct worker *worker, const struct job *job)
{
	const struct export_worker as_export_worker = export_worker(worker);

	return turn_after(export_job_run(&as_export_worker, job));
}

static enum turn run_job(struct worker *worker, const struct job *job)
{
	if (strcmp(job->kind, QUEUE_KIND_MAIL) == 0)
		return deliver(worker, job);
	if (strcmp(job->kind, QUEUE_KIND_EXPORT) == 0)
		return build_archive(worker, job);
	if (strcmp(job->kind, QUEUE_KIND_CLEANUP) == 0)
		return turn_after(cleanup_run(worker->db, &worker->settings, job));
	return turn_after(queue_give_up(worker->db, job, "there is no such kind of job"));
}

static enum turn take_turn(struct worker *worker)
{
	struct job job;
	enum turn turn;

	json_use_arena(&worker->arena);
	db_use_arena(worker->db, &worker->arena);
	switch (queue_claim(worker->db, kinds_now(worker), &job)) {
	case DB_OK:
		turn = run_job(worker, &job);
		break;
	case DB_NO_ROW:
		turn = TURN_IDLE;
		break;
	default:
		turn = TURN_REST;
	}
	arena_reset(&worker->arena);
	return turn;
}

/* What piles up and is of no more use; now and then, when there is nothing to do. */
static void clean_up(struct worker *worker)
{
	const struct export_worker as_export_worker = export_worker(worker);
	int64_t now = clock_monotonic();

	if (worker->cleaned_at != 0 && now - worker->cleaned_at < CLEANING_SECONDS * MICROSECONDS)
		return;
	worker->cleaned_at = now;
	throttle_clean(worker->db);
	user_picture_sweep(worker->db, worker->settings.upload_folder);
	export_job_tidy(&as_export_worker);
}

static int work(struct worker *worker)
{
	for (;;) {
		enum turn turn = take_turn(worker);
		int pause = turn == TURN_WORKED ? 0
			    : turn == TURN_IDLE ? IDLE_SECONDS
						: REST_SECONDS;

		if (turn == TURN_IDLE)
			clean_up(worker);
		if (worker->once && turn != TURN_WORKED)
			return turn == TURN_IDLE && worker->mail_rests_until == 0 ? EXIT_SUCCESS
										  : EXIT_FAILURE;
		if (asked_to_stop(worker, pause))
			return EXIT_SUCCESS;
	}
}

static bool parse_arguments(int argc, char **argv, struct worker *worker)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--once") == 0)
			worker->once = true;
		else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
			worker->kinds = argv[++i];
		else
			return false;
	}
	return worker->kinds == NULL || strcmp(worker->kinds, QUEUE_KIND_MAIL) == 0 ||
	       strcmp(worker->kinds, QUEUE_KIND_EXPORT) == 0 ||
	       strcmp(worker->kinds, QUEUE_KIND_CLEANUP) == 0;
}

static void block_stop_signals(struct worker *worker)
{
	sigemptyset(&worker->stop_signals);
	sigaddset(&worker->stop_signals, SIGTERM);
	sigaddset(&worker->stop_signals, SIGINT);
	sigaddset(&worker->stop_signals, SIGUSR1); /* what multiwatch sends */
	sigprocmask(SIG_BLOCK, &worker->stop_signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ,
		SIG_IGN); /* a limit on the size of files is to be an error like any other */
}

static int wait_for_the_end(const struct worker *worker)
{
	int signal_number;

	if (!worker->once)
		sigwait(&worker->stop_signals, &signal_number);
	return EXIT_SUCCESS;
}

static int start(struct worker *worker)
{
	if (!worker->settings.mail_enabled) {
		log_info("EMAIL_URL is empty: no mail is sent, its jobs wait");
		if (worker->kinds != NULL && strcmp(worker->kinds, QUEUE_KIND_MAIL) == 0)
			return wait_for_the_end(worker);
		if (worker->kinds == NULL)
			worker->kinds = NO_MAIL;
	}
	worker->db = db_open(&worker->settings.database);
	worker->smtp = smtp_open(&worker->settings);
	if (worker->db != NULL && worker->smtp != NULL)
		return work(worker);
	log_error("out of memory");
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct worker worker = {0};
	struct arena settings_arena = ARENA_EMPTY;
	char error[512];
	int status = EXIT_FAILURE;

	if (!parse_arguments(argc, argv, &worker)) {
		fputs(USAGE, stderr);
		return 2;
	}
	log_open("worker", NULL);
	block_stop_signals(&worker);
	if (settings_load(&worker.settings, &settings_arena, "worker",
		    SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL, error,
		    sizeof(error))) {
		if (!log_open("worker", worker.settings.log_path))
			log_warning("LOG: %s cannot be opened", worker.settings.log_path);
		status = start(&worker);
	} else {
		log_error("%s", error);
	}
	smtp_close(worker.smtp);
	db_close(worker.db);
	arena_free(&worker.arena);
	arena_free(&settings_arena);
	return status;
}
