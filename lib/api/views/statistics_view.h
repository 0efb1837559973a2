/*
 * Statistics as JSON (contract §29.5).
 */
#ifndef FITGATE_API_STATISTICS_VIEW_H
#define FITGATE_API_STATISTICS_VIEW_H

#include "api/dialect.h"
#include "core/json/json.h"
#include "workouts/statistics.h"

/* {sport id: figures}, for each period within {period: ...} unless the query's period is STATISTICS_ALL. NULL: the query
 * failed, or out of memory. */
cJSON *statistics_view(struct db *db, struct arena *arena, const struct statistics_query *query,
	const struct dialect *dialect);

#endif
