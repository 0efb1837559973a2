/*
 * Totals as JSON.
 */
#include "api/views/totals_view.h"

#include "api/views/record_view.h"
#include "core/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- sports ------------------------------------------------------------------------------------ */

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Parse a JSON object; NULL: the text is not one. Our own triggers wrote the text, so it needs no strict scan. */
static cJSON *parse(const char *text)
{
	cJSON *object = text == NULL ? NULL : cJSON_Parse(text);

	return cJSON_IsObject(object) ? object : NULL;
}

cJSON *totals_view_sports(const struct totals *totals, int *count)
{
	const cJSON *sports = parse(totals->sports);
	int size = sports == NULL ? 0 : cJSON_GetArraySize(sports), used = 0;
	int *ids = cJSON_malloc((size_t)(size + 1) * sizeof(*ids));
	const cJSON *sport;

	if (sports == NULL || ids == NULL)
		return NULL;
	cJSON_ArrayForEach (sport, sports) {
		int64_t id;

		if (!text_integer(sport->string, 1, INT_MAX, &id))
			return NULL;
		ids[used++] = (int)id;
	}
	qsort(ids, (size_t)used, sizeof(*ids), compare_ints);
	*count = used;
	return cJSON_CreateIntArray(ids, used);
}

/* ---- records ----------------------------------------------------------------------------------- */

/* A value outside the range of its column did not come from the database. */
static bool read_numbers(
	const cJSON *item, const cJSON *sport, const cJSON *value, struct record *record)
{
	record->has_value = cJSON_IsNumber(value);
	return text_integer(item->string, 1, INT_MAX, &record->id) &&
	       json_integer(sport, 1, INT_MAX, &record->sport_id) &&
	       (!record->has_value || json_integer(value, INT_MIN, INT_MAX, &record->value));
}

static bool read_record(const cJSON *item, struct record *record)
{
	const cJSON *sport = cJSON_GetArrayItem(item, 0),
		    *type = sport == NULL ? NULL : sport->next;
	const cJSON *value = type == NULL ? NULL : type->next,
		    *date = value == NULL ? NULL : value->next;
	const cJSON *uuid = date == NULL ? NULL : date->next;

	*record = (struct record){0};
	if (uuid == NULL || !read_numbers(item, sport, value, record) || !cJSON_IsString(date) ||
		!cJSON_IsString(uuid) || !clock_parse_sql(date->valuestring, &record->date))
		return false;
	record->type = cJSON_IsString(type) ? type->valuestring : "";
	record->uuid = uuid->valuestring;
	return true;
}

static int compare_records(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	if (x->sport_id != y->sport_id)
		return x->sport_id < y->sport_id ? -1 : 1;
	return strcmp(x->type, y->type);
}

cJSON *totals_view_records(const struct totals *totals, const char *username)
{
	const cJSON *records = parse(totals->records), *item;
	size_t size = records == NULL ? 0 : (size_t)cJSON_GetArraySize(records), used = 0;
	struct record *sorted = cJSON_malloc((size + 1) * sizeof(*sorted));

	if (records == NULL || sorted == NULL)
		return NULL;
	cJSON_ArrayForEach (item, records) {
		if (!read_record(item, &sorted[used++]))
			return NULL;
	}
	qsort(sorted, used, sizeof(*sorted), compare_records);
	for (size_t i = 1; i < used; i++)
		sorted[i - 1].next = &sorted[i];
	return record_view_list(used == 0 ? NULL : sorted, username);
}
