/*
 * A profile as JSON.
 */
#include "account/profile.h"

#include "account/fields.h"

enum db_result profile_read(struct db *db, int64_t user_id, struct profile *profile)
{
	static const char READ[] =
		"SELECT " PROFILE_COLUMNS " FROM users AS u" PROFILE_JOIN " WHERE u.id = ?";

	return db_row(db, READ, DB_PARAMS(DB_INT(user_id)), DB_COLUMNS(PROFILE_CELLS(profile)));
}

enum db_result profile_complete(struct db *db, struct profile *profile)
{
	return profile->totals.ready ? DB_OK
				     : totals_from_tables(db, profile->user.id, &profile->totals);
}

static bool accepted_privacy_policy(const struct profile *profile)
{
	instant accepted = profile->user.accepted_policy_date;

	if (accepted == INSTANT_NONE)
		return false;
	return profile->privacy_policy_date == INSTANT_NONE ||
	       profile->privacy_policy_date < accepted;
}

/* What is shown as it is stored. */
static const struct field_row FIELDS[] = {
/* clang-format off */
#define FIELD(key, type, dialects, member) {key, type, dialects, offsetof(struct profile, member)}
	/* clang-format on */
	FIELD("admin", AS_FLAG, IN_ALL, user.admin),
	FIELD("bio", AS_TEXT, IN_ALL, user.bio),
	FIELD("birth_date", AS_TIME, IN_ALL, user.birth_date),
	FIELD("created_at", AS_TIME, IN_ALL, user.created_at),
	FIELD("date_format", AS_TEXT, IN_0_7, user.date_format),
	FIELD("display_ascent", AS_FLAG, SINCE_0_6, user.display_ascent),
	FIELD("email", AS_TEXT, IN_ALL, user.email),
	FIELD("email_to_confirm", AS_TEXT, SINCE_0_6, user.email_to_confirm),
	FIELD("first_name", AS_TEXT, IN_ALL, user.first_name),
	FIELD("id", AS_NUMBER, IN_0_2, user.id),
	FIELD("imperial_units", AS_FLAG, SINCE_0_6, user.imperial_units),
	FIELD("is_active", AS_FLAG, SINCE_0_6, user.active),
	FIELD("language", AS_TEXT, SINCE_0_6, user.language),
	FIELD("last_name", AS_TEXT, IN_ALL, user.last_name),
	FIELD("location", AS_TEXT, IN_ALL, user.location),
	FIELD("nb_activities", AS_NUMBER, IN_0_2, totals.nb_workouts),
	FIELD("nb_workouts", AS_NUMBER, SINCE_0_6, totals.nb_workouts),
	FIELD("start_elevation_at_zero", AS_FLAG, IN_0_7, user.start_elevation_at_zero),
	FIELD("timezone", AS_TEXT, IN_ALL, user.timezone),
	FIELD("total_ascent", AS_REAL, SINCE_0_6, totals.ascent),
	FIELD("total_distance", AS_REAL, IN_ALL, totals.distance),
	FIELD("use_raw_gpx_speed", AS_FLAG, IN_0_7, user.use_raw_gpx_speed),
	FIELD("username", AS_TEXT, IN_ALL, user.username),
	FIELD("weekm", AS_FLAG, IN_ALL, user.weekm),
#undef FIELD
	{0},
};

/* What is found out from what is stored. */
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
	cJSON *list = totals_sports_list(&profile->totals, &sports);

	if (list == NULL || !json_add_number(object, "nb_sports", sports))
		return false;
	return (dialect->mask & SINCE_0_6) == 0 ||
	       cJSON_AddItemToObject(object, "sports_list", list);
}

static bool add_records(cJSON *object, const struct profile *profile, const struct dialect *dialect)
{
	return (dialect->mask & SINCE_0_6) == 0 ||
	       cJSON_AddItemToObject(
		       object, "records", totals_records(&profile->totals, profile->user.username));
}

static bool add_policy(cJSON *object, const struct profile *profile, const struct dialect *dialect)
{
	return (dialect->mask & IN_0_7) == 0 ||
	       json_add_bool(object, "accepted_privacy_policy", accepted_privacy_policy(profile));
}

cJSON *profile_object(const struct profile *profile, const struct dialect *dialect)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !fields_add(object, dialect, FIELDS, profile) ||
		!add_derived(object, profile) || !add_sports(object, profile, dialect) ||
		!add_records(object, profile, dialect) || !add_policy(object, profile, dialect))
		return NULL;
	return object;
}
