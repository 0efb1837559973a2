/*
 * Sports and preferences.
 */
#include "account/sport.h"

#include "account/fields.h"

enum db_result sport_find(struct db *db, int64_t sport_id)
{
	static const char FIND[] = "SELECT id FROM sports WHERE id = ?";
	int64_t id;

	return db_row(db, FIND, DB_PARAMS(DB_INT(sport_id)), DB_COLUMNS(DB_TO_INT(&id)));
}

struct preference_work {
	int64_t user_id, sport_id;
	const struct sport_change *change;
	struct sport_preference *now;
};

static enum db_result change_preference(struct db *db, void *context)
{
	/* one statement makes the row or changes it, so that two at once do not collide */
	static const char CHANGE[] =
		"INSERT INTO users_sports_preferences "
		"(user_id, sport_id, color, is_active, stopped_speed_threshold) "
		"SELECT ?, id, ?, COALESCE(?, 1), COALESCE(?, stopped_speed_threshold) FROM sports WHERE id = ? "
		"ON DUPLICATE KEY UPDATE color = COALESCE(?, color), "
		"is_active = COALESCE(?, users_sports_preferences.is_active), "
		"stopped_speed_threshold = COALESCE(?, users_sports_preferences.stopped_speed_threshold)";
	static const char READ[] =
		"SELECT color, is_active, stopped_speed_threshold FROM users_sports_preferences "
		"WHERE user_id = ? AND sport_id = ?";
	const struct preference_work *work = context;
	const struct sport_change *change = work->change;
	const struct db_param color = DB_TEXT(change->color);
	const struct db_param active = change->has_active ? DB_INT(change->active) : DB_TEXT(NULL);
	const struct db_param threshold = change->stopped_speed_threshold > 0
						  ? DB_DOUBLE(change->stopped_speed_threshold)
						  : DB_TEXT(NULL);
	enum db_result result = db_change(db, CHANGE,
		DB_PARAMS(DB_INT(work->user_id), color, active, threshold, DB_INT(work->sport_id),
			color, active, threshold),
		NULL);

	if (result != DB_OK)
		return result;
	return db_row(db, READ, DB_PARAMS(DB_INT(work->user_id), DB_INT(work->sport_id)),
		DB_COLUMNS(DB_TO_TEXT(&work->now->color), DB_TO_BOOL(&work->now->active),
			DB_TO_DOUBLE(&work->now->stopped_speed_threshold)));
}

enum db_result sport_change_preference(struct db *db, int64_t user_id, int64_t sport_id,
	const struct sport_change *change, struct sport_preference *now)
{
	struct preference_work work = {user_id, sport_id, change, now};

	return db_transaction(db, change_preference, &work);
}

enum db_result sport_reset_preference(struct db *db, int64_t user_id, int64_t sport_id)
{
	static const char DELETE[] =
		"DELETE FROM users_sports_preferences WHERE user_id = ? AND sport_id = ?";

	return db_change(db, DELETE, DB_PARAMS(DB_INT(user_id), DB_INT(sport_id)), NULL);
}

/* ---- listing ----------------------------------------------------------------------------------- */

struct listing {
	cJSON *array;
	const struct dialect *dialect;
	bool admin, complete;
	int64_t id;
	const char *label, *color, *image;
	bool active, active_for_user, has_workouts, can_be_deleted;
	double threshold;
};

static const struct field_row FIELDS[] = {
	{"_can_be_deleted", AS_FLAG, IN_0_2, offsetof(struct listing, can_be_deleted)},
	{"color", AS_TEXT, SINCE_0_6, offsetof(struct listing, color)},
	{"id", AS_NUMBER, IN_ALL, offsetof(struct listing, id)},
	{"img", AS_TEXT, IN_0_2, offsetof(struct listing, image)},
	{"is_active", AS_FLAG, SINCE_0_6, offsetof(struct listing, active)},
	{"is_active_for_user", AS_FLAG, SINCE_0_6, offsetof(struct listing, active_for_user)},
	{"label", AS_TEXT, IN_ALL, offsetof(struct listing, label)},
	{"stopped_speed_threshold", AS_REAL, SINCE_0_6, offsetof(struct listing, threshold)},
	{0},
};

/* For administrators. */
static const struct field_row MORE_FIELDS[] = {
	{"has_workouts", AS_FLAG, SINCE_0_6, offsetof(struct listing, has_workouts)},
	{0},
};

/* Where the web application of 0.2 has the pictures of sports; NULL for those that came later. */
static const char *image_of(int64_t sport_id)
{
	static const char *const IMAGES[] = {
		[1] = "/img/sports/cycling-sport.png",
		[2] = "/img/sports/cycling-transport.png",
		[3] = "/img/sports/hiking.png",
		[4] = "/img/sports/mountain-biking.png",
		[5] = "/img/sports/running.png",
		[6] = "/img/sports/walking.png",
		[7] = "/img/sports/electric-mountain-biking.png",
		[8] = "/img/sports/trail.png",
		[9] = "/img/sports/alpine-skiing.png",
		[10] = "/img/sports/cross-country-skiing.png",
		[11] = "/img/sports/rowing.png",
	};
	enum { IMAGE_COUNT = sizeof(IMAGES) / sizeof(*IMAGES) };

	return sport_id >= 0 && sport_id < IMAGE_COUNT ? IMAGES[sport_id] : NULL;
}

static bool add_sport(void *context)
{
	struct listing *l = context;
	cJSON *sport = cJSON_CreateObject();

	l->image = image_of(l->id);
	l->complete = sport != NULL && fields_add(sport, l->dialect, FIELDS, l) &&
		      (!l->admin || fields_add(sport, l->dialect, MORE_FIELDS, l)) &&
		      cJSON_AddItemToArray(l->array, sport);
	return l->complete;
}

enum db_result sport_list(struct db *db, const struct dialect *dialect, const struct user *user,
	int64_t sport_id, cJSON *array)
{
	static const char LIST[] =
		"SELECT s.id, s.label, s.is_active, s.is_active AND COALESCE(p.is_active, 1), p.color, "
		"COALESCE(p.stopped_speed_threshold, s.stopped_speed_threshold), "
		"? AND EXISTS (SELECT 1 FROM workouts AS w WHERE w.sport_id = s.id) "
		"FROM sports AS s LEFT JOIN users_sports_preferences AS p "
		"ON p.sport_id = s.id AND p.user_id = ? WHERE ? = 0 OR s.id = ? ORDER BY s.id";
	struct listing l = {
		.array = array, .dialect = dialect, .admin = user->admin, .complete = true};
	enum db_result result = db_rows(db, LIST,
		DB_PARAMS(
			DB_INT(user->admin), DB_INT(user->id), DB_INT(sport_id), DB_INT(sport_id)),
		DB_COLUMNS(DB_TO_INT(&l.id), DB_TO_TEXT(&l.label), DB_TO_BOOL(&l.active),
			DB_TO_BOOL(&l.active_for_user), DB_TO_TEXT(&l.color),
			DB_TO_DOUBLE(&l.threshold), DB_TO_BOOL(&l.has_workouts)),
		add_sport, &l);

	return result == DB_OK && !l.complete ? DB_FAILED : result;
}
