/*
 * A request to the API and the response to it: the HTTP request, and what the API has found out about it.
 */
#ifndef FITGATE_API_REQUEST_H
#define FITGATE_API_REQUEST_H

#include "api/dialect.h"
#include "api/payload.h"
#include "http/request.h"
#include "http/response.h"

#include <stdbool.h>

struct principal; /* api/auth.h */

struct api_request {
	struct request *http;
	struct response *response;
	const struct dialect *dialect;     /* never NULL */
	const struct principal *principal; /* NULL unless the route demands a token */
	struct payload payload;            /* empty unless the route reads JSON */
};

/*
 * Starts with the request's dialect. API_DIALECT names it; where that is absent, a prefix of the path does, which
 * is then removed: "/v0.6/api/ping" is "/api/ping" in dialect 0.6. The prefix exists because Apache's suexec
 * passes on only the variables of CGI.
 *
 * false: the dialect is unknown, which has been logged, or there is no memory. Replies are in dialect 0.7 then.
 */
bool api_request_begin(
	struct api_request *request, struct request *http, struct response *response);

#endif
