/*
 * One HTTP request, as the web server passes it: FastCGI parameters or CGI's environment.
 *
 * The web server maps URLs: the request sees only PATH_INFO, decoded, with the prefix that the programs are
 * mounted under removed. The body is read only when a handler asks for it.
 */
#ifndef FITGATE_HTTP_REQUEST_H
#define FITGATE_HTTP_REQUEST_H

#include "core/arena.h"
#include "core/stream.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_OTHER, /* none that any route has */
};

/* Where the parameters and the body come from: FastCGI or CGI. */
struct request_source {
	const char *(*parameter)(void *state, const char *name);
	ssize_t (*read)(void *state, void *buffer, size_t size); /* 0 at the end, -1 on an error */
	void *state;
};

enum { REQUEST_PATH_PARAMETERS = 2 };

struct request {
	struct arena *arena;
	const struct request_source *source;
	enum http_method method;
	const char *method_text;
	const char *path;           /* PATH_INFO; a caller may remove a prefix of its own */
	const char *id;             /* REQUEST_ID, made here when the web server gives none */
	const char *accel_prefix;   /* ACCEL_PREFIX: the location from which nginx, on
				       X-Accel-Redirect, sends files; "" when there is none */
	const char *authorization;  /* the header's value, "" when absent */
	const char *content_type;   /* "" when absent */
	int64_t content_length;     /* -1: not known */
	const char *user_agent;     /* "" when absent */
	const char *remote_address; /* "" when absent */
	const char *route;          /* the pattern that matched; for the log */
	const char *parameters[REQUEST_PATH_PARAMETERS]; /* what stood for :name or #name */
	void *prefetched; /* what the program has read for it ahead (http/server.h); NULL: nothing */
};

/* Fills a request from its source. Strings are copied to the arena. false: out of memory, which is logged. */
bool request_begin(
	struct request *request, struct arena *arena, const struct request_source *source);

/* Another parameter of the source, copied to the arena; "" when absent. NULL: out of memory. */
const char *request_parameter(const struct request *request, const char *name);

enum request_body {
	REQUEST_BODY_OK,
	REQUEST_BODY_TOO_LARGE,
	REQUEST_BODY_BROKEN,    /* ended before its announced length, or cannot be read */
	REQUEST_BODY_NO_MEMORY, /* only from request_read_body() */
};

/* A body that is read piece by piece. */
struct request_body_stream {
	const struct request_source *source;
	int64_t announced; /* -1: not known, it ends where the source ends */
	size_t limit;
	size_t length; /* how much of it has been read */
	enum request_body state;
};

/*
 * The body as a source of at most `limit` bytes; the stream and the request's source must outlive it. Never reads
 * beyond the announced length, as CGI demands. A body that is announced as larger than the limit is not read at
 * all. If a read returns -1, the stream's state has the reason, and all further reads fail. A read returns 0 only
 * at the end of the whole body.
 */
struct source request_body_source(
	struct request_body_stream *stream, const struct request *request, size_t limit);

/* Read the whole body, at most `limit` bytes, into the arena, in the same way; NUL-terminated. */
enum request_body request_read_body(
	const struct request *request, size_t limit, const char **body, size_t *length);

#endif
