/*
 * Sports, and what a user prefers about each (contract §6.9, §6.10, §7.3).
 */
#ifndef FITGATE_ACCOUNT_SPORT_H
#define FITGATE_ACCOUNT_SPORT_H

#include "account/dialect.h"
#include "account/user.h"
#include "core/json.h"

/* What to change; what is not given stays. */
struct sport_change {
	const char *color; /* NULL: not given */
	bool has_active, active;
	double stopped_speed_threshold; /* 0: not given */
};

struct sport_preference {
	const char *color; /* NULL: none */
	bool active;
	double stopped_speed_threshold; /* km/h */
};

/* Whether there is such a sport: DB_OK, DB_NO_ROW, DB_AGAIN, DB_FAILED. */
enum db_result sport_find(struct db *db, int64_t sport_id);

/*
 * Change a user's preference for a sport that exists; made from the sport's own values where there was
 * none. `now` gets what is stored then. DB_OK, DB_FAILED, DB_UNDECIDED.
 */
enum db_result sport_change_preference(struct db *db, int64_t user_id, int64_t sport_id,
	const struct sport_change *change, struct sport_preference *now);

/* Forget a user's preference for a sport; that there was none is no error. */
enum db_result sport_reset_preference(struct db *db, int64_t user_id, int64_t sport_id);

/* Add the sport with this id, or (0) every sport, to the array, as the user and the dialect see them: an
 * administrator also sees whether anybody has workouts of it. DB_OK, DB_FAILED. */
enum db_result sport_list(struct db *db, const struct dialect *dialect, const struct user *user,
	int64_t sport_id, cJSON *array);

#endif
