/*
 * The frame around the handlers.
 */
#include "account/service.h"

#include "core/log.h"
#include "http/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct route_access ACCESS_ANY_TOKEN = {0};
const struct route_access ACCESS_PROFILE_READ = {"profile:read", true};
const struct route_access ACCESS_PROFILE_WRITE = {"profile:write", false};
const struct route_access ACCESS_PROFILE_WRITE_AND_SHOW = {"profile:write", true};
const struct route_access ACCESS_WORKOUTS_READ = {"workouts:read", false};

bool service_read_payload(
	const struct request *request, struct response *response, struct payload *payload)
{
	switch (payload_read(request, payload)) {
	case PAYLOAD_OK:
		return true;
	case PAYLOAD_TOO_LARGE:
		answer(response, ANSWER_BODY_TOO_LARGE);
		return false;
	case PAYLOAD_INVALID:
		break;
	}
	answer(response, ANSWER_INVALID_PAYLOAD);
	return false;
}

void service_refuse_for_now(
	const struct request *request, struct response *response, int64_t seconds)
{
	const char *text = arena_printf(request->arena, "%lld", (long long)seconds);

	answer(response, ANSWER_TOO_MANY_ATTEMPTS);
	if (text != NULL)
		response_header(response, "Retry-After", text);
}

static bool authorize(struct service *service, const struct route_access *access,
	struct request *request, struct response *response)
{
	struct caller *caller;

	if (access == NULL)
		return true;
	caller = arena_zero(request->arena, sizeof(*caller));
	if (caller == NULL) {
		answer(response, ANSWER_SERVER_ERROR);
		return false;
	}
	switch (bearer_check(service->db, &service->settings, request, access->scopes,
		access->with_totals, caller)) {
	case BEARER_ACCEPTED:
		request->caller = caller;
		return true;
	case BEARER_MISSING:
		answer(response, ANSWER_NO_TOKEN);
		return false;
	case BEARER_BAD_TYPE:
		answer_bad_token_type(response);
		return false;
	case BEARER_BAD_TOKEN:
		answer_bad_token(response);
		return false;
	case BEARER_BAD_SCOPE:
		answer_bad_scope(response);
		return false;
	case BEARER_FAILED:
		break;
	}
	answer(response, ANSWER_SERVER_ERROR);
	return false;
}

static void call_handler(struct service *service, const struct route *route,
	struct request *request, struct response *response)
{
	if (!authorize(service, route->access, request, response))
		return;
	route->handler(service, request, response);
	if (response->status == 0)
		answer(response, ANSWER_SERVER_ERROR);
}

static bool dialect_is_known(const struct request *request)
{
	if (*request->dialect == '\0' || strcmp(request->dialect, "0.7") == 0)
		return true;
	log_error("API_DIALECT: the web server asks for '%s', which is unknown", request->dialect);
	return false;
}

static void handle(void *context, struct request *request, struct response *response)
{
	struct service *service = context;
	const struct route *route;
	char *allow = arena_alloc(request->arena, ROUTER_ALLOW_SIZE);

	if (allow == NULL || !dialect_is_known(request)) {
		answer(response, ANSWER_SERVER_ERROR);
		return;
	}
	db_use_arena(service->db, request->arena);
	switch (router_find(service->routes, request, &route, allow)) {
	case ROUTING_FOUND:
		call_handler(service, route, request, response);
		return;
	case ROUTING_UNKNOWN:
		answer(response, ANSWER_UNKNOWN_URL);
		return;
	case ROUTING_METHOD:
		answer(response, ANSWER_METHOD_NOT_ALLOWED);
		response_header(response, "Allow", allow);
		return;
	case ROUTING_OPTIONS:
		response_empty(response, 200);
		response_header(response, "Allow", allow);
		return;
	}
}

/* A program with wrong settings cannot serve, but a CGI client is still owed an answer. */
static void handle_without_settings(
	void *context, struct request *request, struct response *response)
{
	(void)context;
	(void)request;
	answer(response, ANSWER_SERVER_ERROR);
}

static int refuse_to_start(const char *error)
{
	log_error("%s", error);
	if (getenv("GATEWAY_INTERFACE") != NULL)
		server_run(handle_without_settings, NULL);
	return EXIT_FAILURE;
}

static int print_routes(const struct route *routes)
{
	for (const struct route *route = routes; route->pattern != NULL; route++)
		printf("%s %s\n", router_method_name(route->method), route->pattern);
	return EXIT_SUCCESS;
}

int service_main(
	int argc, char **argv, const char *name, unsigned needs, const struct route *routes)
{
	struct service service = {.routes = routes};
	struct arena arena = ARENA_EMPTY;
	char error[512];
	int status;

	if (argc == 2 && strcmp(argv[1], "--routes") == 0)
		return print_routes(routes);
	log_open(name, NULL);
	if (!settings_load(&service.settings, &arena, name, needs, error, sizeof(error))) {
		status = refuse_to_start(error);
	} else {
		if (!log_open(name, service.settings.log_path))
			log_warning("LOG: %s cannot be opened", service.settings.log_path);
		service.db = db_open(&service.settings.database);
		status = service.db == NULL ? EXIT_FAILURE : server_run(handle, &service);
		db_close(service.db);
	}
	arena_free(&arena);
	return status;
}
