/*
 * Personal tokens as JSON.
 */
#include "api/views/token_view.h"

#include "api/json_view.h"

static const struct json_field FIELDS[] = {
#define FIELD(type, member) {#member, type, IN_0_7, offsetof(struct listed_token, member)}
	FIELD(AS_TIME, created_at),
	FIELD(AS_TIME, expires_at),
	FIELD(AS_NUMBER, id),
	FIELD(AS_TIME, last_used_at),
	FIELD(AS_TEXT, name),
	FIELD(AS_TEXT, scope),
#undef FIELD
	{0},
};

cJSON *token_view(const struct dialect *dialect, const struct listed_token *token)
{
	cJSON *object = cJSON_CreateObject();

	return object != NULL && json_view_add(object, dialect, FIELDS, token) ? object : NULL;
}

cJSON *token_view_list(const struct dialect *dialect, const struct token_list *list)
{
	cJSON *array = cJSON_CreateArray();

	for (int i = 0; i < list->count; i++)
		if (!cJSON_AddItemToArray(array, token_view(dialect, &list->tokens[i])))
			return NULL;
	return array;
}
