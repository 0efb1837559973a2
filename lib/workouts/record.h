/*
 * Rows of the table records: a user's best workouts, at most five for each sport.
 */
#ifndef FITGATE_WORKOUTS_RECORD_H
#define FITGATE_WORKOUTS_RECORD_H

#include "db/db.h"

struct record {
	int64_t id, sport_id;
	int64_t workout_id; /* 0: not known */
	const char *type;   /* "AS", "FD", "HA", "LD", "MS"; "" when unknown */
	bool has_value;
	int64_t value;    /* in the unit of its type (contract §4) */
	const char *uuid; /* of the workout */
	instant date;
	struct record *next;
};

/* Read a user's records, by sport and type; *first is NULL if there are none. DB_OK, DB_FAILED. */
enum db_result record_list_read(
	struct db *db, struct arena *arena, int64_t user_id, const struct record **first);

#endif
