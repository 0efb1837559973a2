/*
 * What GET profile shows of a user's workouts: totals, sports, records.
 *
 * They lie ready in one row of user_totals, kept by triggers (sql/0003). Where that row is missing, the
 * server's account was not allowed to make triggers, or nobody has counted yet: then they are read from
 * workouts and records themselves, which takes a second question and longer, and gives the same.
 */
#ifndef FITGATE_ACCOUNT_TOTALS_H
#define FITGATE_ACCOUNT_TOTALS_H

#include "core/json.h"
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

/* The columns of `user_totals AS t`, and where each goes. */
#define TOTALS_COLUMNS                                                                                   \
	"t.nb_workouts IS NOT NULL, t.nb_workouts, t.total_distance, t.total_ascent, t.total_duration, " \
	"t.sports, t.records"
#define TOTALS_CELLS(totals)                                                                       \
	DB_TO_BOOL(&(totals)->ready), DB_TO_INT(&(totals)->nb_workouts),                           \
		DB_TO_DOUBLE(&(totals)->distance), DB_TO_DOUBLE(&(totals)->ascent),                \
		DB_TO_INT(&(totals)->duration), DB_TO_TEXT(&(totals)->sports),                     \
		DB_TO_TEXT(&(totals)->records)

/* Read a user's totals from workouts and records. DB_OK, DB_AGAIN, DB_FAILED. */
enum db_result totals_from_tables(struct db *db, int64_t user_id, struct totals *totals);

/*
 * sports_list: the ids, ascending. records: the objects of contract §5, by sport and type, as one
 * piece of text in the tree. NULL when memory is out or the text is not of the form above.
 */
cJSON *totals_sports_list(const struct totals *totals, int *count);
cJSON *totals_records(const struct totals *totals, const char *username);

#endif
