/*
 * CGI by hand: libfcgi's FCGX functions can detect it, but not serve it.
 */
#include "http/server_internal.h"

#include "core/clock.h"
#include "core/text.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct cgi {
	int64_t unread; /* of the body; INT64_MAX: it ends where standard input ends */
	struct sink output;
};

static const char *cgi_parameter(void *state, const char *name)
{
	(void)state;
	return getenv(name);
}

static ssize_t cgi_read(void *state, void *buffer, size_t size)
{
	struct cgi *cgi = state;
	ssize_t got;

	do
		got = read(STDIN_FILENO, buffer, size);
	while (got < 0 && errno == EINTR);
	if (got > 0 && cgi->unread != INT64_MAX)
		cgi->unread = got < cgi->unread ? cgi->unread - got : 0;
	return got;
}

/*
 * Under Apache's mod_cgid standard input and output are one socket: if a program ends before it has read all
 * input, the socket is reset, and the client gets no response. Read the rest before responding, because a server
 * might read the response only after it has written the whole body.
 */
static void read_rest(struct cgi *cgi)
{
	char rest[16 * 1024];

	while (cgi->unread > 0) {
		size_t most =
			cgi->unread < (int64_t)sizeof(rest) ? (size_t)cgi->unread : sizeof(rest);

		if (cgi_read(cgi, rest, most) <= 0)
			cgi->unread = 0;
	}
}

static bool cgi_write(void *state, const void *bytes, size_t length)
{
	struct cgi *cgi = state;

	read_rest(cgi);
	return cgi->output.write(cgi->output.state, bytes, length);
}

int server_run_cgi(const struct server_program *program)
{
	const char *length = getenv("CONTENT_LENGTH");
	int output = STDOUT_FILENO;
	struct cgi cgi = {
		.unread = getenv("HTTP_TRANSFER_ENCODING") == NULL ? 0 : INT64_MAX,
		.output = sink_to_descriptor(&output),
	};
	const struct request_source source = {cgi_parameter, cgi_read, &cgi};
	const struct sink sink = {cgi_write, &cgi};
	struct arena arena = ARENA_EMPTY;
	int64_t started = clock_monotonic();
	struct request request;
	bool sent;

	if (length != NULL)
		(void)text_integer(length, 0, INT64_MAX, &cgi.unread);
	sent = request_begin(&request, &arena, &source) &&
	       server_serve(program, &request, started, &sink);
	arena_free(&arena);
	return sent ? EXIT_SUCCESS : EXIT_FAILURE;
}
