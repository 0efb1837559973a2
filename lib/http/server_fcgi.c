/*
 * FastCGI through libfcgi's FCGX functions. Requests that wait already are handled together.
 *
 * Signals: SIGTERM is blocked except while waiting, and the wait is epoll_pwait(2), which unblocks it atomically, so
 * that no request to stop is missed. EPOLLEXCLUSIVE wakes one of the processes that wait for a connection. The
 * listening socket is non-blocking: a busy process, which does not wait, can have accepted the connection before it, and then
 * it waits again.
 */
#include "http/server_internal.h"

#include "core/clock.h"
#include "core/log.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_MS = 100, IDLE_MS = 1000, RESERVE_MS = 2, FRESH_MS = 1000 };

static volatile sig_atomic_t stopping;

static void stop(int signal_number)
{
	(void)signal_number;
	stopping = 1;
	FCGX_ShutdownPending();
}

static const char *fcgi_parameter(void *state, const char *name)
{
	return FCGX_GetParam(name, ((FCGX_Request *)state)->envp);
}

static ssize_t fcgi_read(void *state, void *buffer, size_t size)
{
	FCGX_Stream *in = ((FCGX_Request *)state)->in;
	int got = FCGX_GetStr(buffer, size > INT_MAX ? INT_MAX : (int)size, in);

	return got == 0 && FCGX_GetError(in) != 0 ? -1 : got;
}

static bool fcgi_write(void *state, const void *bytes, size_t length)
{
	return length <= INT_MAX &&
	       FCGX_PutStr(bytes, (int)length, ((FCGX_Request *)state)->out) == (int)length;
}

static void set_signals(sigset_t *while_waiting)
{
	static const int SIGNALS[] = {SIGTERM, SIGUSR1, SIGINT};
	struct sigaction action = {.sa_handler = stop}; /* no SA_RESTART: it must end the wait */
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(*SIGNALS); i++) {
		sigaddset(&blocked, SIGNALS[i]);
		sigaction(SIGNALS[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, while_waiting);
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(*SIGNALS); i++)
		sigdelset(while_waiting, SIGNALS[i]);
}

/* Whether a signal has arrived: epoll_pwait() does not deliver it if a connection is already waiting. */
static bool asked_to_stop(void)
{
	sigset_t pending;

	if (stopping != 0)
		return true;
	sigpending(&pending);
	return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGUSR1) == 1 ||
	       sigismember(&pending, SIGINT) == 1;
}

/*
 * How a process waits. A reserve is one more than there are processors. It helps while others wait for the disk; while they
 * compute, it would only take their time, and leave smaller groups to them. So it takes the connections that still wait later.
 */
struct waiting {
	int epoll;
	bool is_reserve;
	sigset_t signals; /* blocked meanwhile */
};

/*
 * Before libfcgi closes a connection, it waits for the other side to close, so that unread input does not cause a
 * reset. If all input has been read, this wait is not necessary: after FCGX_Detach(), the connection is closed
 * immediately, and the process is free for the next request.
 */
static void finish(FCGX_Request *fcgi)
{
	char rest;

	if (FCGX_GetStr(&rest, 1, fcgi->in) == 0)
		FCGX_Detach(fcgi);
	else
		FCGX_Attach(fcgi);
	FCGX_Finish_r(fcgi);
}

static bool watch(const struct waiting *waiting)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};

	if (epoll_ctl(waiting->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) == 0)
		return true;
	log_error("could not watch for connections: %s", strerror(errno));
	return false;
}

/* Of the processes that wait, the one that has watched longest is woken: let a reserve be the last. */
static bool step_back(const struct waiting *waiting)
{
	epoll_ctl(waiting->epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
	return watch(waiting);
}

/* Prepare to accept and to wait. The descriptor for waiting belongs to this process alone: forked ones would share its state. */
static bool listen_on_standard_input(struct waiting *waiting)
{
	int error = FCGX_Init();

	if (error != 0) {
		log_error("could not initialize FastCGI: libfcgi returned %d", error);
		return false;
	}
	waiting->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (waiting->epoll >= 0 &&
		fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK) == 0)
		return watch(waiting);
	log_error("could not prepare to wait for connections: %s", strerror(errno));
	return false;
}

/* A request from its connection to its response. */
struct exchange {
	FCGX_Request fcgi;
	struct request_source source;
	struct arena arena;
	struct request request;
	int64_t started;
};

/* Those that are handled together. */
struct group {
	struct exchange exchanges[SERVER_GROUP_MAX];
	size_t count;
	int64_t read_at; /* clock_monotonic() after prefetch() */
	bool has_grown;  /* there was more than one, so that more memory is in use than for one */
};

static bool init_group(struct group *group)
{
	for (size_t i = 0; i < SERVER_GROUP_MAX; i++) {
		struct exchange *exchange = &group->exchanges[i];
		int error = FCGX_InitRequest(&exchange->fcgi, STDIN_FILENO, 0);

		if (error != 0) {
			log_error("could not initialize FastCGI: libfcgi returned %d", error);
			return false;
		}
		exchange->source =
			(struct request_source){fcgi_parameter, fcgi_read, &exchange->fcgi};
	}
	return true;
}

