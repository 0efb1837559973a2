/*
 * Flat JSON objects.
 */
#include "core/json/json_record.h"

#include "core/json/json.h"

#include <string.h>

char *json_record_write(const struct json_record_member *members)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL)
		return NULL;
	for (const struct json_record_member *member = members; member->key != NULL; member++)
		if (member->text != NULL && !json_add_text(object, member->key, member->text))
			return NULL;
	return json_text(object);
}

void json_record_read(const char *text, struct json_record_member *members)
{
	const cJSON *object = json_parse(text, strlen(text));

	for (struct json_record_member *member = members; member->key != NULL; member++)
		member->text = cJSON_GetStringValue(json_member(object, member->key));
}
