/*
 * Storing what was edited.
 */
#include "account/edit.h"

enum db_result edit_personal_data(struct db *db, const struct user *user)
{
	static const char STORE[] =
		"UPDATE users SET first_name = ?, last_name = ?, location = ?, bio = ?, "
		"birth_date = ? WHERE id = ?";

	return db_change(db, STORE,
		DB_PARAMS(DB_TEXT(user->first_name), DB_TEXT(user->last_name),
			DB_TEXT(user->location), DB_TEXT(user->bio), DB_TIME(user->birth_date),
			DB_INT(user->id)),
		NULL);
}

enum db_result edit_time_and_week(struct db *db, const struct user *user)
{
	static const char STORE[] = "UPDATE users SET timezone = ?, weekm = ? WHERE id = ?";

	return db_change(db, STORE,
		DB_PARAMS(DB_TEXT(user->timezone), DB_INT(user->weekm), DB_INT(user->id)), NULL);
}

enum db_result edit_preferences(struct db *db, const struct user *user)
{
	static const char STORE[] =
		"UPDATE users SET date_format = ?, timezone = ?, language = ?, display_ascent = ?, "
		"imperial_units = ?, start_elevation_at_zero = ?, use_raw_gpx_speed = ?, weekm = ? "
		"WHERE id = ?";

	return db_change(db, STORE,
		DB_PARAMS(DB_TEXT(user->date_format), DB_TEXT(user->timezone),
			DB_TEXT(user->language), DB_INT(user->display_ascent),
			DB_INT(user->imperial_units), DB_INT(user->start_elevation_at_zero),
			DB_INT(user->use_raw_gpx_speed), DB_INT(user->weekm), DB_INT(user->id)),
		NULL);
}

enum db_result edit_first_preferences(struct db *db, const struct user *user)
{
	static const char STORE[] =
		"UPDATE users SET timezone = ?, language = ?, display_ascent = ?, imperial_units = ?, "
		"weekm = ? WHERE id = ?";

	return db_change(db, STORE,
		DB_PARAMS(DB_TEXT(user->timezone), DB_TEXT(user->language),
			DB_INT(user->display_ascent), DB_INT(user->imperial_units),
			DB_INT(user->weekm), DB_INT(user->id)),
		NULL);
}

enum db_result edit_accept_policy(struct db *db, int64_t user_id, instant when)
{
	static const char STORE[] = "UPDATE users SET accepted_policy_date = ? WHERE id = ?";

	return db_change(db, STORE, DB_PARAMS(DB_TIME(when), DB_INT(user_id)), NULL);
}
