/*
 * A profile as JSON.
 */
#include "account/profile.h"

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

static bool add_account(cJSON *object, const struct profile *profile)
{
	const struct user *user = &profile->user;

	return json_add_bool(object, "accepted_privacy_policy", accepted_privacy_policy(profile)) &&
	       json_add_bool(object, "admin", user->admin) &&
	       json_add_text(object, "bio", user->bio) &&
	       json_add_time(object, "birth_date", user->birth_date) &&
	       json_add_time(object, "created_at", user->created_at) &&
	       json_add_text(object, "email", user->email) &&
	       json_add_text(object, "email_to_confirm", user->email_to_confirm) &&
	       json_add_text(object, "first_name", user->first_name) &&
	       json_add_bool(object, "is_active", user->active) &&
	       json_add_text(object, "last_name", user->last_name) &&
	       json_add_text(object, "location", user->location) &&
	       json_add_bool(object, "picture", user->picture != NULL) &&
	       json_add_text(object, "username", user->username);
}

static bool add_preferences(cJSON *object, const struct user *user)
{
	return json_add_text(object, "date_format", user->date_format) &&
	       json_add_bool(object, "display_ascent", user->display_ascent) &&
	       json_add_bool(object, "imperial_units", user->imperial_units) &&
	       json_add_text(object, "language", user->language) &&
	       json_add_bool(object, "start_elevation_at_zero", user->start_elevation_at_zero) &&
	       json_add_text(object, "timezone", user->timezone) &&
	       json_add_bool(object, "use_raw_gpx_speed", user->use_raw_gpx_speed) &&
	       json_add_bool(object, "weekm", user->weekm);
}

static bool add_totals(cJSON *object, const struct profile *profile)
{
	const struct totals *totals = &profile->totals;
	char duration[CLOCK_DURATION_SIZE];
	int sports = 0;
	cJSON *list = totals_sports_list(totals, &sports);

	clock_duration(totals->duration, duration);
	return list != NULL && json_add_number(object, "nb_sports", sports) &&
	       json_add_number(object, "nb_workouts", (double)totals->nb_workouts) &&
	       cJSON_AddItemToObject(
		       object, "records", totals_records(totals, profile->user.username)) &&
	       cJSON_AddItemToObject(object, "sports_list", list) &&
	       json_add_number(object, "total_ascent", totals->ascent) &&
	       json_add_number(object, "total_distance", totals->distance) &&
	       json_add_text(object, "total_duration", duration);
}

cJSON *profile_object(const struct profile *profile)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !add_account(object, profile) ||
		!add_preferences(object, &profile->user) || !add_totals(object, profile))
		return NULL;
	return object;
}
