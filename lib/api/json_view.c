/*
 * Writes the members of an object from a record.
 */
#include "api/json_view.h"

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
