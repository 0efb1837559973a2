/*
 * See pagination.h.
 */
#include "api/pagination.h"

#include "core/text.h"
#include "http/query_string.h"

enum pagination_result pagination_number(
	const struct request *request, const char *name, int64_t *number)
{
	const char *text;

	switch (query_string_value(request, name, &text)) {
	case QUERY_STRING_FOUND:
		return text_integer(text, INT32_MIN, INT32_MAX, number) ? PAGINATION_READ
									: PAGINATION_INVALID;
	case QUERY_STRING_ABSENT:
		return PAGINATION_READ;
	case QUERY_STRING_INVALID:
		return PAGINATION_INVALID;
	case QUERY_STRING_FAILED:
		break;
	}
	return PAGINATION_FAILED;
}

enum pagination_result pagination_page(const struct request *request, struct pagination *pagination)
{
	enum pagination_result result;

	pagination->page = 1;
	result = pagination_number(request, "page", &pagination->page);
	if (pagination->page < 1)
		pagination->page = 1;
	return result;
}

int64_t pagination_offset(const struct pagination *pagination)
{
	return (pagination->page - 1) * pagination->size;
}

cJSON *pagination_object(const struct pagination *pagination)
{
	int64_t pages = (pagination->total + pagination->size - 1) / pagination->size;
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_add_bool(object, "has_next", pagination->page < pages) ||
		!json_add_bool(object, "has_prev", pagination->page > 1) ||
		!json_add_number(object, "page", (double)pagination->page) ||
		!json_add_number(object, "pages", (double)pages) ||
		!json_add_number(object, "total", (double)pagination->total))
		return NULL;
	return object;
}
