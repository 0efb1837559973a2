/*
 * The answer to one request: put together in memory, written once at the end. So an error half way can
 * still become a clean one. A body may be a file, which is sent in pieces.
 */
#ifndef FITGATE_HTTP_RESPONSE_H
#define FITGATE_HTTP_RESPONSE_H

#include "core/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RESPONSE_HEADERS = 12 };

struct dialect; /* account/dialect.h */

struct response_file {
	int descriptor; /* open for reading, at the first byte to be sent; closed with the response */
	int64_t size;   /* bytes to be sent */
};

/* Begins as {0}. */
struct response {
	const struct dialect *dialect; /* that the client understands; NULL: not known yet */
	int status;                    /* 0: none yet */
	struct {
		const char *name, *value;
	} headers[RESPONSE_HEADERS];
	int header_count;
	const char *body; /* NULL: none */
	size_t body_length;
	struct response_file *file; /* NULL: none; else there is no body */
};

/* Add a header. The strings must live as long as the response. A value with a control character (a
 * line break above all) is a programming error and stops the program. */
void response_header(struct response *response, const char *name, const char *value);

/* Status and a body of JSON text; what an earlier attempt had set is gone, headers included. */
void response_json(struct response *response, int status, const char *body);

/* Status without a body. */
void response_empty(struct response *response, int status);

/*
 * 200 and a body of `size` bytes from an open file, whose descriptor is the response's from now on. What
 * an earlier attempt had set is gone. false: memory is out; the response is as it was, the file the caller's.
 */
bool response_file(struct response *response, struct arena *arena, int descriptor, int64_t size);

/* Close the file, if there is one. The response is empty then. */
void response_close(struct response *response);

/* The head as CGI wants it ("Status: 400\r\n...\r\n\r\n"), in the arena; NULL when memory is out. */
char *response_head(const struct response *response, struct arena *arena);

#endif
