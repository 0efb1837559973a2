/*
 * Statistics of the user's workouts.
 */
#include "handlers.h"

#include "account/sport.h"
#include "api/parameters.h"
#include "api/views/statistics_view.h"
#include "filters.h"
#include "workouts/statistics.h"

#include <string.h>

/* Users see only their own statistics. */
static enum reply check_name(struct service *service, const struct api_request *request)
{
	const char *name = request->http->parameters[0];
	struct user user;

	if (strcmp(name, user_of(request)->username) == 0)
		return REPLY_NONE;
	switch (user_find_by_username(service->db, request->http->arena, name, &user)) {
	case DB_OK:
		return REPLY_FORBIDDEN;
	case DB_NO_ROW:
		return REPLY_UNKNOWN_USER;
	default:
		return REPLY_SERVER_ERROR;
	}
}

/* The steps that both kinds of statistics begin with. */
static enum reply read_statistics_query(
	struct service *service, const struct api_request *request, struct statistics_query *query)
{
	const struct request *http = request->http;
	enum reply refusal = check_name(service, request);

	*query = (struct statistics_query){.user_id = user_of(request)->id};
	if (refusal == REPLY_NONE)
		refusal = read_period(http, user_of(request), &query->from, &query->to);
	if (refusal == REPLY_NONE)
		refusal = read_sport(http, &query->has_sport, &query->sport_id);
	return refusal;
}

static enum reply read_time(const struct request *http, enum statistics_period *period)
{
	static const char *const NAMES[STATISTICS_PERIOD_COUNT] = {
		[STATISTICS_ALL] = "", /* as where it is absent: by year */
		[STATISTICS_WEEK] = "week",
		[STATISTICS_WEEK_MONDAY] = "weekm",
		[STATISTICS_MONTH] = "month",
		[STATISTICS_YEAR] = "year",
	};
	int index = STATISTICS_YEAR;
	enum reply refusal = parameter_choice(http, "time", NAMES, STATISTICS_PERIOD_COUNT, &index);

	*period = index == STATISTICS_ALL ? STATISTICS_YEAR : (enum statistics_period)index;
	return refusal == REPLY_INVALID_PAYLOAD ? REPLY_BAD_TIME_PERIOD : refusal;
}

static enum handled reply_statistics(
	struct service *service, struct api_request *request, const struct statistics_query *query)
{
	cJSON *data = cJSON_CreateObject();

	if (!cJSON_AddItemToObject(data, "statistics",
		    statistics_view(service->db, request->http->arena, query, request->dialect)))
		return HANDLER_FAILED;
	return reply_data(request, data);
}

/* GET /api/stats/<user_name>/by_time */
enum handled get_statistics_by_time(struct service *service, struct api_request *request)
{
	struct statistics_query query;
	enum reply refusal = read_statistics_query(service, request, &query);

	if (refusal == REPLY_NONE)
		refusal = read_time(request->http, &query.period);
	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	return reply_statistics(service, request, &query);
}

/* GET /api/stats/<user_name>/by_sport */
enum handled get_statistics_by_sport(struct service *service, struct api_request *request)
{
	struct statistics_query query;
	enum reply refusal = read_statistics_query(service, request, &query);

	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	if (query.has_sport) {
		enum sport_result sport = sport_find(service->db, query.sport_id);

		if (sport == SPORT_UNKNOWN)
			return reply(request, REPLY_UNKNOWN_SPORT);
		if (sport == SPORT_FAILED)
			return HANDLER_FAILED;
	}
	return reply_statistics(service, request, &query);
}
