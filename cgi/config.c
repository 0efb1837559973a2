/*
 * What anybody may read: GET config, ping. The web server also sends it every path under /api/ that no
 * executable has, for the common 404.
 */
#include "account/app_config.h"
#include "account/service.h"

static const char VERSION[] = "0.7.18"; /* of the FitTrackee whose contract this is */

static cJSON *config_object(const struct settings *settings, const struct app_config *config,
	bool registration_open)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_add_text(object, "about", config->about) ||
		!json_add_text(object, "admin_contact", config->admin_contact) ||
		!json_add_number(object, "gpx_limit_import", (double)config->gpx_limit_import) ||
		!json_add_bool(object, "is_email_sending_enabled", settings->mail_enabled) ||
		!json_add_bool(object, "is_registration_enabled", registration_open) ||
		!json_add_text(object, "map_attribution", settings->map_attribution) ||
		!json_add_number(object, "max_single_file_size", (double)config->max_single_file_size) ||
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

static const struct route ROUTES[] = {
	{HTTP_GET, "/api/config", NULL, get_config},
	{HTTP_GET, "/api/ping", NULL, ping},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "config", SETTINGS_NEED_DATABASE, ROUTES);
}
