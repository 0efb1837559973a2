/*
 * The parent only waits for signals, which stay blocked in it: none is missed between two waits.
 */
#include "http/supervisor.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/settings.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A process that ends soon after its start would do so again. It is replaced after a pause, so that it leaves time of the
 * processor to others. */
static const int64_t SOON = 1 * MICROSECONDS;
enum { PAUSE_MS = 100 };

struct supervisor {
	pid_t children[SETTINGS_PROCESSES_MAX]; /* 0: to be started */
	int64_t started[SETTINGS_PROCESSES_MAX];
	int count;
	bool stopping, pausing, crashed;
	sigset_t signals;
};

static void block_signals(struct supervisor *supervisor)
{
	static const int SIGNALS[] = {SIGCHLD, SIGTERM, SIGUSR1, SIGINT};

	sigemptyset(&supervisor->signals);
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(*SIGNALS); i++)
		sigaddset(&supervisor->signals, SIGNALS[i]);
	sigprocmask(SIG_BLOCK, &supervisor->signals, NULL);
}

/* Make the forked process one that serves. The signals that ask it to stop stay blocked until it looks for them. */
static void become_child(pid_t parent)
{
	sigset_t unblocked;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) /* it ended before */
		_exit(EXIT_FAILURE);
	sigemptyset(&unblocked);
	sigaddset(&unblocked, SIGCHLD);
	sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
}

/* Start the child with this number, unless it is running. true: this is the child. */
static bool start(struct supervisor *supervisor, int number)
{
	pid_t parent = getpid(), child;

	if (supervisor->children[number] != 0)
		return false;
	child = fork();
	if (child == 0) {
		become_child(parent);
		return true;
	}
	if (child < 0) {
		log_error("could not start a process: %s", strerror(errno));
		supervisor->pausing = true;
		return false;
	}
	supervisor->children[number] = child;
	supervisor->started[number] = clock_monotonic();
	return false;
}

static bool start_missing(struct supervisor *supervisor, int *number)
{
	for (*number = 0; *number < supervisor->count; ++*number)
		if (start(supervisor, *number))
			return true;
	return false;
}

/* Log why a process has ended. true: it has crashed. */
static bool log_end(pid_t child, int status)
{
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (number != 0)
		log_error("process %d was ended by signal %d (%s)", (int)child, number,
			strsignal(number));
	else if (WEXITSTATUS(status) != EXIT_SUCCESS)
		log_error("process %d ended with status %d", (int)child, WEXITSTATUS(status));
	return number != 0 && number != SIGKILL && number != SIGTERM;
}

/* Note which children have ended. false: there are none any more. */
static bool reap(struct supervisor *supervisor)
{
	pid_t child;
	int status;

	while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
		supervisor->crashed = log_end(child, status) || supervisor->crashed;
		for (int i = 0; i < supervisor->count; i++) {
			if (supervisor->children[i] != child)
				continue;
			supervisor->children[i] = 0;
			if (clock_monotonic() - supervisor->started[i] < SOON)
				supervisor->pausing = true;
		}
	}
	return child == 0;
}

static void stop_children(const struct supervisor *supervisor)
{
	for (int i = 0; i < supervisor->count; i++)
		if (supervisor->children[i] != 0)
			kill(supervisor->children[i], SIGTERM);
}

/* Start the program again in this process. The old children finish their requests meanwhile. */
static void renew(const struct supervisor *supervisor)
{
	stop_children(supervisor);
	execl(program_invocation_name, program_invocation_name, (char *)NULL);
	log_error("could not start \"%s\" again: %s", program_invocation_name, strerror(errno));
}

/* Wait for a signal, during a pause until it is over. */
static void wait_for_signal(struct supervisor *supervisor)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
	int number = sigtimedwait(&supervisor->signals, NULL, supervisor->pausing ? &pause : NULL);

	supervisor->pausing = supervisor->pausing && number > 0;
	if (number <= 0 || number == SIGCHLD)
		return;
	supervisor->stopping = true;
	stop_children(supervisor);
}

enum supervisor_role supervisor_run(int count, int *number)
{
	struct supervisor supervisor = {.count = count};

	block_signals(&supervisor);
	while (reap(&supervisor) || !supervisor.stopping) {
		if (!supervisor.stopping && !supervisor.pausing) {
			if (supervisor.crashed)
				renew(&supervisor);
			supervisor.crashed = false;
			if (start_missing(&supervisor, number))
				return SUPERVISOR_CHILD;
		}
		wait_for_signal(&supervisor);
	}
	return SUPERVISOR_PARENT;
}
