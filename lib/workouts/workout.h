/*
 * Rows of the tables workouts and workout_segments.
 */
#ifndef FITGATE_WORKOUTS_WORKOUT_H
#define FITGATE_WORKOUTS_WORKOUT_H

#include "db/db.h"

/* What a workout and each of its segments measure. 0 and NULL: not known. */
struct measures {
	int64_t duration, pauses, moving; /* seconds */
	/* decimal numbers as stored: km, m, km/h */
	const char *distance, *min_alt, *max_alt, *descent, *ascent, *max_speed, *ave_speed;
};

struct segment {
	int64_t workout_id, segment_id;
	const char *uuid; /* of the workout */
	struct measures measures;
	struct segment *next;
};

struct workout {
	int64_t id, owner_id, sport_id;
	const char *uuid, *title, *notes; /* NULL: not given, as below */
	const char *gpx;                  /* the path of the file */
	const char *weather_start, *weather_end;
	instant created, modified, date;
	struct measures measures;
	const char *bounds, *map_id; /* of the map; WORKOUT_FIELDS_WITH_MAP fills them, too */
	const char *previous, *next; /* UUIDs of the neighbors in time */
	struct segment *segments;    /* in their order */
};

/* The columns of `workouts AS w` that fill a struct workout, without the members that are named below. */
extern const struct db_field WORKOUT_FIELDS[];

/* The same, and those that fill `bounds` and `map_id`. */
extern const struct db_field WORKOUT_FIELDS_WITH_MAP[];

/* Those of `workout_segments AS s` that fill a struct segment, without `next`. */
extern const struct db_field SEGMENT_FIELDS[];

/* The index for a user's workouts in the order of their dates. */
#define WORKOUTS_BY_DATE "workouts AS w FORCE INDEX (ix_workouts_user_date)"

enum workout_result {
	WORKOUT_READ,
	WORKOUT_UNKNOWN, /* there is no workout with this UUID */
	WORKOUT_FOREIGN, /* it belongs to another user */
	WORKOUT_FAILED,  /* the database, or out of memory; it has been logged */
};

/* Read a workout of a user, with its segments and with its neighbors among all workouts of the user. `uuid` is any text. */
enum workout_result workout_read(struct db *db, struct arena *arena, int64_t user_id,
	const char *uuid, struct workout *workout);

/* Read the segments of these workouts, WORKOUT_LIST_MAX at most (workouts/workout_list.h). DB_OK, DB_FAILED. */
enum db_result workout_read_segments(
	struct db *db, struct arena *arena, struct workout *workouts, int64_t count);

#endif
