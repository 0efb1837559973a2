/*
 * The handlers of the program `workouts`.
 */
#ifndef FITGATE_CGI_WORKOUTS_HANDLERS_H
#define FITGATE_CGI_WORKOUTS_HANDLERS_H

#include "api/service.h"

api_handler list_workouts, get_workout, list_records;        /* workouts.c */
api_handler get_statistics_by_time, get_statistics_by_sport; /* statistics.c */

static inline const struct user *user_of(const struct api_request *request)
{
	return &request->principal->profile.user;
}

#endif
