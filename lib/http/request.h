/*
 * One HTTP request, as the web server hands it over: FastCGI parameters or CGI's environment.
 *
 * The URL is the web server's business: all that counts here is PATH_INFO, decoded, with any prefix
 * removed, beginning with /api/. The body is read only when a handler asks for it.
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

struct caller;  /* account/bearer.h: who asks, once that is known */
struct dialect; /* account/dialect.h: what the client speaks, once that is known */

struct request {
	struct arena *arena;
	const struct request_source *source;
	enum http_method method;
	const char *method_text;
	const char *path;           /* PATH_INFO, without the /v0.6 that may name the dialect */
	const char *id;             /* REQUEST_ID, made here when the web server gives none */
	const char *dialect_name;   /* API_DIALECT, else that of the path, "" when there is none */
	const char *accel_prefix;   /* ACCEL_PREFIX: the location by which nginx, told so with
				       X-Accel-Redirect, sends files; "" when there is none */
	const char *authorization;  /* the header's value, "" when absent */
	const char *content_type;   /* "" when absent */
	int64_t content_length;     /* -1: not known */
	const char *user_agent;     /* "" when absent */
	const char *remote_address; /* "" when absent */
	const char *route;          /* the pattern that matched; for the log */
	const char *parameters[REQUEST_PATH_PARAMETERS]; /* what stood for :name or #name */
	const struct caller *caller;
	const struct dialect *dialect;
};

/* Fill a request from its source. Strings are copied to the arena. false: memory is out. */
bool request_begin(
	struct request *request, struct arena *arena, const struct request_source *source);

enum request_body {
	REQUEST_BODY_OK,
	REQUEST_BODY_TOO_LARGE,
	REQUEST_BODY_BROKEN, /* ended before its announced length, or cannot be read */
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
 * The body as a source of at most `limit` bytes; the stream and the request's source must outlive it.
 * Never reads beyond the announced length, as CGI demands. What is announced as larger than the limit is
 * not read at all. A read of -1 is explained by the stream's state, which stays; 0 comes only at the
 * whole body's end.
 */
struct source request_body_source(
	struct request_body_stream *stream, const struct request *request, size_t limit);

/* Read the whole body, at most `limit` bytes, into the arena, in the same way; NUL-terminated. */
enum request_body request_read_body(
	const struct request *request, size_t limit, const char **body, size_t *length);

#endif
