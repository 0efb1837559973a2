/*
 * Reading records.
 */
#include "workouts/record.h"

struct reading {
	struct arena *arena;
	struct record row;
	const struct record *first;
	struct record *last;
	bool failed;
};

static bool keep_record(void *context)
{
	struct reading *r = context;
	struct record *copy = arena_alloc(r->arena, sizeof(*copy));

	r->failed = copy == NULL;
	if (copy == NULL)
		return false;
	*copy = r->row;
	copy->next = NULL;
	if (r->last == NULL)
		r->first = copy;
	else
		r->last->next = copy;
	r->last = copy;
	return true;
}

enum db_result record_list_read(
	struct db *db, struct arena *arena, int64_t user_id, const struct record **first)
{
	static const struct db_field RECORD[] = {
		DB_FIELD(struct record, id, "id"),
		DB_FIELD(struct record, sport_id, "sport_id"),
		DB_FIELD(struct record, workout_id, "workout_id"),
		DB_FIELD(struct record, type, "COALESCE(record_type, '')"),
		DB_FIELD(struct record, has_value, "value IS NOT NULL"),
		DB_FIELD(struct record, value, "value"),
		DB_FIELD(struct record, uuid, "workout_uuid"),
		DB_FIELD_TIME(struct record, date, "workout_date"),
		{0},
	};
	static const struct db_query READ = {
		RECORD, .text = "FROM records WHERE user_id = ? ORDER BY sport_id, record_type"};
	struct reading r = {.arena = arena};
	enum db_result result = db_query_each(
		db, arena, &READ, DB_PARAMS(DB_INT(user_id)), &r.row, keep_record, &r);

	*first = r.first;
	return r.failed ? DB_FAILED : result;
}
