/*
 * The profile, with a list of the sports of the user's workouts.
 */
#include "export/archive_profile.h"

#include "core/text.h"

struct sports {
	struct json_writer *writer;
	int64_t id, count;
};

static bool write_sport(void *context)
{
	struct sports *sports = context;
	char text[TEXT_DECIMAL_SIZE];

	json_write_word(sports->writer, text_decimal(sports->id, 0, text));
	sports->count++;
	return true;
}

static enum db_result write_sports(struct json_writer *writer, struct db *db, int64_t user_id)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "DISTINCT sport_id"), {0}};
	static const struct db_query READ = {
		FIELDS, .text = "FROM workouts WHERE user_id = ? ORDER BY sport_id"};
	struct sports sports = {.writer = writer};
	enum db_result result;

	json_write_key(writer, "sports_list");
	json_write_open(writer, '[');
	result = db_query_each(
		db, NULL, &READ, DB_PARAMS(DB_INT(user_id)), &sports.id, write_sport, &sports);
	json_write_close(writer, ']');
	archive_write_integer(writer, "nb_sports", sports.count);
	return result;
}

static void write_totals(struct json_writer *writer, const struct totals *totals)
{
	char duration[CLOCK_DURATION_SIZE];

	clock_duration(totals->duration, duration);
	archive_write_integer(writer, "nb_workouts", totals->nb_workouts);
	archive_write_real(writer, "total_ascent", totals->ascent);
	archive_write_real(writer, "total_distance", totals->distance);
	archive_write_text(writer, "total_duration", duration);
}

static void write_preferences(struct json_writer *writer, const struct user *user)
{
	archive_write_text(writer, "date_format", user->date_format);
	archive_write_flag(writer, "display_ascent", user->display_ascent);
	archive_write_flag(writer, "imperial_units", user->imperial_units);
	archive_write_text(writer, "language", user->language);
	archive_write_flag(writer, "start_elevation_at_zero", user->start_elevation_at_zero);
	archive_write_text(writer, "timezone", user->timezone);
	archive_write_flag(writer, "use_raw_gpx_speed", user->use_raw_gpx_speed);
	archive_write_flag(writer, "weekm", user->weekm);
}

static void write_user(struct json_writer *writer, const struct user *user)
{
	archive_write_flag(writer, "admin", user->admin);
	archive_write_text(writer, "bio", user->bio);
	archive_write_time(writer, "birth_date", user->birth_date);
	archive_write_time(writer, "created_at", user->created_at);
	archive_write_text(writer, "email", user->email);
	archive_write_text(writer, "email_to_confirm", user->email_to_confirm);
	archive_write_text(writer, "first_name", user->first_name);
	archive_write_flag(writer, "is_active", user->active);
	archive_write_text(writer, "last_name", user->last_name);
	archive_write_text(writer, "location", user->location);
	archive_write_flag(writer, "picture", user->picture != NULL);
	archive_write_text(writer, "username", user->username);
}

enum db_result archive_write_profile(
	struct json_writer *writer, struct db *db, const struct profile *profile)
{
	const struct user *user = &profile->user;

	write_user(writer, user);
	write_preferences(writer, user);
	archive_write_flag(writer, "accepted_privacy_policy", profile_has_accepted_policy(profile));
	write_totals(writer, &profile->totals);
	return write_sports(writer, db, user->id);
}
