/*
 * See worker_run.h. When a program is executed, signals stay blocked and pending: no request to stop is lost.
 */
#include "jobs/worker_run.h"

#include "core/clock.h"
#include "core/process.h"
#include "core/text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ONLY       "--only"
#define CLEANED_AT "--cleaned-at" /* for the other program: not in the usage */

enum { CLEANING_SECONDS = 600, NAME_SIZE = 32 };

static bool is_kind(const char *text)
{
	return strcmp(text, QUEUE_KIND_MAIL) == 0 || strcmp(text, QUEUE_KIND_EXPORT) == 0 ||
	       strcmp(text, QUEUE_KIND_CLEANUP) == 0;
}

bool worker_run_parse(int argc, char **argv, struct worker_run *run)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--once") == 0) {
			run->once = true;
			continue;
		}
		if (i + 1 == argc)
			return false;
		if (strcmp(argv[i], ONLY) == 0)
			run->only = argv[++i];
		else if (strcmp(argv[i], CLEANED_AT) != 0 ||
			 !text_integer(argv[++i], 0, INT64_MAX, &run->cleaned_at))
			return false;
	}
	return run->only == NULL || is_kind(run->only);
}

const char *worker_run_kinds(const struct worker_run *run, bool sends_mail)
{
	if (sends_mail)
		return run->only;
	if (run->only == NULL)
		return QUEUE_KIND_EXPORT "," QUEUE_KIND_CLEANUP;
	return strcmp(run->only, QUEUE_KIND_MAIL) == 0 ? "" : run->only;
}

bool worker_run_is_cleaning_due(const struct worker_run *run)
{
	return run->cleaned_at == 0 ||
	       clock_monotonic() - run->cleaned_at >= CLEANING_SECONDS * MICROSECONDS;
}

void worker_run_block_stop_signals(struct worker_run *run)
{
	sigemptyset(&run->stop_signals);
	sigaddset(&run->stop_signals, SIGTERM);
	sigaddset(&run->stop_signals, SIGINT);
	sigaddset(&run->stop_signals, SIGUSR1); /* from multiwatch */
	sigprocmask(SIG_BLOCK, &run->stop_signals, NULL);
}

bool worker_run_wait(const struct worker_run *run, int seconds)
{
	return sigtimedwait(&run->stop_signals, NULL, &(struct timespec){.tv_sec = seconds}) > 0;
}

bool worker_run_is_stop_pending(const void *run)
{
	const struct worker_run *worker = run;
	sigset_t pending;

	sigpending(&pending);
	sigandset(&pending, &pending, &worker->stop_signals);
	return !sigisemptyset(&pending);
}

void worker_run_wait_forever(const struct worker_run *run)
{
	int signal_number;

	if (!run->once)
		sigwait(&run->stop_signals, &signal_number);
}

void worker_run_become(const char *program, const struct worker_run *run, struct error *error)
{
	char path[PATH_MAX], number[TEXT_DECIMAL_SIZE];
	char *const arguments[] = {(char *)program, CLEANED_AT,
		(char *)text_decimal(run->cleaned_at, 0, number), run->only == NULL ? NULL : ONLY,
		(char *)run->only, NULL};

	if (!process_directory(path, sizeof(path) - NAME_SIZE)) {
		error_set(error, "the directory of this program is not known");
		return;
	}
	snprintf(path + strlen(path), NAME_SIZE, "%s", program);
	execv(path, arguments);
	error_set_errno(error, errno, "could not start \"%s\"", path);
}
