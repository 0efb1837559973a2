/*
 * Sports, and what a user prefers about each (contract §6.9, §6.10, §7.3).
 */
#ifndef FITGATE_ACCOUNT_SPORT_H
#define FITGATE_ACCOUNT_SPORT_H

#include "account/user.h"

/* What to change; a value that is not given stays. */
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

/* Whether `color` is "#" and three or six hex digits. */
bool sport_color_is_valid(const char *color);

enum sport_result {
	SPORT_CHANGED,
	SPORT_UNKNOWN, /* no sport has this id */
	SPORT_FAILED,  /* the database; it has been logged */
};

/* Whether there is a sport with this id. SPORT_CHANGED: yes, and nothing was changed; SPORT_UNKNOWN, SPORT_FAILED. */
enum sport_result sport_find(struct db *db, int64_t sport_id);

/*
 * Change a user's preference for a sport. Where there was none, it starts with the sport's own values. Fills
 * `preference` with what is stored afterwards.
 */
enum sport_result sport_change_preference(struct db *db, struct arena *arena, int64_t user_id,
	int64_t sport_id, const struct sport_change *change, struct sport_preference *preference);

/* Remove a user's preference for a sport, if there is one. */
enum sport_result sport_reset_preference(struct db *db, int64_t user_id, int64_t sport_id);

/* Make a sport available to users, or not (for administrators). SPORT_CHANGED, also if nothing changes; SPORT_UNKNOWN,
 * SPORT_FAILED. */
enum sport_result sport_set_active(struct db *db, int64_t sport_id, bool active);

/* A sport as a user sees it. */
struct sport {
	int64_t id;
	const char *label;
	bool active;
	bool active_for_user;
	const char *color;              /* NULL: none */
	double stopped_speed_threshold; /* km/h */
	bool has_workouts; /* any user has; always false unless the user is an administrator */
};

/*
 * Read the sport with this id, or (0) every sport by id: fills `sport` and calls `each`, which returns false to
 * stop. DB_OK, DB_FAILED.
 */
enum db_result sport_each(struct db *db, struct arena *arena, const struct user *user,
	int64_t sport_id, struct sport *sport, bool (*each)(void *context), void *context);

#endif
