/*
 * See sole_header.h.
 */
#include "sole_header.h"

#include "input.h"

#include <string.h>

const char *sole_header(const struct response *response, const char *name)
{
	const char *value = NULL;

	for (int i = 0; i < response->header_count; i++) {
		if (strcmp(response->headers[i].name, name) != 0)
			continue;
		require(value == NULL);
		value = response->headers[i].value;
	}
	return value;
}
