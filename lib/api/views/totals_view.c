/*
 * Totals as JSON.
 */
#include "api/views/totals_view.h"

#include "api/views/record_view.h"
#include "core/json/json_take.h"
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

/* Takes the value of a member of an object. false: it does not have the expected form. */
typedef bool take_value(const char *key, char **at, void *context);

/* Give each member of the object to `take`. The text is changed. false: it is not an object, or `take` returned false. */
static bool take_members(char *text, take_value *take, void *context)
{
	if (!json_take(&text, '{'))
		return false;
	if (json_take(&text, '}'))
		return *text == '\0';
	do {
		const char *key = json_take_text(&text);

		if (key == NULL || !json_take(&text, ':') || !take(key, &text, context))
			return false;
	} while (json_take(&text, ','));
	return json_take(&text, '}') && *text == '\0';
}

/* A copy that take_members() may change; NULL when out of memory, or if there is no text. */
static char *copy(const char *text)
{
	size_t size = text == NULL ? 0 : strlen(text) + 1;
	char *place = text == NULL ? NULL : cJSON_malloc(size);

	return place == NULL ? NULL : memcpy(place, text, size);
}

static size_t count_char(const char *text, char c)
{
	size_t count = 0;

	for (text = strchr(text, c); text != NULL; text = strchr(text + 1, c))
		count++;
	return count;
}

struct ids {
	int *list;
	int count;
};

static bool take_sport(const char *key, char **at, void *context)
{
	struct ids *ids = context;
	int64_t id, workouts;

	if (!text_integer(key, 1, INT_MAX, &id) ||
		!json_take_integer(at, INT64_MIN, INT64_MAX, &workouts))
		return false;
	ids->list[ids->count++] = (int)id;
	return true;
}

cJSON *totals_view_sports(const struct totals *totals, int *count)
{
	char *text = copy(totals->sports);
	/* each sport has one */
	size_t most = text == NULL ? 0 : count_char(text, ':');
	struct ids ids = {.list = cJSON_malloc((most + 1) * sizeof(*ids.list))};

	if (text == NULL || ids.list == NULL || !take_members(text, take_sport, &ids))
		return NULL;
	qsort(ids.list, (size_t)ids.count, sizeof(*ids.list), compare_ints);
	*count = ids.count;
	return cJSON_CreateIntArray(ids.list, ids.count);
}

/* ---- records ----------------------------------------------------------------------------------- */

struct records {
	struct record *list;
	size_t count;
};

/* [sport id, type, value, workout date, workout uuid]; type and value can be null */
static bool take_record(const char *key, char **at, void *context)
{
	struct records *records = context;
	struct record *record = &records->list[records->count++];
	const char *date;

	*record = (struct record){.type = ""};
	if (!text_integer(key, 1, INT_MAX, &record->id) || !json_take(at, '[') ||
		!json_take_integer(at, 1, INT_MAX, &record->sport_id) || !json_take(at, ','))
		return false;
	if (!json_take_null(at))
		record->type = json_take_text(at);
	if (record->type == NULL || !json_take(at, ','))
		return false;
	record->has_value = !json_take_null(at);
	if (record->has_value && !json_take_integer(at, INT_MIN, INT_MAX, &record->value))
		return false;
	date = json_take(at, ',') ? json_take_text(at) : NULL;
	record->uuid = json_take(at, ',') ? json_take_text(at) : NULL;
	return date != NULL && clock_parse_sql(date, &record->date) && record->uuid != NULL &&
	       json_take(at, ']');
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
	char *text = copy(totals->records);
	/* each record has one */
	size_t most = text == NULL ? 0 : count_char(text, '[');
	struct records records = {.list = cJSON_malloc((most + 1) * sizeof(*records.list))};

	if (text == NULL || records.list == NULL || !take_members(text, take_record, &records))
		return NULL;
	qsort(records.list, records.count, sizeof(*records.list), compare_records);
	for (size_t i = 1; i < records.count; i++)
		records.list[i - 1].next = &records.list[i];
	return record_view_list(records.count == 0 ? NULL : records.list, username);
}
