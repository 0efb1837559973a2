/*
 * The status and message of each reply, in each dialect. reply.c sends them.
 */
#ifndef FITGATE_API_REPLY_TABLE_H
#define FITGATE_API_REPLY_TABLE_H

#include "api/reply.h"

/* An error of RFC 6750: its body, and its value of WWW-Authenticate. */
struct oauth_error {
	const char *body, *challenge; /* NULL: no such header */
};

/* A reply in one dialect. */
struct reply_cell {
	int status;
	/* the member "status" and the message; NULL: none */
	const char *word, *message;
	const struct oauth_error *oauth; /* NULL: none */
	bool refused; /* an error of RFC 6749: its code is the word, its description the message */
};

/* The reply in this dialect. Static. */
const struct reply_cell *reply_cell(enum reply which, enum dialect_id dialect);

#endif
