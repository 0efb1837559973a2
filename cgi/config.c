/*
 * What is only read: GET config, ping, sports, openapi.json. The web server also sends it every path under
 * /api/ that no executable has, for the common 404.
 */
#include "account/app_config.h"
#include "account/fields.h"
#include "account/openapi.h"
#include "account/service.h"
#include "account/sport.h"
#include "core/text.h"

#include <limits.h>

/* What is shown of settings and configuration. */
struct shown_config {
	struct app_config stored;
	bool mail_enabled, registration_open;
	const char *map_attribution, *version, *weather_provider;
};

static const struct field_row FIELDS[] = {
/* clang-format off */
#define FIELD(key, type, dialects, member) {key, type, dialects, offsetof(struct shown_config, member)}
	/* clang-format on */
	FIELD("about", AS_TEXT, IN_0_7, stored.about),
	FIELD("admin_contact", AS_TEXT, SINCE_0_6, stored.admin_contact),
	FIELD("gpx_limit_import", AS_NUMBER, SINCE_0_6, stored.gpx_limit_import),
	FIELD("is_email_sending_enabled", AS_FLAG, SINCE_0_6, mail_enabled),
	FIELD("is_registration_enabled", AS_FLAG, SINCE_0_6, registration_open),
	FIELD("map_attribution", AS_TEXT, SINCE_0_6, map_attribution),
	FIELD("max_single_file_size", AS_NUMBER, SINCE_0_6, stored.max_single_file_size),
	FIELD("max_users", AS_NUMBER, SINCE_0_6, stored.max_users),
	FIELD("max_zip_file_size", AS_NUMBER, SINCE_0_6, stored.max_zip_file_size),
	FIELD("privacy_policy", AS_TEXT, IN_0_7, stored.privacy_policy),
	FIELD("privacy_policy_date", AS_TIME, IN_0_7, stored.privacy_policy_date),
	FIELD("version", AS_TEXT, SINCE_0_6, version),
	FIELD("weather_provider", AS_TEXT, IN_0_7, weather_provider),
#undef FIELD
	{0},
};

/* GET /api/config (contract §7.2) */
static void get_config(struct service *service, struct request *request, struct response *response)
{
	struct shown_config shown = {
		.mail_enabled = service->settings.mail_enabled,
		.map_attribution = service->settings.map_attribution,
		.version = request->dialect->version,
		.weather_provider = service->settings.weather_provider,
	};
	cJSON *object = cJSON_CreateObject();

	if (app_config_read(service->db, &shown.stored) != DB_OK ||
		app_config_registration_open(
			service->db, &shown.stored, &shown.registration_open) != DB_OK) {
		answer(response, ANSWER_CONFIG_FAILED);
		return;
	}
	if (object != NULL && fields_add(object, request->dialect, FIELDS, &shown))
		answer_data(response, object);
}

/* GET /api/ping (contract §7.1) */
static void ping(struct service *service, struct request *request, struct response *response)
{
	(void)service;
	(void)request;
	answer(response, ANSWER_PONG);
}

/* GET /api/openapi.json */
static void get_description(
	struct service *service, struct request *request, struct response *response)
{
	(void)service;
	(void)request;
	response_json(response, 200, OPENAPI);
}

/* One sport, or (0) all, as the caller sees them (contract §7.3). */
static void answer_sports(struct service *service, const struct request *request,
	struct response *response, int64_t sport_id)
{
	const struct user *user = &request->caller->profile.user;
	cJSON *data = cJSON_CreateObject();
	cJSON *sports = cJSON_AddArrayToObject(data, "sports");

	if (sports == NULL ||
		sport_list(service->db, request->dialect, user, sport_id, sports) != DB_OK)
		return;
	if (sport_id != 0 && cJSON_GetArraySize(sports) == 0)
		answer_no_data(response, data);
	else
		answer_data(response, data);
}

/* GET /api/sports */
static void get_sports(struct service *service, struct request *request, struct response *response)
{
	answer_sports(service, request, response, 0);
}

/* GET /api/sports/<sport_id>. An id out of range is one that no sport has. */
static void get_sport(struct service *service, struct request *request, struct response *response)
{
	enum { NO_SPORT = -1 };
	int64_t id;

	if (!text_integer(request->parameters[0], 1, INT_MAX, &id))
		id = NO_SPORT;
	answer_sports(service, request, response, id);
}

static const struct route ROUTES[] = {
	{HTTP_GET, "/api/config", NULL, get_config, SINCE_0_6},
	{HTTP_GET, "/api/ping", NULL, ping, IN_ALL},
	{HTTP_GET, "/api/openapi.json", NULL, get_description, IN_0_7},
	{HTTP_GET, "/api/sports", &ACCESS_WORKOUTS_READ, get_sports, IN_ALL},
	{HTTP_GET, "/api/sports/#sport_id", &ACCESS_WORKOUTS_READ, get_sport, IN_ALL},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "config", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
