/*
 * See parameters.h.
 */
#include "api/parameters.h"

#include "core/text.h"
#include "http/query_string.h"

#include <string.h>

enum reply parameter_text(const struct request *http, const char *name, const char **text)
{
	const char *value;

	switch (query_string_value(http, name, &value)) {
	case QUERY_STRING_FOUND:
		*text = value;
		return REPLY_NONE;
	case QUERY_STRING_ABSENT:
		return REPLY_NONE;
	case QUERY_STRING_INVALID:
		return REPLY_INVALID_PAYLOAD;
	case QUERY_STRING_FAILED:
		break;
	}
	return REPLY_SERVER_ERROR;
}

enum reply parameter_number(const struct request *http, const char *name, int64_t *number)
{
	const char *text = NULL;
	enum reply refusal = parameter_text(http, name, &text);

	if (text == NULL)
		return refusal;
	if (text[0] == '+' && text[1] != '-')
		text++;
	return text_integer(text, INT32_MIN, INT32_MAX, number) ? REPLY_NONE
								: REPLY_INVALID_PAYLOAD;
}

enum reply parameter_choice(const struct request *http, const char *name,
	const char *const *choices, int count, int *index)
{
	const char *text = NULL;
	enum reply refusal = parameter_text(http, name, &text);

	if (text == NULL)
		return refusal;
	for (int i = 0; i < count; i++) {
		if (strcmp(text, choices[i]) != 0)
			continue;
		*index = i;
		return REPLY_NONE;
	}
	return REPLY_INVALID_PAYLOAD;
}

enum reply parameter_order(const struct request *http, bool *descending)
{
	const char *text = NULL;
	enum reply refusal = parameter_text(http, "order", &text);

	if (text != NULL)
		*descending = strcmp(text, "asc") != 0;
	return refusal;
}

enum reply parameter_page(const struct request *http, struct pagination *pagination)
{
	enum reply refusal;

	pagination->page = 1;
	refusal = parameter_number(http, "page", &pagination->page);
	if (pagination->page < 1)
		pagination->page = 1;
	return refusal;
}

enum reply parameter_pages(
	const struct request *http, const struct page_sizes *sizes, struct pagination *pagination)
{
	enum reply refusal;

	pagination->size = sizes->usual;
	refusal = parameter_number(http, "per_page", &pagination->size);
	if (pagination->size > sizes->most)
		pagination->size = sizes->most;
	if (pagination->size < 1)
		pagination->size = sizes->low;
	return refusal == REPLY_NONE ? parameter_page(http, pagination) : refusal;
}
