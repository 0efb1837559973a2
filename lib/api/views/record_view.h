/*
 * Records as JSON (contract §5).
 */
#ifndef FITGATE_API_RECORD_VIEW_H
#define FITGATE_API_RECORD_VIEW_H

#include "core/json/json.h"
#include "workouts/record.h"

/* The record objects of a list, as one raw text in the tree. NULL when out of memory, or when a UUID is malformed. */
cJSON *record_view_list(const struct record *first, const char *username);

/* Those of one workout, not 0. */
cJSON *record_view_of_workout(const struct record *first, int64_t workout_id, const char *username);

#endif
