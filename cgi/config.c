/*
 * Endpoints that only read: GET config, ping, sports, openapi.json. (`users` serves PATCH of the same paths.) The web
 * server also sends this program every
 * path under /api/ that no other program serves; the reply is 404.
 */
#include "account/app_config.h"
#include "api/views/config_view.h"
#include "api/openapi.h"
#include "api/service.h"
#include "api/views/sport_view.h"

/* GET /api/config (contract §7.2) */
static enum handled get_config(struct service *service, struct api_request *request)
{
	struct app_config config;

	if (app_config_read(service->db, request->http->arena, &config) != DB_OK)
		return HANDLER_FAILED;
	return reply_data(
		request, config_view(service->db, &service->settings, &config, request->dialect));
}

/* GET /api/ping (contract §7.1) */
static enum handled ping(struct service *service, struct api_request *request)
{
	(void)service;
	return reply(request, REPLY_PONG);
}

/* GET /api/openapi.json */
static enum handled get_description(struct service *service, struct api_request *request)
{
	const char *document = openapi_document(request->dialect);

	(void)service;
	if (document == NULL)
		return HANDLER_FAILED;
	response_json(request->response, 200, document);
	return HANDLED;
}

/* GET /api/sports */
static enum handled get_sports(struct service *service, struct api_request *request)
{
	return sport_view_reply(service->db, request, 0);
}

/* GET /api/sports/<sport_id> */
static enum handled get_sport(struct service *service, struct api_request *request)
{
	return sport_view_reply(service->db, request, sport_view_id(request->http->parameters[0]));
}

static const struct api_route ROUTES[] = {
	{{HTTP_GET, "/api/config", SINCE_0_6}, .handler = get_config,
		.failure = REPLY_CONFIG_FAILED},
	{{HTTP_PATCH, "/api/config", SINCE_0_6}, .elsewhere = true},
	{{HTTP_GET, "/api/ping", IN_ALL}, .handler = ping},
	{{HTTP_GET, "/api/openapi.json", IN_ALL}, .handler = get_description},
	{{HTTP_GET, "/api/sports", IN_ALL}, .handler = get_sports, .access = &ACCESS_WORKOUTS_READ},
	{{HTTP_GET, "/api/sports/#sport_id", IN_ALL}, .handler = get_sport,
		.access = &ACCESS_WORKOUTS_READ},
	{{HTTP_PATCH, "/api/sports/#sport_id", SINCE_0_6}, .elsewhere = true},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "config", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
