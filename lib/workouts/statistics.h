/*
 * Sums over a user's workouts, for each sport and each period (contract §29.5).
 */
#ifndef FITGATE_WORKOUTS_STATISTICS_H
#define FITGATE_WORKOUTS_STATISTICS_H

#include "db/db.h"

enum statistics_period {
	STATISTICS_ALL,         /* one period for all workouts */
	STATISTICS_WEEK,        /* it begins on Sunday */
	STATISTICS_WEEK_MONDAY, /* it begins on Monday */
	STATISTICS_MONTH,
	STATISTICS_YEAR,
	STATISTICS_PERIOD_COUNT,
};

struct statistics_query {
	int64_t user_id;
	enum statistics_period period;
	instant from, to; /* dates of workouts, both included */
	bool has_sport;
	int64_t sport_id; /* only this one */
};

/* What is not known of a workout counts as 0. */
struct statistics {
	/* the first day of a week, "2018-04" or "2018"; "" for all workouts. By the UTC date of the workouts. */
	const char *period;
	int64_t sport_id;
	int64_t nb_workouts;
	double total_ascent, total_descent; /* m */
	double total_distance;              /* km */
	int64_t total_duration;             /* seconds in motion */
	int64_t speed_sum, speed_count;     /* of the known average speeds, in 0.01 km/h */
	double average_speed;               /* their mean, rounded half up to 0.01 km/h */
};

/*
 * Fill `row` and call `each` for every period and sport with workouts, in their order; `each` returns false to stop.
 * Texts are in the arena. DB_OK, DB_FAILED.
 */
enum db_result statistics_each(struct db *db, struct arena *arena,
	const struct statistics_query *query, struct statistics *row, bool (*each)(void *context),
	void *context);

#endif
