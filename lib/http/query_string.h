/*
 * The query string of a URL: name=value pairs, joined by "&" (WHATWG URL Standard, application/x-www-form-urlencoded).
 */
#ifndef FITGATE_HTTP_QUERY_STRING_H
#define FITGATE_HTTP_QUERY_STRING_H

#include "http/request.h"

enum query_string_result {
	QUERY_STRING_FOUND,
	QUERY_STRING_ABSENT,
	QUERY_STRING_INVALID, /* a value that is badly percent-encoded, has NUL, or is not UTF-8 */
	QUERY_STRING_FAILED,  /* out of memory; it has been logged */
};

/*
 * The value of a parameter, decoded, in the request's arena; the first one where there are several, and "" where it
 * has no "=". *value is NULL unless it is found. `name` is as it stands in the query string, not encoded. Other
 * parameters may be malformed, unlike with form_read_query() (http/form.h), as clients of the API expect.
 */
enum query_string_result query_string_value(
	const struct request *request, const char *name, const char **value);

#endif
