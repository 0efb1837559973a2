/*
 * The response to one request. It is built in memory and written once, at the end, so a failure half way can
 * still become a clean error. A body may also be a file, which is sent in pieces.
 *
 * It handles only bytes and headers; api/reply.h makes the JSON bodies.
 */
#ifndef FITGATE_HTTP_RESPONSE_H
#define FITGATE_HTTP_RESPONSE_H

#include "core/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RESPONSE_HEADERS = 12 };

/*
 * What a handler returns. The compiler insists that the result is used, so a branch that forgets to respond
 * does not compile.
 */
enum handled {
	HANDLED,        /* the response is filled in */
	HANDLER_FAILED, /* no response; the cause has been logged, in one line. The client gets a 500 */
};

/* For functions that return enum handled, and for types of handlers. */
#define HANDLED_MUST_BE_USED __attribute__((warn_unused_result))

struct response_file {
	int descriptor; /* open for reading, at the first byte to send; closed with the response */
	int64_t size;   /* bytes to send */
};

/* Starts as {0}. */
struct response {
	int status; /* 0: not set yet */
	struct {
		const char *name, *value;
	} headers[RESPONSE_HEADERS];
	int header_count;
	bool invalid;     /* a header could not be added; the response must not be sent */
	const char *body; /* NULL: none */
	size_t body_length;
	struct response_file *file; /* NULL: none; otherwise there is no body */
	bool routine; /* log it with LOG_LEVEL=debug only: the web server logs the request that it belongs to */
};

/*
 * Adds a header. The strings must live as long as the response. There is room for RESPONSE_HEADERS headers,
 * and a value must not contain control characters (a line break would end the header). Breaking either rule
 * is a programming error: it is logged and makes the response invalid.
 */
void response_header(struct response *response, const char *name, const char *value);

/* Sets the status and a body of JSON text. Discards what was set before, headers included. */
void response_json(struct response *response, int status, const char *body);

/* The same for a body of another content type, which may hold any bytes. */
void response_content(struct response *response, int status, const char *content_type,
	const char *body, size_t length);

/* Sets a status without a body. Discards what was set before. */
void response_empty(struct response *response, int status);

/*
 * Sets status 200 and a body of `size` bytes from an open file. The response owns the descriptor from now on.
 * Discards what was set before. false when out of memory: the response is unchanged, and the descriptor still
 * belongs to the caller.
 */
bool response_file(struct response *response, struct arena *arena, int descriptor, int64_t size);

/* Closes the file, if there is one. The response is then as at its start. */
void response_close(struct response *response);

/* The head in CGI's form ("Status: 400\r\n...\r\n\r\n"), in the arena; NULL when out of memory. */
char *response_head(const struct response *response, struct arena *arena);

#endif
