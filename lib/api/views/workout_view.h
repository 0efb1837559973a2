/*
 * Workouts as JSON (contract §29.3).
 */
#ifndef FITGATE_API_WORKOUT_VIEW_H
#define FITGATE_API_WORKOUT_VIEW_H

#include "api/dialect.h"
#include "core/json/json.h"
#include "workouts/record.h"
#include "workouts/workout.h"

/* The workout object. `records` are those of its owner, who has this username. NULL when out of memory, or when the
 * UUID of a record is malformed. */
cJSON *workout_view(const struct workout *workout, const struct record *records,
	const char *username, const struct dialect *dialect);

#endif
