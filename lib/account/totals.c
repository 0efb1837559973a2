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

/* The stored integer in the unit that the API shows, as JSON (contract §4, table of records). */
static char *put_value(char *at, const struct record *record)
{
	char text[TEXT_DECIMAL_SIZE], duration[CLOCK_DURATION_SIZE];
	int64_t value;

	if (!cJSON_IsNumber(record->value))
		return stpcpy(at, "null");
	value = (int64_t)record->value->valuedouble;
	if (strcmp(record->type, "AS") == 0 || strcmp(record->type, "MS") == 0)
		return stpcpy(at, text_decimal(value, 2, text));
	if (strcmp(record->type, "LD") != 0)
		return stpcpy(at, text_decimal(value, 3, text));
	clock_duration(value, duration);
	return stpcpy(stpcpy(stpcpy(at, "\""), duration), "\"");
}

/* One of the five types, or null: nothing else is passed on as it is. */
static const char *type_as_json(const struct record *record)
{
	static const char *const TYPES[] = {"\"AS\"", "\"FD\"", "\"HA\"", "\"LD\"", "\"MS\""};

	for (size_t i = 0; i < sizeof(TYPES) / sizeof(*TYPES); i++)
		if (strlen(record->type) == 2 && memcmp(TYPES[i] + 1, record->type, 2) == 0)
			return TYPES[i];
	return "null";
}

/* The most that a record takes beside the name: keys, numbers, date and workout id. */
enum { RECORD_SIZE = 256 };

/* NULL: it has no proper date or UUID. `user` is the name as JSON. */
static char *put_record(char *at, const struct record *record, const char *user)
{
	char number[TEXT_DECIMAL_SIZE], date[CLOCK_HTTP_DATE_SIZE], workout_id[SHORTUUID_SIZE];
	instant when;

	if (!clock_parse_sql(record->date, &when) || !shortuuid_encode(record->uuid, workout_id))
		return NULL;
	clock_http_date(when, date);
	at = stpcpy(stpcpy(at, "{\"id\":"), text_decimal(record->id, 0, number));
	at = stpcpy(stpcpy(at, ",\"record_type\":"), type_as_json(record));
	at = stpcpy(stpcpy(at, ",\"sport_id\":"), text_decimal(record->sport_id, 0, number));
	at = stpcpy(stpcpy(at, ",\"user\":"), user);
	at = put_value(stpcpy(at, ",\"value\":"), record);
	at = stpcpy(stpcpy(at, ",\"workout_date\":\""), date);
	at = stpcpy(stpcpy(at, "\",\"workout_id\":\""), workout_id);
	return stpcpy(at, "\"}");
}

/*
 * Dozens of records of one shape: they are written as text, at a third of what a tree of them costs. But
 * for the name, which is escaped, there is nothing in them that could break the JSON.
 */
static cJSON *records_as_json(const struct record *records, size_t count, const char *username)
{
	const char *user = json_text(cJSON_CreateString(username));
	char *text = user == NULL
			     ? NULL
			     : cJSON_malloc(count * (RECORD_SIZE + strlen(user)) + sizeof("[]"));
	char *at = text;

	if (text == NULL)
		return NULL;
	*at++ = '[';
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			*at++ = ',';
		at = put_record(at, &records[i], user);
		if (at == NULL)
			return NULL;
	}
	stpcpy(at, "]");
	return cJSON_CreateRaw(text);
}

cJSON *totals_records(const struct totals *totals, const char *username)
{
	const cJSON *records = parse(totals->records), *item;
	size_t size = records == NULL ? 0 : (size_t)cJSON_GetArraySize(records), used = 0;
	struct record *sorted = cJSON_malloc((size + 1) * sizeof(*sorted));

	if (records == NULL || sorted == NULL)
		return NULL;
	cJSON_ArrayForEach(item, records)
	{
		if (!read_record(item, &sorted[used++]))
			return NULL;
	}
	qsort(sorted, used, sizeof(*sorted), compare_records);
	return records_as_json(sorted, used, username);
}
