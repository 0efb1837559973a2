/*
 * Each column here corresponds to one in scripts/fittrackee-export and one in sql/.
 */
#include "admin/import/import_table.h"

#include <stddef.h>

#define USER_ID(flags)    {"user_id", IMPORT_NUMBER, flags, 0, IMPORT_USERS}
#define SPORT_ID(flags)   {"sport_id", IMPORT_NUMBER, flags, 0, IMPORT_SPORTS}
#define WORKOUT_ID(flags) {"workout_id", IMPORT_NUMBER, flags, 0, IMPORT_WORKOUTS}
#define PLAIN(name, kind) {name, kind, 0, 0, IMPORT_NONE}
#define MAYBE(name, kind) {name, kind, IMPORT_NULL, 0, IMPORT_NONE}
#define WORDS(name, size) {name, IMPORT_WORDS, IMPORT_NULL, size, IMPORT_NONE}
#define ASCII(name, size) {name, IMPORT_ASCII, IMPORT_NULL, size, IMPORT_NONE}
#define NAME(name, size)  {name, IMPORT_WORDS, IMPORT_NAMED | IMPORT_TRIMMED, size, IMPORT_NONE}
#define PATH(name)        {name, IMPORT_WORDS, IMPORT_NULL | IMPORT_FILE, 255, IMPORT_NONE}

