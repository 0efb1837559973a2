/*
 * Pages of a list of a user's workouts (contract §29.3).
 *
 * In the order of the dates, without a filter other than a period, a page reads an index: the first pages of 20,000
 * workouts cost what those of a hundred cost, and a later page costs the entries of the index before it. Every other
 * order and filter reads all workouts of the user in the period.
 */
#ifndef FITGATE_WORKOUTS_WORKOUT_LIST_H
#define FITGATE_WORKOUTS_WORKOUT_LIST_H

#include "workouts/workout.h"

enum { WORKOUT_LIST_MAX = 100 }; /* workouts on a page */

enum workout_order {
	WORKOUT_ORDER_DATE,
	WORKOUT_ORDER_DISTANCE,
	WORKOUT_ORDER_MOVING,
	WORKOUT_ORDER_AVE_SPEED,
	WORKOUT_ORDER_COUNT,
};

/* A limit of a column. */
struct workout_limit {
	bool given;
	double value;
};

/* Both limits are included. */
struct workout_range {
	struct workout_limit from, to;
};

/* All conditions must hold; a column that is not known never meets one. */
struct workout_filter {
	instant from, to; /* dates, both included */
	bool has_sport;
	int64_t sport_id;
	const char *
		title; /* part of the title, in valid UTF-8, ignoring case and accents; NULL: none */
	struct workout_range distance;             /* km */
	struct workout_range moving;               /* seconds */
	struct workout_range ave_speed, max_speed; /* km/h */
};

/* The earliest and the latest date of a workout. */
extern const instant WORKOUT_DATE_FIRST, WORKOUT_DATE_LAST;

struct workout_list_query {
	int64_t user_id;
	struct workout_filter filter;
	enum workout_order
		order; /* unknown values count as larger than all others, equal ones are by id */
	bool descending;
	int64_t offset; /* how many workouts are before the page */
	int64_t limit;  /* how many are on it, at most WORKOUT_LIST_MAX */
};

struct workout_list {
	int64_t total; /* that match the filter, on all pages */
	int64_t count; /* on this page */
	struct workout
		*workouts; /* in the arena; neighbors are among those that match the filter */
};

/* Read a page. DB_OK, DB_FAILED. */
enum db_result workout_list_read(struct db *db, struct arena *arena,
	const struct workout_list_query *query, struct workout_list *list);

#endif
