/*
 * Reading totals.
 */
#include "account/totals.h"

const struct db_field TOTALS_FIELDS[] = {
	DB_FIELD(struct totals, ready, "t.nb_workouts IS NOT NULL"),
	DB_FIELD(struct totals, nb_workouts, "t.nb_workouts"),
	DB_FIELD(struct totals, distance, "t.total_distance"),
	DB_FIELD(struct totals, ascent, "t.total_ascent"),
	DB_FIELD(struct totals, duration, "t.total_duration"),
	DB_FIELD(struct totals, sports, "t.sports"),
	DB_FIELD(struct totals, records, "t.records"),
	{0},
};

enum db_result totals_from_tables(
	struct db *db, struct arena *arena, int64_t user_id, struct totals *totals)
{
	static const struct db_query READ = {TOTALS_FIELDS,
		.text = "FROM ("
			" SELECT COUNT(*) AS nb_workouts, COALESCE(SUM(distance), 0) AS total_distance,"
			"  COALESCE(SUM(ascent), 0) AS total_ascent,"
			"  COALESCE(SUM(duration), 0) AS total_duration,"
			"  (SELECT CONCAT('{', COALESCE(GROUP_CONCAT('\"', sport_id, '\":',"
			"    workouts_of_sport), ''), '}')"
			"   FROM (SELECT sport_id, COUNT(*) AS workouts_of_sport FROM workouts"
			"    WHERE user_id = ? GROUP BY sport_id) AS counted) AS sports,"
			"  (SELECT CONCAT('{', COALESCE(GROUP_CONCAT('\"', id, '\":',"
			"    JSON_ARRAY(sport_id, record_type, value,"
			"    DATE_FORMAT(workout_date, '%Y-%m-%d %H:%i:%s'), workout_uuid)), ''), '}')"
			"   FROM records WHERE user_id = ?) AS records"
			" FROM workouts WHERE user_id = ?) AS t"};

	return db_query_row(db, arena, &READ,
		DB_PARAMS(DB_INT(user_id), DB_INT(user_id), DB_INT(user_id)), totals);
}
