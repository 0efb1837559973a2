/*
 * See request.h.
 */
#include "api/request.h"

#include "core/log.h"

#include <string.h>

/* The "0.6" of "/v0.6/api/...", which is removed; "" when the path has no dialect. NULL: out of memory. */
static const char *take_dialect_from_path(struct request *http)
{
	const char *name = http->path + 2;
	size_t length;

	if (strncmp(http->path, "/v", 2) != 0)
		return "";
	length = strspn(name, "0123456789.");
	if (length == 0 || strncmp(name + length, "/api/", 5) != 0)
		return "";
	http->path = name + length;
	return arena_copy(http->arena, name, length);
}

bool api_request_begin(struct api_request *request, struct request *http, struct response *response)
{
	const char *name = request_parameter(http, "API_DIALECT");

	*request = (struct api_request){
		.http = http, .response = response, .dialect = &DIALECTS[DIALECT_0_7]};
	if (name != NULL && *name == '\0')
		name = take_dialect_from_path(http);
	if (name == NULL)
		return false;
	if (dialect_find(name) == NULL) {
		log_error(
			"could not select a dialect: API_DIALECT or the path names \"%.100s\", which is "
			"unrecognized",
			name);
		return false;
	}
	request->dialect = dialect_find(name);
	return true;
}
