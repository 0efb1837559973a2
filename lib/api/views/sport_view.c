/*
 * Sports as JSON.
 */
#include "api/views/sport_view.h"

#include "api/auth.h"
#include "api/json_view.h"
#include "core/text.h"

#include <limits.h>

struct listing {
	struct sport sport;
	const char *image;
	bool can_be_deleted; /* false: Fitgate deletes no sports */
	cJSON *array;
	const struct dialect *dialect;
	bool for_admin, complete;
};

static const struct json_field FIELDS[] = {
	{"_can_be_deleted", AS_FLAG, IN_0_2, offsetof(struct listing, can_be_deleted)},
	{"color", AS_TEXT, SINCE_0_6, offsetof(struct listing, sport.color)},
	{"id", AS_NUMBER, IN_ALL, offsetof(struct listing, sport.id)},
	{"img", AS_TEXT, IN_0_2, offsetof(struct listing, image)},
	{"is_active", AS_FLAG, SINCE_0_6, offsetof(struct listing, sport.active)},
	{"is_active_for_user", AS_FLAG, SINCE_0_6, offsetof(struct listing, sport.active_for_user)},
	{"label", AS_TEXT, IN_ALL, offsetof(struct listing, sport.label)},
	{"stopped_speed_threshold", AS_REAL, SINCE_0_6,
		offsetof(struct listing, sport.stopped_speed_threshold)},
	{0},
};

static const struct json_field ADMIN_FIELDS[] = {
	{"has_workouts", AS_FLAG, SINCE_0_6, offsetof(struct listing, sport.has_workouts)},
	{0},
};

/* Where the web application of 0.2 has the images of sports; NULL for later sports. */
static const char *image_of(int64_t sport_id)
{
	static const char *const IMAGES[] = {
		[1] = "/img/sports/cycling-sport.png",
		[2] = "/img/sports/cycling-transport.png",
		[3] = "/img/sports/hiking.png",
		[4] = "/img/sports/mountain-biking.png",
		[5] = "/img/sports/running.png",
		[6] = "/img/sports/walking.png",
		[7] = "/img/sports/electric-mountain-biking.png",
		[8] = "/img/sports/trail.png",
		[9] = "/img/sports/alpine-skiing.png",
		[10] = "/img/sports/cross-country-skiing.png",
		[11] = "/img/sports/rowing.png",
	};
	enum { IMAGE_COUNT = sizeof(IMAGES) / sizeof(*IMAGES) };

	return sport_id >= 0 && sport_id < IMAGE_COUNT ? IMAGES[sport_id] : NULL;
}

static bool add_sport(void *context)
{
	struct listing *l = context;
	cJSON *object = cJSON_CreateObject();

	l->image = image_of(l->sport.id);
	l->complete = object != NULL && json_view_add(object, l->dialect, FIELDS, l) &&
		      (!l->for_admin || json_view_add(object, l->dialect, ADMIN_FIELDS, l)) &&
		      cJSON_AddItemToArray(l->array, object);
	return l->complete;
}

cJSON *sport_view_list(struct db *db, struct arena *arena, const struct dialect *dialect,
	const struct user *user, int64_t sport_id)
{
	struct listing l = {
		.array = cJSON_CreateArray(),
		.dialect = dialect,
		.for_admin = user->admin,
		.complete = true,
	};

	if (l.array == NULL ||
		sport_each(db, arena, user, sport_id, &l.sport, add_sport, &l) != DB_OK)
		return NULL;
	return l.complete ? l.array : NULL;
}

int64_t sport_view_id(const char *digits)
{
	enum { NO_SPORT = -1 };
	int64_t id;

	return text_integer(digits, 1, INT_MAX, &id) ? id : NO_SPORT;
}

enum handled sport_view_reply(struct db *db, struct api_request *request, int64_t sport_id)
{
	cJSON *data = cJSON_CreateObject();
	cJSON *sports = sport_view_list(db, request->http->arena, request->dialect,
		&request->principal->profile.user, sport_id);

	if (sports == NULL || !cJSON_AddItemToObject(data, "sports", sports))
		return HANDLER_FAILED;
	if (sport_id != 0 && cJSON_GetArraySize(sports) == 0)
		return reply_no_data(request, data);
	return reply_data(request, data);
}

cJSON *sport_view_preference(
	int64_t user_id, int64_t sport_id, const struct sport_preference *preference)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_add_text(object, "color", preference->color) ||
		!json_add_bool(object, "is_active", preference->active) ||
		!json_add_number(object, "sport_id", (double)sport_id) ||
		!json_add_number(
			object, "stopped_speed_threshold", preference->stopped_speed_threshold) ||
		!json_add_number(object, "user_id", (double)user_id))
		return NULL;
	return object;
}
