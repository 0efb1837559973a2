/*
 * The database sums up exactly; only the results are rounded to a double.
 */
#include "workouts/statistics.h"

#include "workouts/workout.h"

/* The columns for one way to name the period of a workout. */
#define FIELDS(name, expression)                                                                   \
	static const struct db_field name[] = {                                                    \
		DB_FIELD(struct statistics, period, expression " AS period"),                      \
		DB_FIELD(struct statistics, sport_id, "w.sport_id"),                               \
		DB_FIELD(struct statistics, nb_workouts, "COUNT(*)"),                              \
		DB_FIELD(struct statistics, total_ascent, "SUM(w.ascent)"),                        \
		DB_FIELD(struct statistics, total_descent, "SUM(w.descent)"),                      \
		DB_FIELD(struct statistics, total_distance, "SUM(w.distance)"),                    \
		DB_FIELD(struct statistics, total_duration, "CAST(SUM(w.moving) AS SIGNED)"),      \
		DB_FIELD(struct statistics, speed_sum, "CAST(SUM(w.ave_speed) * 100 AS SIGNED)"),  \
		DB_FIELD(struct statistics, speed_count, "COUNT(w.ave_speed)"),                    \
		{0},                                                                               \
	}

FIELDS(OF_ALL, "''");
FIELDS(OF_WEEK,
	"DATE_FORMAT(w.workout_date - INTERVAL (DAYOFWEEK(w.workout_date) - 1) DAY, '%Y-%m-%d')");
FIELDS(OF_WEEK_MONDAY,
	"DATE_FORMAT(w.workout_date - INTERVAL WEEKDAY(w.workout_date) DAY, '%Y-%m-%d')");
FIELDS(OF_MONTH, "DATE_FORMAT(w.workout_date, '%Y-%m')");
FIELDS(OF_YEAR, "DATE_FORMAT(w.workout_date, '%Y')");

/* Parameters: user, first and last date, whether only one sport counts, and which one. */
#define SUM_UP                                                                                     \
	.text = "FROM " WORKOUTS_BY_DATE                                                           \
		" WHERE w.user_id = ? AND w.workout_date BETWEEN ? AND ? "                         \
		"AND (? = 0 OR w.sport_id = ?) "                                                   \
		"GROUP BY period, w.sport_id ORDER BY period, w.sport_id"

static const struct db_query QUERIES[STATISTICS_PERIOD_COUNT] = {
	[STATISTICS_ALL] = {OF_ALL, SUM_UP},
	[STATISTICS_WEEK] = {OF_WEEK, SUM_UP},
	[STATISTICS_WEEK_MONDAY] = {OF_WEEK_MONDAY, SUM_UP},
	[STATISTICS_MONTH] = {OF_MONTH, SUM_UP},
	[STATISTICS_YEAR] = {OF_YEAR, SUM_UP},
};

struct reading {
	struct statistics *row;
	bool (*each)(void *context);
	void *context;
};

/* Half up: toward plus infinity. */
static double rounded_mean(int64_t sum, int64_t count)
{
	int64_t twice = 2 * sum + count, mean;

	if (count == 0)
		return 0;
	mean = twice / (2 * count);
	if (twice % (2 * count) < 0)
		mean--;
	return (double)mean / 100;
}

static bool complete(void *context)
{
	struct reading *r = context;

	r->row->average_speed = rounded_mean(r->row->speed_sum, r->row->speed_count);
	return r->each(r->context);
}

enum db_result statistics_each(struct db *db, struct arena *arena,
	const struct statistics_query *query, struct statistics *row, bool (*each)(void *context),
	void *context)
{
	struct reading r = {row, each, context};

	return db_query_each(db, arena, &QUERIES[query->period],
		DB_PARAMS(DB_INT(query->user_id), DB_TIME(query->from), DB_TIME(query->to),
			DB_INT(query->has_sport), DB_INT(query->sport_id)),
		row, complete, &r);
}
