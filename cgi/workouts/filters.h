/*
 * The filters of workouts in the query string (contract §29.2). Each function returns REPLY_NONE, or the reply that refuses
 * the request.
 */
#ifndef FITGATE_CGI_WORKOUTS_FILTERS_H
#define FITGATE_CGI_WORKOUTS_FILTERS_H

#include "account/user.h"
#include "api/reply.h"
#include "workouts/workout_list.h"

/* "from" and "to": from the beginning of one day to the end of another, in the user's time zone. Both instants are
 * included; without a filter, they include all dates. */
enum reply read_period(
	const struct request *http, const struct user *user, instant *from, instant *to);

/* "sport_id" */
enum reply read_sport(const struct request *http, bool *given, int64_t *sport_id);

/* All filters of a list. */
enum reply read_workout_filter(
	const struct request *http, const struct user *user, struct workout_filter *filter);

#endif
