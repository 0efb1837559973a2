/*
 * The request loop of a program: FastCGI when descriptor 0 is a listening socket (or systemd passed one), one
 * request as CGI otherwise. They differ only in where a request comes from.
 */
#ifndef FITGATE_HTTP_SERVER_H
#define FITGATE_HTTP_SERVER_H

#include "http/request.h"
#include "http/response.h"

/* Fill in the response. The arena of the request is emptied afterwards. */
typedef void server_handler(void *context, struct request *request, struct response *response);

/*
 * What a program does with requests.
 *
 * While a process is busy, requests wait. A program whose requests need the same kind of data can read them for several
 * requests by one query, which costs little more than a query for one: a process then accepts up to SERVER_GROUP_MAX of the
 * requests that wait already, and handles them one after the other, GET first. It does not wait for more to come.
 */
struct server_program {
	server_handler *handle;
	/*
	 * Called for a request that has been accepted, before it is handled. true: prefetch() can read what it needs together with
	 * what the `count` requests of `group` need, and handling it takes so little time that others can wait for it. NULL: each
	 * request is handled by itself.
	 */
	bool (*groups)(void *context, struct request *request, struct request *const group[],
		size_t count);
	/*
	 * Read what several requests need, those for which groups() returned true: request->prefetched, in the arena of the
	 * first, which is emptied last. Not called for a single request. Where reading it was more than a second ago,
	 * request->prefetched becomes NULL before the request is handled.
	 */
	void (*prefetch)(void *context, struct request *const requests[], size_t count);
	void *context;
};

enum { SERVER_GROUP_MAX = 8 };

/*
 * Serve until SIGTERM (or SIGUSR1, SIGINT) arrives; the accepted requests are finished first. With `processes`, that many forked
 * processes serve (http/supervisor.h), and the function returns in each of them. In CGI mode: serve the one request.
 * Returns the exit status of the process.
 */
int server_run(int processes, const struct server_program *program);

#endif
