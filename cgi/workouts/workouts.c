/*
 * Workouts and records of the user.
 */
#include "handlers.h"

#include "account/shortuuid.h"
#include "api/parameters.h"
#include "api/views/record_view.h"
#include "api/views/workout_view.h"
#include "filters.h"
#include "workouts/record.h"

/* ---- GET /api/workouts (contract §29.3) -------------------------------------------------------- */

static enum reply read_order(const struct request *http, struct workout_list_query *query)
{
	static const char *const NAMES[WORKOUT_ORDER_COUNT] = {
		[WORKOUT_ORDER_DATE] = "workout_date",
		[WORKOUT_ORDER_DISTANCE] = "distance",
		[WORKOUT_ORDER_MOVING] = "duration",
		[WORKOUT_ORDER_AVE_SPEED] = "ave_speed",
	};
	int order = WORKOUT_ORDER_DATE;
	enum reply refusal = parameter_choice(http, "order_by", NAMES, WORKOUT_ORDER_COUNT, &order);

	query->order = (enum workout_order)order;
	query->descending = true;
	return refusal == REPLY_NONE ? parameter_order(http, &query->descending) : refusal;
}

static cJSON *view_list(const struct api_request *request, const struct workout_list *list,
	const struct record *records)
{
	cJSON *array = cJSON_CreateArray();

	for (int64_t i = 0; i < list->count; i++)
		if (!cJSON_AddItemToArray(
			    array, workout_view(&list->workouts[i], records,
					   user_of(request)->username, request->dialect)))
			return NULL;
	return array;
}

/* GET /api/workouts */
enum handled list_workouts(struct service *service, struct api_request *request)
{
	static const struct page_sizes SIZES = {.usual = 5, .most = WORKOUT_LIST_MAX, .low = 20};
	const struct request *http = request->http;
	struct workout_list_query query = {.user_id = user_of(request)->id};
	struct pagination pagination;
	struct workout_list list;
	const struct record *records;
	enum reply refusal = parameter_pages(http, &SIZES, &pagination);

	if (refusal == REPLY_NONE)
		refusal = read_order(http, &query);
	if (refusal == REPLY_NONE)
		refusal = read_workout_filter(http, user_of(request), &query.filter);
	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	query.offset = pagination_offset(&pagination);
	query.limit = pagination.size;
	if (workout_list_read(service->db, http->arena, &query, &list) != DB_OK ||
		record_list_read(service->db, http->arena, query.user_id, &records) != DB_OK)
		return HANDLER_FAILED;
	pagination.total = list.total;
	return reply_page(request, "workouts", view_list(request, &list, records), &pagination);
}

/* ---- GET /api/workouts/<short_id> (contract §29.4) --------------------------------------------- */

static enum handled reply_workout(
	struct service *service, struct api_request *request, struct workout *workout)
{
	struct workout_list list = {.count = 1, .workouts = workout};
	const struct record *records;
	cJSON *data = cJSON_CreateObject();

	if (record_list_read(service->db, request->http->arena, workout->owner_id, &records) !=
			DB_OK ||
		!cJSON_AddItemToObject(data, "workouts", view_list(request, &list, records)))
		return HANDLER_FAILED;
	return reply_data(request, data);
}

static enum handled reply_no_workout(struct api_request *request)
{
	cJSON *data = cJSON_CreateObject();

	if (cJSON_AddArrayToObject(data, "workouts") == NULL)
		return HANDLER_FAILED;
	return reply_no_data(request, data);
}

/* GET /api/workouts/<short_id> */
enum handled get_workout(struct service *service, struct api_request *request)
{
	struct arena *arena = request->http->arena;
	struct workout workout;
	char uuid[SHORTUUID_UUID_SIZE];

	if (!shortuuid_decode(request->http->parameters[0], uuid))
		return reply_no_workout(request);
	switch (workout_read(service->db, arena, user_of(request)->id, uuid, &workout)) {
	case WORKOUT_READ:
		return reply_workout(service, request, &workout);
	case WORKOUT_UNKNOWN:
		return reply_no_workout(request);
	case WORKOUT_FOREIGN:
		return reply(request, REPLY_FORBIDDEN);
	case WORKOUT_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- GET /api/records (contract §29.7) --------------------------------------------------------- */

/* GET /api/records */
enum handled list_records(struct service *service, struct api_request *request)
{
	const struct user *user = user_of(request);
	const struct record *records;
	cJSON *data = cJSON_CreateObject();

	if (record_list_read(service->db, request->http->arena, user->id, &records) != DB_OK ||
		!cJSON_AddItemToObject(data, "records", record_view_list(records, user->username)))
		return HANDLER_FAILED;
	return reply_data(request, data);
}
