/*
 * The security log as JSON.
 */
#include "api/views/event_view.h"

#include "api/json_view.h"

static const struct json_field FIELDS[] = {
#define FIELD(type, member) {#member, type, IN_0_7, offsetof(struct event, member)}
	FIELD(AS_TEXT, browser),
	FIELD(AS_FLAG, by_administrator),
	FIELD(AS_TIME, created_at),
	FIELD(AS_TEXT, detail),
	FIELD(AS_NUMBER, id),
	FIELD(AS_TEXT, kind),
	FIELD(AS_TEXT, network),
	FIELD(AS_NUMBER, occurrences),
	FIELD(AS_TEXT, system),
#undef FIELD
	{0},
};

cJSON *event_view_list(const struct dialect *dialect, const struct event_list *list)
{
	cJSON *array = cJSON_CreateArray();

	for (int i = 0; i < list->count; i++) {
		cJSON *object = cJSON_CreateObject();

		if (object == NULL || !json_view_add(object, dialect, FIELDS, &list->events[i]) ||
			!cJSON_AddItemToArray(array, object))
			return NULL;
	}
	return array;
}
