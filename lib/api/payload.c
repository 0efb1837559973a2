/*
 * Reading a JSON body and its fields.
 */
#include "api/payload.h"

#include "core/text.h"

#include <string.h>
#include <strings.h>

/* application/json or application/<anything>+json, any case, parameters allowed. */
static bool is_json_type(const char *content_type)
{
	static const char PREFIX[] = "application/", SUFFIX[] = "+json";
	size_t length = strcspn(content_type, ";");

	while (length > 0 && (content_type[length - 1] == ' ' || content_type[length - 1] == '\t'))
		length--;
	if (length <= strlen(PREFIX) || strncasecmp(content_type, PREFIX, strlen(PREFIX)) != 0)
		return false;
	content_type += strlen(PREFIX);
	length -= strlen(PREFIX);
	if (length == 4 && strncasecmp(content_type, "json", 4) == 0)
		return true;
	return length > strlen(SUFFIX) && memchr(content_type, ' ', length) == NULL &&
	       strncasecmp(content_type + length - strlen(SUFFIX), SUFFIX, strlen(SUFFIX)) == 0;
}

enum payload_result payload_read(const struct request *request, struct payload *payload)
{
	const char *body;
	size_t length;

	if (request->content_length > PAYLOAD_MAX_SIZE)
		return PAYLOAD_TOO_LARGE;
	if (!is_json_type(request->content_type))
		return PAYLOAD_INVALID;
	switch (request_read_body(request, PAYLOAD_MAX_SIZE, &body, &length)) {
	case REQUEST_BODY_TOO_LARGE:
		return PAYLOAD_TOO_LARGE;
	case REQUEST_BODY_BROKEN:
		return PAYLOAD_INVALID;
	case REQUEST_BODY_NO_MEMORY:
		return PAYLOAD_FAILED;
	case REQUEST_BODY_OK:
		break;
	}
	payload->object = json_parse(body, length);
	if (payload->object == NULL)
		return json_is_strict(body, length) ? PAYLOAD_FAILED : PAYLOAD_INVALID;
	if (!cJSON_IsObject(payload->object) || payload->object->child == NULL)
		return PAYLOAD_INVALID;
	return PAYLOAD_OK;
}

bool payload_has(const struct payload *payload, const char *key)
{
	return json_member(payload->object, key) != NULL;
}

bool payload_has_other(const struct payload *payload, const char *key)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, payload->object)
		if (strcmp(item->string, key) != 0)
			return true;
	return false;
}

bool payload_is_absent(const struct payload *payload, const char *key)
{
	const cJSON *item = json_member(payload->object, key);

	return item == NULL || cJSON_IsNull(item);
}

enum field payload_text(const struct payload *payload, const char *key, const char **text)
{
	*text = NULL;
	if (payload_is_absent(payload, key))
		return FIELD_ABSENT;
	*text = cJSON_GetStringValue(json_member(payload->object, key));
	return *text == NULL ? FIELD_INVALID : FIELD_VALID;
}

enum field payload_email(const struct payload *payload, const char *key, const char **email)
{
	enum field field = payload_text(payload, key, email);

	if (field == FIELD_VALID)
		text_trim(json_member(payload->object, key)->valuestring);
	return field;
}

enum field payload_flag(const struct payload *payload, const char *key, bool *flag)
{
	const cJSON *item = json_member(payload->object, key);
	int64_t number;

	if (payload_is_absent(payload, key))
		return FIELD_ABSENT;
	*flag = cJSON_IsTrue(item);
	if (cJSON_IsBool(item))
		return FIELD_VALID;
	if (!json_integer(item, 0, 1, &number))
		return FIELD_INVALID;
	*flag = number == 1;
	return FIELD_VALID;
}

enum field payload_number(const struct payload *payload, const char *key, double *number)
{
	const cJSON *item = json_member(payload->object, key);

	if (payload_is_absent(payload, key))
		return FIELD_ABSENT;
	if (!cJSON_IsNumber(item))
		return FIELD_INVALID;
	*number = item->valuedouble;
	return FIELD_VALID;
}

bool payload_is_true(const struct payload *payload, const char *key)
{
	return cJSON_IsTrue(json_member(payload->object, key));
}
