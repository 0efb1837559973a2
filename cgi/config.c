/*
 * What is only read: GET config, ping, sports. The web server also sends it every path under /api/ that
 * no executable has, for the common 404.
 */
#include "account/app_config.h"
#include "account/service.h"
#include "account/sport.h"
#include "core/text.h"

#include <limits.h>

static const char VERSION[] = "0.7.18"; /* of the FitTrackee whose contract this is */

static cJSON *config_object(
	const struct settings *settings, const struct app_config *config, bool registration_open)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_add_text(object, "about", config->about) ||
		!json_add_text(object, "admin_contact", config->admin_contact) ||
		!json_add_number(object, "gpx_limit_import", (double)config->gpx_limit_import) ||
		!json_add_bool(object, "is_email_sending_enabled", settings->mail_enabled) ||
		!json_add_bool(object, "is_registration_enabled", registration_open) ||
		!json_add_text(object, "map_attribution", settings->map_attribution) ||
		!json_add_number(
			object, "max_single_file_size", (double)config->max_single_file_size) ||
		!json_add_number(object, "max_users", (double)config->max_users) ||
		!json_add_number(object, "max_zip_file_size", (double)config->max_zip_file_size) ||
		!json_add_text(object, "privacy_policy", config->privacy_policy) ||
		!json_add_time(object, "privacy_policy_date", config->privacy_policy_date) ||
		!json_add_text(object, "version", VERSION) ||
		!json_add_text(object, "weather_provider", settings->weather_provider))
		return NULL;
	return object;
}

/* GET /api/config (contract §7.2) */
static void get_config(struct service *service, struct request *request, struct response *response)
{
	struct app_config config;
	bool open;

	(void)request;
	if (app_config_read(service->db, &config) != DB_OK ||
		app_config_registration_open(service->db, &config, &open) != DB_OK) {
		answer(response, ANSWER_CONFIG_FAILED);
		return;
	}
	answer_data(response, config_object(&service->settings, &config, open));
}

/* GET /api/ping (contract §7.1) */
static void ping(struct service *service, struct request *request, struct response *response)
{
	(void)service;
	(void)request;
	answer(response, ANSWER_PONG);
}

/* One sport, or (0) all, as the caller sees them (contract §7.3). */
static void answer_sports(struct service *service, const struct request *request,
	struct response *response, int64_t sport_id)
{
	const struct user *user = &request->caller->profile.user;
	cJSON *data = cJSON_CreateObject();
	cJSON *sports = cJSON_AddArrayToObject(data, "sports");

	if (sports == NULL ||
		sport_list(service->db, user->id, user->admin, sport_id, sports) != DB_OK)
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
	{HTTP_GET, "/api/config", NULL, get_config},
	{HTTP_GET, "/api/ping", NULL, ping},
	{HTTP_GET, "/api/sports", &ACCESS_WORKOUTS_READ, get_sports},
	{HTTP_GET, "/api/sports/#sport_id", &ACCESS_WORKOUTS_READ, get_sport},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "config", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
