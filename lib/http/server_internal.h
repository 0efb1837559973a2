/*
 * Shared by the files of the server: server.c handles one request, server_cgi.c and server_fcgi.c take requests in.
 */
#ifndef FITGATE_HTTP_SERVER_INTERNAL_H
#define FITGATE_HTTP_SERVER_INTERNAL_H

#include "core/stream.h"
#include "http/server.h"

/*
 * Handle a request that has begun, send the response, and log one line. `started`: on the monotonic clock, in microseconds.
 * false: the web server did not take it.
 */
bool server_serve(const struct server_program *program, struct request *request, int64_t started,
	const struct sink *sink);

/* Serve one request, whose parameters are in the environment and whose body is standard input. Returns the exit status. */
int server_run_cgi(const struct server_program *program);

/* Serve the connections to standard input until a signal asks to stop. `number`: of this process. Returns the exit status. */
int server_run_fcgi(const struct server_program *program, int number);

#endif
