/*
 * See query_string.h.
 */
#include "http/query_string.h"

#include "http/form.h"

#include <string.h>

enum query_string_result query_string_value(
	const struct request *request, const char *name, const char **value)
{
	const char *pair = request_parameter(request, "QUERY_STRING");
	size_t name_length = strlen(name);

	*value = NULL;
	if (pair == NULL)
		return QUERY_STRING_FAILED;
	while (*pair != '\0') {
		size_t length = strcspn(pair, "&"), end = strcspn(pair, "=&");
		char *text;

		if (end != name_length || strncmp(pair, name, name_length) != 0) {
			pair += length + (pair[length] == '&');
			continue;
		}
		end += pair[end] == '=';
		text = arena_copy(request->arena, pair + end, length - end);
		if (text == NULL)
			return QUERY_STRING_FAILED;
		if (!form_decode(text))
			return QUERY_STRING_INVALID;
		*value = text;
		return QUERY_STRING_FOUND;
	}
	return QUERY_STRING_ABSENT;
}
