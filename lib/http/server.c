/*
 * Handles one request, and decides how requests arrive.
 */
#include "http/server.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/process.h"
#include "core/text.h"
#include "http/router.h"
#include "http/server_internal.h"
#include "http/supervisor.h"

#include <errno.h>
#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SYSTEMD_FIRST_FD = 3, PIECE = 64 * 1024, ROUTE_LOGGED = 200 };

/* Log the one line of a request. */
static void log_request(
	const struct request *request, const struct response *response, int64_t started)
{
	/* log the pattern of the route if there is one: a path can contain a file name that must stay secret */
	const char *route = request->route != NULL ? request->route : request->path;
	char route_text[ROUTE_LOGGED + 1];
	enum log_level level = response->routine ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;

	if (!log_is_enabled(level))
		return;
	snprintf(route_text, sizeof(route_text), "%s", route);
	log_fields(level, (const struct log_field[]){
				  LOG_TEXT("method", request->method_text),
				  LOG_TEXT("route", route_text),
				  LOG_NUMBER("status", response->status),
				  LOG_MILLISECONDS("ms", clock_monotonic() - started),
				  LOG_TEXT("client", request->remote_address),
				  {0},
			  });
}

/*
 * Send as many bytes as were announced, in pieces. false: the file has fewer, or the client has gone. The web
 * server sees that some are missing: nginx compares with Content-Length, if the request ends in order.
 */
static bool send_file(const struct response_file *file, const struct sink *sink)
{
	char piece[PIECE];
	int64_t left = file->size;

	while (left > 0) {
		size_t wanted = left < PIECE ? (size_t)left : PIECE;
		ssize_t got = read(file->descriptor, piece, wanted);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || !sink->write(sink->state, piece, (size_t)got))
			return false;
		left -= got;
	}
	return true;
}

static bool send_response(
	const struct request *request, struct response *response, const struct sink *sink)
{
	const char *head;

	response_header(response, "X-Request-Id", request->id);
	head = response_head(response, request->arena);
	if (head == NULL || !sink->write(sink->state, head, strlen(head)))
		return false;
	if (request->method == HTTP_HEAD)
		return true;
	if (response->file != NULL)
		return send_file(response->file, sink);
	return response->body == NULL ||
	       sink->write(sink->state, response->body, response->body_length);
}

bool server_serve(const struct server_program *program, struct request *request, int64_t started,
	const struct sink *sink)
{
	struct response response = {0};
	bool sent;

	log_set_request(request->id);
	program->handle(program->context, request, &response);
	sent = send_response(request, &response, sink);
	log_request(request, &response, started);
	if (!sent)
		log_warning(
			"could not send the response: the web server has closed the connection");
	response_close(&response);
	log_set_request(NULL);
	return sent;
}

/* A socket that systemd passes is descriptor 3; libfcgi looks at 0 (sd_listen_fds(3)). */
static void take_systemd_socket(void)
{
	const char *pid_text = getenv("LISTEN_PID"), *count_text = getenv("LISTEN_FDS");
	int64_t pid, count;

	if (pid_text == NULL || count_text == NULL || !text_integer(pid_text, 1, INT32_MAX, &pid) ||
		!text_integer(count_text, 1, INT32_MAX, &count) || pid != getpid())
		return;
	if (dup2(SYSTEMD_FIRST_FD, STDIN_FILENO) == STDIN_FILENO)
		close(SYSTEMD_FIRST_FD);
}

int server_run(int processes, const struct server_program *program)
{
	int number = 0;

	take_systemd_socket();
	process_ignore_write_signals();
	if (FCGX_IsCGI())
		return server_run_cgi(program);
	if (processes > 0 && supervisor_run(processes, &number) == SUPERVISOR_PARENT)
		return EXIT_SUCCESS;
	return server_run_fcgi(program, number);
}
