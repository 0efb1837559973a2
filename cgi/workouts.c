/*
 * What users read of their workouts, which other programs write: GET workouts, workouts/<short_id>, stats/<name>/by_time
 * and by_sport, records.
 */
#include "workouts/handlers.h"

static const struct api_route ROUTES[] = {
	{{HTTP_GET, "/api/workouts", IN_0_7}, .handler = list_workouts,
		.access = &ACCESS_WORKOUTS_READ},
	{{HTTP_GET, "/api/workouts/:short_id", IN_0_7}, .handler = get_workout,
		.access = &ACCESS_WORKOUTS_READ},
	{{HTTP_GET, "/api/stats/:user_name/by_time", IN_0_7}, .handler = get_statistics_by_time,
		.access = &ACCESS_WORKOUTS_READ},
	{{HTTP_GET, "/api/stats/:user_name/by_sport", IN_0_7}, .handler = get_statistics_by_sport,
		.access = &ACCESS_WORKOUTS_READ},
	{{HTTP_GET, "/api/records", IN_0_7}, .handler = list_records,
		.access = &ACCESS_WORKOUTS_READ},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "workouts", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
