/*
 * The profile object as JSON.
 */
#include "api/views/profile_view.h"

#include "api/json_view.h"
#include "api/views/totals_view.h"

#define FIELD(key, type, dialects, member) {key, type, dialects, offsetof(struct profile, member)}

/* Members that show a value as it is stored. */
static const struct json_field FIELDS[] = {
	FIELD("admin", AS_FLAG, IN_ALL, user.admin),
	FIELD("bio", AS_TEXT, IN_ALL, user.bio),
	FIELD("birth_date", AS_TIME, IN_ALL, user.birth_date),
	FIELD("created_at", AS_TIME, IN_ALL, user.created_at),
	FIELD("email", AS_TEXT, IN_ALL, user.email),
	FIELD("email_to_confirm", AS_TEXT, SINCE_0_6, user.email_to_confirm),
	FIELD("first_name", AS_TEXT, IN_ALL, user.first_name),
	FIELD("id", AS_NUMBER, IN_0_2, user.id),
	FIELD("is_active", AS_FLAG, SINCE_0_6, user.active),
	FIELD("last_name", AS_TEXT, IN_ALL, user.last_name),
	FIELD("location", AS_TEXT, IN_ALL, user.location),
	FIELD("nb_activities", AS_NUMBER, IN_0_2, totals.nb_workouts),
	FIELD("nb_workouts", AS_NUMBER, SINCE_0_6, totals.nb_workouts),
	FIELD("total_ascent", AS_REAL, SINCE_0_6, totals.ascent),
	FIELD("total_distance", AS_REAL, IN_ALL, totals.distance),
	FIELD("username", AS_TEXT, IN_ALL, user.username),
	{0},
};

/* The same, for the owner of the account alone: preferences. */
static const struct json_field OWN_FIELDS[] = {
	FIELD("date_format", AS_TEXT, IN_0_7, user.date_format),
	FIELD("display_ascent", AS_FLAG, SINCE_0_6, user.display_ascent),
	FIELD("imperial_units", AS_FLAG, SINCE_0_6, user.imperial_units),
	FIELD("language", AS_TEXT, SINCE_0_6, user.language),
	FIELD("start_elevation_at_zero", AS_FLAG, IN_0_7, user.start_elevation_at_zero),
	FIELD("timezone", AS_TEXT, IN_ALL, user.timezone),
	FIELD("use_raw_gpx_speed", AS_FLAG, IN_0_7, user.use_raw_gpx_speed),
	FIELD("weekm", AS_FLAG, IN_ALL, user.weekm),
	{0},
};

#undef FIELD

/* Members computed from what is stored. */
static bool add_derived(cJSON *object, const struct profile *profile)
{
	char duration[CLOCK_DURATION_SIZE];

	clock_duration(profile->totals.duration, duration);
	return json_add_bool(object, "picture", profile->user.picture != NULL) &&
	       json_add_text(object, "total_duration", duration);
}

static bool add_sports(cJSON *object, const struct profile *profile, const struct dialect *dialect)
{
	int sports = 0;
	cJSON *list = totals_view_sports(&profile->totals, &sports);

	if (list == NULL || !json_add_number(object, "nb_sports", sports))
		return false;
	return (dialect->mask & SINCE_0_6) == 0 ||
	       cJSON_AddItemToObject(object, "sports_list", list);
}

static bool add_records(cJSON *object, const struct profile *profile, const struct dialect *dialect)
{
	return (dialect->mask & SINCE_0_6) == 0 ||
	       cJSON_AddItemToObject(object, "records",
		       totals_view_records(&profile->totals, profile->user.username));
}

static bool add_policy(cJSON *object, const struct profile *profile, const struct dialect *dialect)
{
	return (dialect->mask & IN_0_7) == 0 || json_add_bool(object, "accepted_privacy_policy",
							profile_has_accepted_policy(profile));
}

cJSON *user_object(const struct profile *profile, const struct dialect *dialect)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_view_add(object, dialect, FIELDS, profile) ||
		!add_derived(object, profile) || !add_sports(object, profile, dialect) ||
		!add_records(object, profile, dialect))
		return NULL;
	return object;
}

cJSON *profile_object(const struct profile *profile, const struct dialect *dialect)
{
	cJSON *object = user_object(profile, dialect);

	if (object == NULL || !json_view_add(object, dialect, OWN_FIELDS, profile) ||
		!add_policy(object, profile, dialect))
		return NULL;
	return object;
}