const struct import_table IMPORT_TABLE[IMPORT_TABLES] = {
	{"users", IMPORT_USERS, 1,
		{
			PLAIN("id", IMPORT_NUMBER),
			NAME("username", 255),
			NAME("email", 255),
			{"password", IMPORT_ASCII, 0, 255, IMPORT_NONE},
			PLAIN("created_at", IMPORT_TIME),
			PLAIN("admin", IMPORT_FLAG),
			WORDS("first_name", 80),
			WORDS("last_name", 80),
			MAYBE("birth_date", IMPORT_TIME),
			WORDS("location", 80),
			WORDS("bio", 200),
			PATH("picture"),
			WORDS("timezone", 50),
			WORDS("date_format", 50),
			PLAIN("weekm", IMPORT_FLAG),
			WORDS("language", 50),
			PLAIN("imperial_units", IMPORT_FLAG),
			PLAIN("is_active", IMPORT_FLAG),
			{"email_to_confirm", IMPORT_WORDS, IMPORT_NULL | IMPORT_TRIMMED, 255,
				IMPORT_NONE},
			{"confirmation_token", IMPORT_SECRET, IMPORT_NULL | IMPORT_UNIQUE, 0,
				IMPORT_NONE},
			PLAIN("display_ascent", IMPORT_FLAG),
			MAYBE("accepted_policy_date", IMPORT_TIME),
			PLAIN("start_elevation_at_zero", IMPORT_FLAG),
			PLAIN("use_raw_gpx_speed", IMPORT_FLAG),
		}},
	{"sports", IMPORT_SPORTS, 1,
		{
			PLAIN("id", IMPORT_NUMBER),
			NAME("label", 50),
			PLAIN("is_active", IMPORT_FLAG),
			PLAIN("stopped_speed_threshold", IMPORT_REAL),
		}},
	{"users_sports_preferences", IMPORT_NONE, 2,
		{
			USER_ID(0),
			SPORT_ID(0),
			{"color", IMPORT_WORDS, IMPORT_NULL | IMPORT_TRIMMED, 50, IMPORT_NONE},
			PLAIN("is_active", IMPORT_FLAG),
			PLAIN("stopped_speed_threshold", IMPORT_REAL),
		}},
	{"workouts", IMPORT_WORKOUTS, 1,
		{
			PLAIN("id", IMPORT_NUMBER),
			{"uuid", IMPORT_UUID, IMPORT_UNIQUE, 0, IMPORT_NONE},
			USER_ID(0),
			SPORT_ID(0),
			WORDS("title", 255),
			PATH("gpx"),
			MAYBE("creation_date", IMPORT_TIME),
			MAYBE("modification_date", IMPORT_TIME),
			PLAIN("workout_date", IMPORT_TIME),
			PLAIN("duration", IMPORT_NUMBER),
			MAYBE("pauses", IMPORT_NUMBER),
			MAYBE("moving", IMPORT_NUMBER),
			MAYBE("distance", IMPORT_DECIMAL_6_3),
			MAYBE("min_alt", IMPORT_DECIMAL_6_2),
			MAYBE("max_alt", IMPORT_DECIMAL_6_2),
			MAYBE("descent", IMPORT_DECIMAL_8_3),
			MAYBE("ascent", IMPORT_DECIMAL_8_3),
			MAYBE("max_speed", IMPORT_DECIMAL_6_2),
			MAYBE("ave_speed", IMPORT_DECIMAL_6_2),
			MAYBE("bounds", IMPORT_BOUNDS),
			WORDS("map", 255),
			WORDS("map_id", 50),
			MAYBE("weather_start", IMPORT_JSON),
			MAYBE("weather_end", IMPORT_JSON),
			WORDS("notes", 500),
		}},
	{"workout_segments", IMPORT_NONE, 2,
		{
			WORKOUT_ID(0),
			PLAIN("segment_id", IMPORT_NUMBER),
			PLAIN("workout_uuid", IMPORT_UUID),
			PLAIN("duration", IMPORT_NUMBER),
			MAYBE("pauses", IMPORT_NUMBER),
			MAYBE("moving", IMPORT_NUMBER),
			MAYBE("distance", IMPORT_DECIMAL_6_3),
			MAYBE("min_alt", IMPORT_DECIMAL_6_2),
			MAYBE("max_alt", IMPORT_DECIMAL_6_2),
			MAYBE("descent", IMPORT_DECIMAL_8_3),
			MAYBE("ascent", IMPORT_DECIMAL_8_3),
			MAYBE("max_speed", IMPORT_DECIMAL_6_2),
			MAYBE("ave_speed", IMPORT_DECIMAL_6_2),
		}},
	{"records", IMPORT_NONE, 1,
		{
			PLAIN("id", IMPORT_NUMBER),
			USER_ID(IMPORT_UNIQUE),
			SPORT_ID(IMPORT_UNIQUE),
			WORKOUT_ID(0),
			PLAIN("workout_uuid", IMPORT_UUID),
			{"record_type", IMPORT_RECORD_TYPE, IMPORT_NULL | IMPORT_UNIQUE, 0,
				IMPORT_NONE},
			PLAIN("workout_date", IMPORT_TIME),
			MAYBE("value", IMPORT_NUMBER),
		}},
	{"blacklisted_tokens", IMPORT_NONE, 1,
		{
			PLAIN("id", IMPORT_NUMBER),
			{"token", IMPORT_SECRET, IMPORT_UNIQUE, 0, IMPORT_NONE},
			PLAIN("expired_at", IMPORT_BIG_NUMBER),
			PLAIN("blacklisted_on", IMPORT_TIME),
		}},
	{"users_data_export", IMPORT_NONE, 1,
		{
			PLAIN("id", IMPORT_NUMBER),
			USER_ID(IMPORT_NULL | IMPORT_UNIQUE),
			PLAIN("created_at", IMPORT_TIME),
			MAYBE("updated_at", IMPORT_TIME),
			PLAIN("completed", IMPORT_FLAG),
			ASCII("file_name", 100),
			MAYBE("file_size", IMPORT_BIG_NUMBER),
		}},
	{"app_config", IMPORT_NONE, 1,
		{
			PLAIN("id", IMPORT_NUMBER),
			PLAIN("max_users", IMPORT_NUMBER),
			PLAIN("gpx_limit_import", IMPORT_NUMBER),
			PLAIN("max_single_file_size", IMPORT_LIMIT),
			PLAIN("max_zip_file_size", IMPORT_LIMIT),
			WORDS("admin_contact", 255),
			MAYBE("privacy_policy_date", IMPORT_TIME),
			MAYBE("privacy_policy", IMPORT_TEXT),
			MAYBE("about", IMPORT_TEXT),
		}},
	{"oauth2_client", IMPORT_NONE, 1,
		{
			PLAIN("id", IMPORT_NUMBER),
			{"client_id", IMPORT_ASCII, IMPORT_NULL | IMPORT_UNIQUE, 48, IMPORT_NONE},
			{"client_secret", IMPORT_SECRET, IMPORT_NULL, 0, IMPORT_NONE},
			PLAIN("client_id_issued_at", IMPORT_NUMBER),
			PLAIN("client_secret_expires_at", IMPORT_NUMBER),
			MAYBE("client_metadata", IMPORT_TEXT),
			USER_ID(IMPORT_NULL),
		}},
	{"oauth2_token", IMPORT_NONE, 1,
		{
			PLAIN("id", IMPORT_NUMBER),
			ASCII("client_id", 48),
			WORDS("token_type", 40),
			{"access_token", IMPORT_SECRET, IMPORT_UNIQUE, 0, IMPORT_NONE},
			{"refresh_token", IMPORT_SECRET, IMPORT_NULL, 0, IMPORT_NONE},
			MAYBE("scope", IMPORT_TEXT),
			PLAIN("issued_at", IMPORT_NUMBER),
			PLAIN("access_token_revoked_at", IMPORT_NUMBER),
			PLAIN("refresh_token_revoked_at", IMPORT_NUMBER),
			PLAIN("expires_in", IMPORT_NUMBER),
			USER_ID(IMPORT_NULL),
		}},
};

int import_column_count(const struct import_table *table)
{
	int count = 0;

	while (table->columns[count].name != NULL)
		count++;
	return count;
}
