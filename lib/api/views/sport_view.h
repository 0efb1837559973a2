/*
 * Sports as JSON (contract §6.9, §7.3).
 */
#ifndef FITGATE_API_SPORT_VIEW_H
#define FITGATE_API_SPORT_VIEW_H

#include "account/sport.h"
#include "api/reply.h"

/*
 * The array of the sport with this id, or (0) of every sport, as the user and the dialect see them. NULL: the
 * query failed, which has been logged, or out of memory. The objects' texts are in the arena.
 */
cJSON *sport_view_list(struct db *db, struct arena *arena, const struct dialect *dialect,
	const struct user *user, int64_t sport_id);

/* The id of a sport in a path: decimal digits. A number out of range becomes -1, which no sport has. */
int64_t sport_view_id(const char *digits);

/* Reply with the sport with this id, or (0) with every sport, as the request's principal sees it; an unknown sport is not
 * found (contract §7.3). */
enum handled sport_view_reply(
	struct db *db, struct api_request *request, int64_t sport_id) HANDLED_MUST_BE_USED;

/* A user's preference for a sport; NULL when out of memory. */
cJSON *sport_view_preference(
	int64_t user_id, int64_t sport_id, const struct sport_preference *preference);

#endif
