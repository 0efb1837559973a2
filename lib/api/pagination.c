/*
 * See pagination.h.
 */
#include "api/pagination.h"

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
