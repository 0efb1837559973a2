/*
 * Writes the members of an object from a record.
 */
#include "api/json_view.h"

#include "account/shortuuid.h"

#include <stdlib.h>
#include <string.h>

static bool add_uuid(cJSON *object, const char *key, const char *uuid)
{
	char text[SHORTUUID_SIZE];

	return json_add_text(
		object, key, uuid != NULL && shortuuid_encode(uuid, text) ? text : uuid);
}

static bool add_duration(cJSON *object, const char *key, int64_t seconds)
{
	char text[CLOCK_DURATION_SIZE];

	clock_duration(seconds, text);
	return json_add_text(object, key, seconds == 0 ? NULL : text);
}

static bool add_decimal(cJSON *object, const char *key, const char *decimal, bool zero_is_null)
{
	double value = decimal == NULL ? 0 : strtod(decimal, NULL);

	if (decimal == NULL || (zero_is_null && value == 0))
		return json_add_text(object, key, NULL);
	return json_add_number(object, key, value);
}

static bool add_json(cJSON *object, const char *key, const char *text)
{
	cJSON *item = text == NULL ? NULL : json_parse(text, strlen(text));

	return item == NULL ? json_add_text(object, key, NULL)
			    : cJSON_AddItemToObject(object, key, item);
}

static bool add(cJSON *object, const struct json_field *row, const void *record)
{
	const void *at = (const char *)record + row->offset;

	switch (row->type) {
	case AS_TEXT:
		return json_add_text(object, row->key, *(const char *const *)at);
	case AS_TIME:
		return json_add_time(object, row->key, *(const instant *)at);
	case AS_FLAG:
		return json_add_bool(object, row->key, *(const bool *)at);
	case AS_NUMBER:
		return json_add_number(object, row->key, (double)*(const int64_t *)at);
	case AS_REAL:
		return json_add_number(object, row->key, *(const double *)at);
	case AS_UUID:
		return add_uuid(object, row->key, *(const char *const *)at);
	case AS_DURATION:
		return add_duration(object, row->key, *(const int64_t *)at);
	case AS_DECIMAL:
	case AS_MEASURE:
		return add_decimal(
			object, row->key, *(const char *const *)at, row->type == AS_MEASURE);
	case AS_JSON:
		return add_json(object, row->key, *(const char *const *)at);
	}
	return false;
}

bool json_view_add(cJSON *object, const struct dialect *dialect, const struct json_field *rows,
	const void *record)
{
	for (const struct json_field *row = rows; row->key != NULL; row++)
		if ((row->dialects & dialect->mask) != 0 && !add(object, row, record))
			return false;
	return true;
}
