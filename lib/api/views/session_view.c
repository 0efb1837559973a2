/*
 * The id of the entry for earlier tokens is null: it cannot be ended by an id.
 */
#include "api/views/session_view.h"

#include "api/json_view.h"

static const struct json_field FIELDS[] = {
#define FIELD(type, member) {#member, type, IN_0_7, offsetof(struct session, member)}
	FIELD(AS_TEXT, browser),
	FIELD(AS_TIME, created_at),
	FIELD(AS_FLAG, current),
	FIELD(AS_TIME, expires_at),
	FIELD(AS_TIME, last_seen_at),
	FIELD(AS_TEXT, network),
	FIELD(AS_TEXT, system),
#undef FIELD
	{0},
};

static bool add_session(cJSON *array, const struct dialect *dialect, const struct session *session)
{
	cJSON *object = cJSON_CreateObject();
	bool has_id = session->id == 0 ? json_add_text(object, "id", NULL)
				       : json_add_number(object, "id", (double)session->id);

	return has_id && json_view_add(object, dialect, FIELDS, session) &&
	       cJSON_AddItemToArray(array, object);
}

cJSON *session_view_list(const struct dialect *dialect, const struct session_list *list)
{
	cJSON *array = cJSON_CreateArray();

	for (int i = 0; i < list->count; i++)
		if (!add_session(array, dialect, &list->sessions[i]))
			return NULL;
	return array;
}
