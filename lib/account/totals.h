/*
 * What GET profile shows of a user's workouts: totals, sports, records.
 *
 * Triggers (sql/0003) keep them in one row of user_totals. The row or its counts are missing if the triggers
 * could not be installed, or `totals rebuild` has not been run yet: then the totals are read from workouts and
 * records themselves, by a second and slower query with the same result.
 */
#ifndef FITGATE_ACCOUNT_TOTALS_H
#define FITGATE_ACCOUNT_TOTALS_H

#include "db/db.h"

struct totals {
	bool ready; /* the row exists and has been counted */
	int64_t nb_workouts;
	double distance;    /* km */
	double ascent;      /* m */
	int64_t duration;   /* seconds */
	const char *sports; /* JSON object: sport id -> number of workouts */
	const char *
		records; /* JSON object: id -> [sport id, type, value, workout date, workout uuid] */
};

/* The columns of `user_totals AS t` that fill a struct totals. */
extern const struct db_field TOTALS_FIELDS[];

/* Read a user's totals from workouts and records. DB_OK, DB_RETRY, DB_FAILED. */
enum db_result totals_from_tables(
	struct db *db, struct arena *arena, int64_t user_id, struct totals *totals);

#endif
