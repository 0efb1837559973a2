/*
 * Rows of statistics, which come in the order of their periods, as nested objects.
 */
#include "api/views/statistics_view.h"

#include "api/json_view.h"
#include "core/text.h"

#include <string.h>

static const struct json_field FIGURES[] = {
	{"average_speed", AS_REAL, IN_0_7, offsetof(struct statistics, average_speed)},
	{"nb_workouts", AS_NUMBER, IN_0_7, offsetof(struct statistics, nb_workouts)},
	{"total_ascent", AS_REAL, IN_0_7, offsetof(struct statistics, total_ascent)},
	{"total_descent", AS_REAL, IN_0_7, offsetof(struct statistics, total_descent)},
	{"total_distance", AS_REAL, IN_0_7, offsetof(struct statistics, total_distance)},
	{"total_duration", AS_NUMBER, IN_0_7, offsetof(struct statistics, total_duration)},
	{0},
};

struct listing {
	const struct dialect *dialect;
	bool with_periods;
	struct statistics row;
	cJSON *all, *sports; /* the object that the next sport is added to */
	const char *period;  /* of `sports` */
	bool complete;
};

/* Begin the object of the row's period, unless the last row had the same. */
static bool find_period(struct listing *l)
{
	if (!l->with_periods || (l->period != NULL && strcmp(l->period, l->row.period) == 0))
		return true;
	l->period = l->row.period;
	l->sports = cJSON_AddObjectToObject(l->all, l->period);
	return l->sports != NULL;
}

static bool add_row(void *context)
{
	struct listing *l = context;
	char number[TEXT_DECIMAL_SIZE];
	cJSON *figures = cJSON_CreateObject();

	l->complete =
		find_period(l) && json_view_add(figures, l->dialect, FIGURES, &l->row) &&
		cJSON_AddItemToObject(l->sports, text_decimal(l->row.sport_id, 0, number), figures);
	return l->complete;
}

cJSON *statistics_view(struct db *db, struct arena *arena, const struct statistics_query *query,
	const struct dialect *dialect)
{
	struct listing l = {
		.dialect = dialect,
		.with_periods = query->period != STATISTICS_ALL,
		.all = cJSON_CreateObject(),
		.complete = true,
	};

	l.sports = l.all;
	if (l.all == NULL || statistics_each(db, arena, query, &l.row, add_row, &l) != DB_OK)
		return NULL;
	return l.complete ? l.all : NULL;
}
