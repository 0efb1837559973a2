/*
 * Sports and preferences.
 */
#include "account/sport.h"

#include <string.h>

bool sport_color_is_valid(const char *color)
{
	size_t digits;

	if (*color++ != '#')
		return false;
	digits = strspn(color, "0123456789abcdefABCDEF");
	return color[digits] == '\0' && (digits == 3 || digits == 6);
}

static enum sport_result result_of(enum db_result result)
{
	if (result == DB_NO_ROW)
		return SPORT_UNKNOWN;
	return result == DB_OK ? SPORT_CHANGED : SPORT_FAILED;
}

static enum db_result find(struct db *db, int64_t sport_id)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {FIELDS, .text = "FROM sports WHERE id = ?"};
	int64_t id;

	return db_query_row(db, NULL, &FIND, DB_PARAMS(DB_INT(sport_id)), &id);
}

enum sport_result sport_find(struct db *db, int64_t sport_id)
{
	return result_of(find(db, sport_id));
}

/* ---- preferences ------------------------------------------------------------------------------- */

struct preference_work {
	struct arena *arena;
	int64_t user_id, sport_id;
	const struct sport_change *change;
	struct sport_preference *preference;
};

static enum db_result store_preference(struct db *db, const struct preference_work *work)
{
	/* one statement inserts or changes the row, so that two requests at the same time do not collide */
	static const struct db_query STORE = {
		.text = "INSERT INTO users_sports_preferences "
			"(user_id, sport_id, color, is_active, stopped_speed_threshold) "
			"SELECT ?, id, ?, COALESCE(?, 1), COALESCE(?, stopped_speed_threshold) "
			"FROM sports WHERE id = ? "
			"ON DUPLICATE KEY UPDATE color = COALESCE(?, color), "
			"is_active = COALESCE(?, users_sports_preferences.is_active), "
			"stopped_speed_threshold = "
			"COALESCE(?, users_sports_preferences.stopped_speed_threshold)"};
	const struct sport_change *change = work->change;
	const struct db_param color = DB_TEXT(change->color);
	const struct db_param active = change->has_active ? DB_INT(change->active) : DB_TEXT(NULL);
	const struct db_param threshold = change->stopped_speed_threshold > 0
						  ? DB_DOUBLE(change->stopped_speed_threshold)
						  : DB_TEXT(NULL);

	return db_execute(db, &STORE,
		DB_PARAMS(DB_INT(work->user_id), color, active, threshold, DB_INT(work->sport_id),
			color, active, threshold),
		NULL);
}

static enum db_result change_preference(struct db *db, void *context)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct sport_preference, color, "color"),
		DB_FIELD(struct sport_preference, active, "is_active"),
		DB_FIELD(struct sport_preference, stopped_speed_threshold,
			"stopped_speed_threshold"),
		{0},
	};
	static const struct db_query READ = {
		FIELDS, .text = "FROM users_sports_preferences WHERE user_id = ? AND sport_id = ?"};
	const struct preference_work *work = context;
	enum db_result result = store_preference(db, work);

	/* no row: there is no such sport, so nothing was inserted */
	return result != DB_OK ? result
			       : db_query_row(db, work->arena, &READ,
					 DB_PARAMS(DB_INT(work->user_id), DB_INT(work->sport_id)),
					 work->preference);
}

enum sport_result sport_change_preference(struct db *db, struct arena *arena, int64_t user_id,
	int64_t sport_id, const struct sport_change *change, struct sport_preference *preference)
{
	struct preference_work work = {arena, user_id, sport_id, change, preference};

	return result_of(db_transaction(db, change_preference, &work));
}

enum sport_result sport_reset_preference(struct db *db, int64_t user_id, int64_t sport_id)
{
	static const struct db_query DELETE = {
		.text = "DELETE FROM users_sports_preferences WHERE user_id = ? AND sport_id = ?"};
	enum db_result result = find(db, sport_id);

	if (result == DB_OK)
		result =
			db_execute(db, &DELETE, DB_PARAMS(DB_INT(user_id), DB_INT(sport_id)), NULL);
	return result_of(result);
}

enum sport_result sport_set_active(struct db *db, int64_t sport_id, bool active)
{
	static const struct db_query SET = {.text = "UPDATE sports SET is_active = ? WHERE id = ?"};
	enum db_result result = find(db, sport_id);

	if (result == DB_OK)
		result = db_execute(db, &SET, DB_PARAMS(DB_INT(active), DB_INT(sport_id)), NULL);
	return result_of(result);
}

/* ---- listing ----------------------------------------------------------------------------------- */

enum db_result sport_each(struct db *db, struct arena *arena, const struct user *user,
	int64_t sport_id, struct sport *sport, bool (*each)(void *context), void *context)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct sport, has_workouts,
			"? AND EXISTS (SELECT 1 FROM workouts AS w WHERE w.sport_id = s.id)"),
		DB_FIELD(struct sport, id, "s.id"),
		DB_FIELD(struct sport, label, "s.label"),
		DB_FIELD(struct sport, active, "s.is_active"),
		DB_FIELD(struct sport, active_for_user, "s.is_active AND COALESCE(p.is_active, 1)"),
		DB_FIELD(struct sport, color, "p.color"),
		DB_FIELD(struct sport, stopped_speed_threshold,
			"COALESCE(p.stopped_speed_threshold, s.stopped_speed_threshold)"),
		{0},
	};
	static const struct db_query LIST = {
		FIELDS, .text = "FROM sports AS s LEFT JOIN users_sports_preferences AS p "
				"ON p.sport_id = s.id AND p.user_id = ? WHERE ? = 0 OR s.id = ? "
				"ORDER BY s.id"};

	return db_query_each(db, arena, &LIST,
		DB_PARAMS(
			DB_INT(user->admin), DB_INT(user->id), DB_INT(sport_id), DB_INT(sport_id)),
		sport, each, context);
}
