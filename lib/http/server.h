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
 * Serve until SIGTERM (or SIGUSR1, SIGINT) arrives; a running request is finished first. With `processes`, that many forked
 * processes serve (http/supervisor.h), and the function returns in each of them. In CGI mode: serve the one request.
 * Returns the exit status of the process.
 */
int server_run(int processes, server_handler *handler, void *context);

#endif
