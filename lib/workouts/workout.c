/*
 * Reading workouts.
 */
#include "workouts/workout.h"

#include "workouts/workout_list.h"

static const struct db_field MEASURES[] = {
	DB_FIELD(struct measures, duration, "duration"),
	DB_FIELD(struct measures, pauses, "pauses"),
	DB_FIELD(struct measures, moving, "moving"),
	DB_FIELD(struct measures, distance, "distance"),
	DB_FIELD(struct measures, min_alt, "min_alt"),
	DB_FIELD(struct measures, max_alt, "max_alt"),
	DB_FIELD(struct measures, descent, "descent"),
	DB_FIELD(struct measures, ascent, "ascent"),
	DB_FIELD(struct measures, max_speed, "max_speed"),
	DB_FIELD(struct measures, ave_speed, "ave_speed"),
	{0},
};

const struct db_field WORKOUT_FIELDS[] = {
	DB_FIELD(struct workout, id, "w.id"),
	DB_FIELD(struct workout, owner_id, "w.user_id"),
	DB_FIELD(struct workout, sport_id, "w.sport_id"),
	DB_FIELD(struct workout, uuid, "w.uuid"),
	DB_FIELD(struct workout, title, "w.title"),
	DB_FIELD(struct workout, notes, "w.notes"),
	DB_FIELD(struct workout, gpx, "w.gpx"),
	DB_FIELD(struct workout, weather_start, "w.weather_start"),
	DB_FIELD(struct workout, weather_end, "w.weather_end"),
	DB_FIELD_TIME(struct workout, created, "w.creation_date"),
	DB_FIELD_TIME(struct workout, modified, "w.modification_date"),
	DB_FIELD_TIME(struct workout, date, "w.workout_date"),
	DB_INNER(struct workout, measures, "w", MEASURES),
	{0},
};

const struct db_field WORKOUT_FIELDS_WITH_MAP[] = {
	DB_MORE(WORKOUT_FIELDS),
	DB_FIELD(struct workout, bounds, "w.bounds"),
	DB_FIELD(struct workout, map_id, "IF(w.map <> '', w.map_id, NULL)"),
	{0},
};

const struct db_field SEGMENT_FIELDS[] = {
	DB_FIELD(struct segment, workout_id, "s.workout_id"),
	DB_FIELD(struct segment, segment_id, "s.segment_id"),
	DB_FIELD(struct segment, uuid, "s.workout_uuid"),
	DB_INNER(struct segment, measures, "s", MEASURES),
	{0},
};

/* ---- segments ---------------------------------------------------------------------------------- */

struct segment_reading {
	struct arena *arena;
	struct workout *workouts;
	int64_t count;
	struct segment row, *last; /* the last one that was read, NULL: none */
	bool failed;
};

static struct workout *owner_of(const struct segment_reading *r)
{
	for (int64_t i = 0; i < r->count; i++)
		if (r->workouts[i].id == r->row.workout_id)
			return &r->workouts[i];
	return NULL;
}

static bool keep_segment(void *context)
{
	struct segment_reading *r = context;
	struct workout *owner = owner_of(r);
	struct segment *copy;

	if (owner == NULL)
		return true;
	copy = arena_alloc(r->arena, sizeof(*copy));
	r->failed = copy == NULL;
	if (copy == NULL)
		return false;
	*copy = r->row;
	copy->next = NULL;
	if (r->last != NULL && r->last->workout_id == copy->workout_id)
		r->last->next = copy;
	else
		owner->segments = copy;
	r->last = copy;
	return true;
}

#define TEN_MARKS "?, ?, ?, ?, ?, ?, ?, ?, ?, ?"

enum db_result workout_read_segments(
	struct db *db, struct arena *arena, struct workout *workouts, int64_t count)
{
	_Static_assert(WORKOUT_LIST_MAX == 100, "one mark for each workout");
	static const struct db_query READ = {SEGMENT_FIELDS,
		.text = "FROM workout_segments AS s WHERE s.workout_id IN (" TEN_MARKS
			", " TEN_MARKS ", " TEN_MARKS ", " TEN_MARKS ", " TEN_MARKS ", " TEN_MARKS
			", " TEN_MARKS ", " TEN_MARKS ", " TEN_MARKS ", " TEN_MARKS
			") ORDER BY s.workout_id, s.segment_id"};
	struct segment_reading r = {.arena = arena, .workouts = workouts, .count = count};
	struct db_param ids[WORKOUT_LIST_MAX];
	enum db_result result;

	if (count == 0)
		return DB_OK;
	for (int64_t i = 0; i < WORKOUT_LIST_MAX; i++)
		ids[i] = DB_INT(workouts[i < count ? i : 0].id);
	result = db_query_each(db, arena, &READ, (struct db_params){ids, WORKOUT_LIST_MAX}, &r.row,
		keep_segment, &r);
	return r.failed ? DB_FAILED : result;
}

/* ---- one workout ------------------------------------------------------------------------------- */

static enum db_result read_neighbors(struct db *db, struct arena *arena, struct workout *workout)
{
	static const struct db_field UUID[] = {DB_VALUE(const char *, "w.uuid"), {0}};
	static const struct db_query PREVIOUS = {UUID,
		.text = "FROM " WORKOUTS_BY_DATE " WHERE w.user_id = ? AND w.workout_date <= ? "
			"AND (w.workout_date < ? OR w.id < ?) "
			"ORDER BY w.workout_date DESC, w.id DESC LIMIT 1"};
	static const struct db_query NEXT = {UUID,
		.text = "FROM " WORKOUTS_BY_DATE " WHERE w.user_id = ? AND w.workout_date >= ? "
			"AND (w.workout_date > ? OR w.id > ?) "
			"ORDER BY w.workout_date, w.id LIMIT 1"};
	const struct db_params params = DB_PARAMS(DB_INT(workout->owner_id), DB_TIME(workout->date),
		DB_TIME(workout->date), DB_INT(workout->id));
	enum db_result result = db_query_row(db, arena, &PREVIOUS, params, &workout->previous);

	if (result == DB_OK || result == DB_NO_ROW)
		result = db_query_row(db, arena, &NEXT, params, &workout->next);
	return result == DB_NO_ROW ? DB_OK : result;
}

enum workout_result workout_read(struct db *db, struct arena *arena, int64_t user_id,
	const char *uuid, struct workout *workout)
{
	static const struct db_query FIND = {
		.fields = WORKOUT_FIELDS_WITH_MAP, .text = "FROM workouts AS w WHERE w.uuid = ?"};
	enum db_result result;

	*workout = (struct workout){0};
	result = db_query_row(db, arena, &FIND, DB_PARAMS(DB_BYTES(uuid)), workout);
	if (result == DB_NO_ROW)
		return WORKOUT_UNKNOWN;
	if (result == DB_OK && workout->owner_id != user_id)
		return WORKOUT_FOREIGN;
	if (result == DB_OK)
		result = read_neighbors(db, arena, workout);
	if (result == DB_OK)
		result = workout_read_segments(db, arena, workout, 1);
	return result == DB_OK ? WORKOUT_READ : WORKOUT_FAILED;
}
