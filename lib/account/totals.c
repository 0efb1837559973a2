/*
 * Reading totals and turning them into what the API shows.
 */
#include "account/totals.h"

#include "account/shortuuid.h"
#include "core/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum db_result totals_from_tables(struct db *db, int64_t user_id, struct totals *totals)
{
	static const char READ[] =
		"SELECT " TOTALS_COLUMNS " FROM ("
		" SELECT COUNT(*) AS nb_workouts, COALESCE(SUM(distance), 0) AS total_distance,"
		"  COALESCE(SUM(ascent), 0) AS total_ascent, COALESCE(SUM(duration), 0) AS total_duration,"
		"  (SELECT CONCAT('{', COALESCE(GROUP_CONCAT('\"', sport_id, '\":', workouts_of_sport), ''), '}')"
		"   FROM (SELECT sport_id, COUNT(*) AS workouts_of_sport FROM workouts WHERE user_id = ?"
		"    GROUP BY sport_id) AS counted) AS sports,"
		"  (SELECT CONCAT('{', COALESCE(GROUP_CONCAT('\"', id, '\":', JSON_ARRAY(sport_id, record_type,"
		"    value, DATE_FORMAT(workout_date, '%Y-%m-%d %H:%i:%s'), workout_uuid)), ''), '}')"
		"   FROM records WHERE user_id = ?) AS records"
		" FROM workouts WHERE user_id = ?) AS t";

	return db_row(db, READ, DB_PARAMS(DB_INT(user_id), DB_INT(user_id), DB_INT(user_id)),
		DB_COLUMNS(TOTALS_CELLS(totals)));
}

/* ---- sports ------------------------------------------------------------------------------------ */

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* An object. What the database has made itself needs no strict scan. */
static cJSON *parse(const char *text)
{
	cJSON *object = text == NULL ? NULL : cJSON_Parse(text);

	return cJSON_IsObject(object) ? object : NULL;
}

cJSON *totals_sports_list(const struct totals *totals, int *count)
{
	const cJSON *sports = parse(totals->sports);
	int size = sports == NULL ? 0 : cJSON_GetArraySize(sports), used = 0;
	int *ids = cJSON_malloc((size_t)(size + 1) * sizeof(*ids));
	const cJSON *sport;

	if (sports == NULL || ids == NULL)
		return NULL;
	cJSON_ArrayForEach(sport, sports)
	{
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
	const cJSON *value;
	const char *date, *uuid;
};

static bool read_record(const cJSON *item, struct record *record)
{
	const cJSON *sport = cJSON_GetArrayItem(item, 0),
		    *type = sport == NULL ? NULL : sport->next;
	const cJSON *value = type == NULL ? NULL : type->next,
		    *date = value == NULL ? NULL : value->next;
	const cJSON *uuid = date == NULL ? NULL : date->next;

	if (!cJSON_IsNumber(sport) || !cJSON_IsString(date) || !cJSON_IsString(uuid))
		return false;
	record->id = strtoll(item->string, NULL, 10);
	record->sport_id = (int64_t)sport->valuedouble;
	record->type = cJSON_IsString(type) ? type->valuestring : "";
	record->value = value;
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

/* The stored integer in the unit that the API shows (contract §4, table of records). */
static cJSON *record_value(const struct record *record)
{
	char duration[CLOCK_DURATION_SIZE];
	int64_t value;

	if (!cJSON_IsNumber(record->value))
		return cJSON_CreateNull();
	value = (int64_t)record->value->valuedouble;
	if (strcmp(record->type, "AS") == 0 || strcmp(record->type, "MS") == 0)
		return json_decimal(value, 2);
	if (strcmp(record->type, "LD") != 0)
		return json_decimal(value, 3);
	clock_duration(value, duration);
	return cJSON_CreateString(duration);
}

static cJSON *record_date(const struct record *record)
{
	char text[CLOCK_HTTP_DATE_SIZE];
	instant when;

	if (!clock_parse_sql(record->date, &when))
		return NULL;
	clock_http_date(when, text);
	return cJSON_CreateString(text);
}

static cJSON *record_object(const struct record *record, const char *username)
{
	cJSON *object = cJSON_CreateObject();
	char workout_id[SHORTUUID_SIZE];

	if (object == NULL || !shortuuid_encode(record->uuid, workout_id))
		return NULL;
	if (cJSON_AddNumberToObject(object, "id", (double)record->id) == NULL ||
		!cJSON_AddItemToObject(object, "record_type",
			*record->type == '\0' ? cJSON_CreateNull()
					      : cJSON_CreateString(record->type)) ||
		cJSON_AddNumberToObject(object, "sport_id", (double)record->sport_id) == NULL ||
		cJSON_AddStringToObject(object, "user", username) == NULL ||
		!cJSON_AddItemToObject(object, "value", record_value(record)) ||
		!cJSON_AddItemToObject(object, "workout_date", record_date(record)) ||
		cJSON_AddStringToObject(object, "workout_id", workout_id) == NULL)
		return NULL;
	return object;
}

cJSON *totals_records(const struct totals *totals, const char *username)
{
	const cJSON *records = parse(totals->records), *item;
	cJSON *array = cJSON_CreateArray();
	size_t size = records == NULL ? 0 : (size_t)cJSON_GetArraySize(records), used = 0;
	struct record *sorted = cJSON_malloc((size + 1) * sizeof(*sorted));

	if (records == NULL || array == NULL || sorted == NULL)
		return NULL;
	cJSON_ArrayForEach(item, records) if (!read_record(item, &sorted[used++])) return NULL;
	qsort(sorted, used, sizeof(*sorted), compare_records);
	for (size_t i = 0; i < used; i++)
		if (!cJSON_AddItemToArray(array, record_object(&sorted[i], username)))
			return NULL;
	return array;
}
