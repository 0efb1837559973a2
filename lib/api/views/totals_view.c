/*
 * Totals as JSON.
 */
#include "api/views/totals_view.h"

#include "account/shortuuid.h"
#include "core/text.h"

#include <assert.h>
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

struct record {
	int64_t id, sport_id;
	const char *type; /* "" when unknown */
	bool has_value;
	int64_t value;
	const char *date, *uuid;
};

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

	if (uuid == NULL || !read_numbers(item, sport, value, record) || !cJSON_IsString(date) ||
		!cJSON_IsString(uuid))
		return false;
	record->type = cJSON_IsString(type) ? type->valuestring : "";
	record->date = date->valuestring;
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

/* Room for a record without the username: keys, numbers, date and workout id. */
enum { RECORD_SIZE = 256 };

/* Where the next text is written, and the room left for it. */
struct output {
	char *at;
	size_t left;
};

static void put(struct output *output, const char *text)
{
	size_t length = strlen(text);

	assert(length <= output->left); /* RECORD_SIZE is enough for all that a record can hold */
	memcpy(output->at, text, length);
	output->at += length;
	output->left -= length;
}

/* The stored integer in the unit of the API, as JSON (contract §4, table of records). */
static void put_value(struct output *output, const struct record *record)
{
	char text[TEXT_DECIMAL_SIZE], duration[CLOCK_DURATION_SIZE];

	if (!record->has_value) {
		put(output, "null");
		return;
	}
	if (strcmp(record->type, "LD") == 0) {
		clock_duration(record->value, duration);
		put(output, "\"");
		put(output, duration);
		put(output, "\"");
		return;
	}
	if (strcmp(record->type, "AS") == 0 || strcmp(record->type, "MS") == 0)
		put(output, text_decimal(record->value, 2, text));
	else
		put(output, text_decimal(record->value, 3, text));
}

/* One of the five types as JSON, or null. No other text from the database reaches the output. */
static const char *type_as_json(const struct record *record)
{
	static const char *const TYPES[] = {"\"AS\"", "\"FD\"", "\"HA\"", "\"LD\"", "\"MS\""};

	for (size_t i = 0; i < sizeof(TYPES) / sizeof(*TYPES); i++)
		if (strlen(record->type) == 2 && memcmp(TYPES[i] + 1, record->type, 2) == 0)
			return TYPES[i];
	return "null";
}

/* `user` is the username as JSON. false: the date or the UUID is malformed. */
static bool put_record(struct output *output, const struct record *record, const char *user)
{
	char number[TEXT_DECIMAL_SIZE], date[CLOCK_HTTP_DATE_SIZE], workout_id[SHORTUUID_SIZE];
	instant when;

	if (!clock_parse_sql(record->date, &when) || !shortuuid_encode(record->uuid, workout_id))
		return false;
	clock_http_date(when, date);
	put(output, "{\"id\":");
	put(output, text_decimal(record->id, 0, number));
	put(output, ",\"record_type\":");
	put(output, type_as_json(record));
	put(output, ",\"sport_id\":");
	put(output, text_decimal(record->sport_id, 0, number));
	put(output, ",\"user\":");
	put(output, user);
	put(output, ",\"value\":");
	put_value(output, record);
	put(output, ",\"workout_date\":\"");
	put(output, date);
	put(output, "\",\"workout_id\":\"");
	put(output, workout_id);
	put(output, "\"}");
	return true;
}

/*
 * Dozens of records of one shape: writing them as text takes a third of the time of building a tree. The
 * username is escaped; the other values cannot break the JSON.
 */
static cJSON *records_as_json(const struct record *records, size_t count, const char *username)
{
	const char *user = json_text(cJSON_CreateString(username));
	size_t size = user == NULL ? 0 : count * (RECORD_SIZE + strlen(user)) + sizeof("[]");
	char *text = size == 0 ? NULL : cJSON_malloc(size);
	struct output output = {text, size};

	if (text == NULL)
		return NULL;
	put(&output, "[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			put(&output, ",");
		if (!put_record(&output, &records[i], user))
			return NULL;
	}
	put(&output, "]");
	*output.at = '\0';
	return cJSON_CreateRaw(text);
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
	return records_as_json(sorted, used, username);
}