static void free_group(struct group *group)
{
	for (size_t i = 0; i < SERVER_GROUP_MAX; i++) {
		FCGX_Free(&group->exchanges[i].fcgi, 1);
		arena_free(&group->exchanges[i].arena);
	}
}

static void pause_ms(long milliseconds)
{
	nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000L}, NULL);
}

/* Keep only what a single request needs. */
static void shrink_group(struct group *group)
{
	for (size_t i = 1; i < SERVER_GROUP_MAX; i++)
		arena_free(&group->exchanges[i].arena);
	malloc_trim(0);
	group->has_grown = false;
}

/* Wait for a connection, or for a signal that asks to stop. */
static void wait_for_connection(const struct waiting *waiting, struct group *group)
{
	struct epoll_event event;
	int timeout = group->has_grown ? IDLE_MS : -1;

	if (epoll_pwait(waiting->epoll, &event, 1, timeout, &waiting->signals) == 0)
		shrink_group(group);
}

/* Let others take the connection first. false: the process cannot wait any more. */
static bool wait_as_reserve(const struct waiting *waiting, struct group *group)
{
	wait_for_connection(waiting, group);
	if (!step_back(waiting))
		return false;
	pause_ms(RESERVE_MS);
	return true;
}

/* No connection waits, or another process has taken it, or descriptors are short for a while. */
static void after_failed_accept(int error, const struct waiting *waiting, struct group *group)
{
	if (error == -EAGAIN || error == -EWOULDBLOCK) {
		if (!waiting->is_reserve)
			wait_for_connection(waiting, group);
		return;
	}
	if (error == -EINTR || error == -ECONNABORTED)
		return;
	log_error("could not accept a connection: %s", strerror(-error));
	pause_ms(PAUSE_MS);
}

/* Accept the next request. 0, or libfcgi's error. A request for which there is no memory ends here. */
static int accept_next(struct group *group)
{
	struct exchange *exchange = &group->exchanges[group->count];
	int accepted = FCGX_Accept_r(&exchange->fcgi);

	if (accepted < 0)
		return accepted;
	exchange->started = clock_monotonic();
	if (request_begin(&exchange->request, &exchange->arena, &exchange->source)) {
		group->count++;
		return 0;
	}
	finish(&exchange->fcgi);
	arena_reset(&exchange->arena);
	return -ENOMEM;
}

/*
 * Accept one request, and those that wait behind it for as long as they can be read together. The last one may be one that is
 * handled by itself, since no other waits for it. 0, or libfcgi's error where there is no request.
 */
static int accept_group(const struct server_program *program, struct group *group)
{
	struct request *requests[SERVER_GROUP_MAX];
	size_t count = 0;
	int accepted = accept_next(group);

	if (accepted < 0 || program->groups == NULL)
		return accepted;
	while (accepted == 0) {
		struct request *request = &group->exchanges[group->count - 1].request;

		if (!program->groups(program->context, request, requests, count))
			break;
		requests[count++] = request;
		if (group->count == SERVER_GROUP_MAX)
			break;
		accepted = accept_next(group);
	}
	if (count > 1)
		program->prefetch(program->context, requests, count);
	group->read_at = clock_monotonic();
	return 0;
}

/*
 * If one before it has waited for long, what was read ahead may be outdated: a token can have been revoked since. The first
 * arena has what was read for all, so it is the last that is reset.
 */
static void serve_one(const struct server_program *program, struct group *group, size_t number)
{
	struct exchange *exchange = &group->exchanges[number];
	const struct sink sink = {fcgi_write, &exchange->fcgi};

	if (clock_monotonic() - group->read_at > FRESH_MS * (MICROSECONDS / 1000))
		exchange->request.prefetched = NULL;
	server_serve(program, &exchange->request, exchange->started, &sink);
	finish(&exchange->fcgi);
	if (number > 0)
		arena_reset(&exchange->arena);
}

static void serve_some(const struct server_program *program, struct group *group, bool reads)
{
	for (size_t i = 0; i < group->count; i++)
		if ((group->exchanges[i].request.method == HTTP_GET) == reads)
			serve_one(program, group, i);
}

/* Those that only read come first: a change of data waits for the disk, and perhaps for a lock. */
static void serve_group(const struct server_program *program, struct group *group)
{
	serve_some(program, group, true);
	serve_some(program, group, false);
	arena_reset(&group->exchanges[0].arena);
	group->has_grown |= group->count > 1;
	group->count = 0;
}

int server_run_fcgi(const struct server_program *program, int number)
{
	static struct group group;
	struct waiting waiting = {.is_reserve = number >= sysconf(_SC_NPROCESSORS_ONLN)};

	set_signals(&waiting.signals);
	if (!listen_on_standard_input(&waiting) || !init_group(&group))
		return EXIT_FAILURE;
	while (!asked_to_stop()) {
		int accepted;

		if (waiting.is_reserve && !wait_as_reserve(&waiting, &group))
			return EXIT_FAILURE;
		accepted = accept_group(program, &group);
		if (accepted < 0)
			after_failed_accept(accepted, &waiting, &group);
		else
			serve_group(program, &group);
	}
	free_group(&group);
	close(waiting.epoll);
	return EXIT_SUCCESS;
}
