/*
 * The Authorization header of a request (RFC 9110 §11.6.2): Bearer (RFC 6750) and Basic (RFC 7617).
 */
#ifndef FITGATE_HTTP_AUTHORIZATION_H
#define FITGATE_HTTP_AUTHORIZATION_H

#include "http/request.h"

enum authorization_scheme {
	AUTHORIZATION_ABSENT,
	AUTHORIZATION_TOKEN, /* Bearer */
	AUTHORIZATION_BASIC,
	AUTHORIZATION_INVALID, /* another scheme, or malformed */
	AUTHORIZATION_FAILED,  /* out of memory */
};

struct authorization {
	const char *user;   /* BASIC; "" when it is empty */
	const char *secret; /* the password of BASIC, the token of Bearer; never "" */
};

/* Read the header. Fills `authorization` for TOKEN and BASIC; its texts are in the request's arena. */
enum authorization_scheme authorization_read(
	const struct request *request, struct authorization *authorization);

#endif
