/*
 * Workouts, and their segments, as JSON.
 */
#include "api/views/workout_view.h"

#include "api/json_view.h"
#include "api/views/record_view.h"

#include <string.h>

#define MEMBER(key, type, structure, member) {key, type, IN_0_7, offsetof(structure, member)}

/* The measures that workouts and segments show alike. */
static const struct json_field MEASURES[] = {
	MEMBER("duration", AS_DURATION, struct measures, duration),
	MEMBER("pauses", AS_DURATION, struct measures, pauses),
	MEMBER("moving", AS_DURATION, struct measures, moving),
	MEMBER("distance", AS_MEASURE, struct measures, distance),
	MEMBER("min_alt", AS_MEASURE, struct measures, min_alt),
	MEMBER("max_alt", AS_MEASURE, struct measures, max_alt),
	MEMBER("max_speed", AS_MEASURE, struct measures, max_speed),
	MEMBER("ave_speed", AS_MEASURE, struct measures, ave_speed),
	{0},
};

/* What a segment shows before the measures, and after them. */
static const struct json_field SEGMENT[] = {
	MEMBER("workout_id", AS_UUID, struct segment, uuid),
	MEMBER("segment_id", AS_NUMBER, struct segment, segment_id),
	{0},
};

static const struct json_field SEGMENT_CLIMB[] = {
	MEMBER("descent", AS_MEASURE, struct segment, measures.descent),
	MEMBER("ascent", AS_MEASURE, struct segment, measures.ascent),
	{0},
};

/* What a workout shows before the measures, and after them. */
static const struct json_field WORKOUT[] = {
	MEMBER("id", AS_UUID, struct workout, uuid),
	MEMBER("sport_id", AS_NUMBER, struct workout, sport_id),
	MEMBER("title", AS_TEXT, struct workout, title),
	MEMBER("notes", AS_TEXT, struct workout, notes),
	MEMBER("creation_date", AS_TIME, struct workout, created),
	MEMBER("modification_date", AS_TIME, struct workout, modified),
	MEMBER("workout_date", AS_TIME, struct workout, date),
	{0},
};

static const struct json_field WORKOUT_REST[] = {
	MEMBER("ascent", AS_DECIMAL, struct workout, measures.ascent),
	MEMBER("descent", AS_DECIMAL, struct workout, measures.descent),
	MEMBER("map", AS_TEXT, struct workout, map_id),
	MEMBER("weather_start", AS_JSON, struct workout, weather_start),
	MEMBER("weather_end", AS_JSON, struct workout, weather_end),
	MEMBER("previous_workout", AS_UUID, struct workout, previous),
	MEMBER("next_workout", AS_UUID, struct workout, next),
	{0},
};

/* The array that is stored, or an empty one. */
static bool add_bounds(cJSON *object, const char *text)
{
	cJSON *bounds = text == NULL ? NULL : json_parse(text, strlen(text));

	if (!cJSON_IsArray(bounds))
		bounds = cJSON_CreateArray();
	return cJSON_AddItemToObject(object, "bounds", bounds);
}

static bool add_segments(cJSON *object, const struct segment *first, const struct dialect *dialect)
{
	cJSON *segments = cJSON_AddArrayToObject(object, "segments");

	for (const struct segment *segment = first; segment != NULL; segment = segment->next) {
		cJSON *item = cJSON_CreateObject();

		if (!json_view_add(item, dialect, SEGMENT, segment) ||
			!json_view_add(item, dialect, MEASURES, &segment->measures) ||
			!json_view_add(item, dialect, SEGMENT_CLIMB, segment) ||
			!cJSON_AddItemToArray(segments, item))
			return false;
	}
	return segments != NULL;
}

cJSON *workout_view(const struct workout *workout, const struct record *records,
	const char *username, const struct dialect *dialect)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *own = record_view_of_workout(records, workout->id, username);

	if (object == NULL || !json_view_add(object, dialect, WORKOUT, workout) ||
		!json_view_add(object, dialect, MEASURES, &workout->measures) ||
		!json_view_add(object, dialect, WORKOUT_REST, workout) ||
		!json_add_text(object, "user", username) ||
		!json_add_bool(object, "with_gpx", workout->gpx != NULL) ||
		!add_bounds(object, workout->bounds) ||
		!add_segments(object, workout->segments, dialect) ||
		!cJSON_AddItemToObject(object, "records", own))
		return NULL;
	return object;
}
