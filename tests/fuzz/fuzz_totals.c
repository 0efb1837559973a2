/*
 * api/totals_view and api/profile_view: the lines of the input are a username, and the columns sports and records of
 * user_totals. For any input, the profile is one JSON object in every dialect, or an error; sports and records
 * are sorted.
 */
#include "shared/input.h"

#include "api/views/profile_view.h"
#include "api/views/totals_view.h"
#include "core/json/json.h"

#include <limits.h>
#include <string.h>

static void check_sports(const struct totals *totals)
{
	int count = -1, length = 0, before = 0;
	const cJSON *list = totals_view_sports(totals, &count), *sport;

	if (list == NULL)
		return;
	cJSON_ArrayForEach (sport, list) {
		require(cJSON_IsNumber(sport) && sport->valueint >= before);
		before = sport->valueint;
		length++;
	}
	require(length == count && cJSON_IsArray(list));
}

static const char *text_of(const cJSON *record, const char *key)
{
	const char *text = cJSON_GetStringValue(json_member(record, key));

	require(text != NULL);
	return text;
}

static void check_record(const cJSON *record, const char *username)
{
	const cJSON *type = json_member(record, "record_type"),
		    *value = json_member(record, "value");

	require(cJSON_GetArraySize(record) == 7);
	require(strcmp(text_of(record, "user"), username) == 0);
	require(strlen(text_of(record, "workout_id")) == 22);
	require(strlen(text_of(record, "workout_date")) == 29);
	require(cJSON_IsNumber(json_member(record, "id")) &&
		cJSON_IsNumber(json_member(record, "sport_id")));
	require(cJSON_IsNull(type) ||
		matches_regex(text_of(record, "record_type"), "^(AS|FD|HA|LD|MS)$"));
	require(cJSON_IsNull(value) ||
		(cJSON_IsString(value)
				? cJSON_IsString(type) && strcmp(type->valuestring, "LD") == 0
				: cJSON_IsNumber(value)));
}

static void check_records(const struct totals *totals, const char *username)
{
	const cJSON *raw = totals_view_records(totals, username), *list, *record;
	double before = -1e300;

	if (raw == NULL)
		return;
	list = json_parse(raw->valuestring, strlen(raw->valuestring));
	require(cJSON_IsArray(list));
	cJSON_ArrayForEach (record, list) {
		check_record(record, username);
		require(json_member(record, "sport_id")->valuedouble >= before);
		before = json_member(record, "sport_id")->valuedouble;
	}
}

static void check_profile(const struct profile *profile)
{
	for (int i = 0; i < DIALECT_COUNT; i++) {
		cJSON *object = profile_object(profile, &DIALECTS[i]);
		const char *text = object == NULL ? NULL : json_text(object);

		require(text == NULL || json_is_strict(text, strlen(text)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	struct input input = input_begin(data, size);
	struct profile profile = {0};
	size_t count;

	json_use_arena(&arena);
	if (model_is_utf8((const char *)data, size, &count)) {
		profile.user.username = input_text(&input, &arena, '\n');
		profile.user.email = profile.user.username;
		profile.user.bio = profile.user.username;
		profile.totals.sports = input_text(&input, &arena, '\n');
		profile.totals.records = input_text(&input, &arena, '\n');
		check_sports(&profile.totals);
		check_records(&profile.totals, profile.user.username);
		check_profile(&profile);
	}
	arena_reset(&arena);
	return 0;
}
