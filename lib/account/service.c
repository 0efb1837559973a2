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
const struct route_access ACCESS_EXPORT = {"profile:read workouts:read", false};

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

const char *service_languages(const struct service *service, const struct dialect *dialect)
{
	return dialect->languages == NULL ? service->settings.languages : dialect->languages;
}

void service_refuse_for_now(
	const struct request *request, struct response *response, int64_t seconds)
{
	const char *text = arena_printf(request->arena, "%lld", (long long)seconds);

	answer(response, ANSWER_TOO_MANY_ATTEMPTS);
	if (text != NULL)
		response_header(response, "Retry-After", text);
}

/* What to say to somebody who was not accepted. */
static enum answer refusal(enum bearer why)
{
	switch (why) {
	case BEARER_MISSING:
		return ANSWER_NO_TOKEN;
	case BEARER_BAD_TYPE:
		return ANSWER_BAD_TOKEN_TYPE;
	case BEARER_BAD_TOKEN:
		return ANSWER_BAD_TOKEN;
	case BEARER_EXPIRED:
		return ANSWER_EXPIRED_TOKEN;
	case BEARER_OF_NOBODY:
		return ANSWER_TOKEN_OF_NOBODY;
	case BEARER_BAD_SCOPE:
		return ANSWER_BAD_SCOPE;
	case BEARER_ACCEPTED:
	case BEARER_FAILED:
		break;
	}
	return ANSWER_SERVER_ERROR;
}

static bool authorize(struct service *service, const struct route_access *access,
	struct request *request, struct response *response)
{
	struct bearer_terms terms;
	struct caller *caller;
	enum bearer verdict;

	if (access == NULL)
		return true;
	terms = (struct bearer_terms){.scopes = access->scopes,
		.with_totals = access->with_totals,
		.first_party_only = !request->dialect->has_scoped_tokens};
	caller = arena_zero(request->arena, sizeof(*caller));
	verdict = caller == NULL
			  ? BEARER_FAILED
			  : bearer_check(service->db, &service->settings, request, &terms, caller);
	if (verdict == BEARER_ACCEPTED)
		request->caller = caller;
	else
		answer(response, refusal(verdict));
	return verdict == BEARER_ACCEPTED;
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

static bool find_dialect(struct request *request, struct response *response)
{
	request->dialect = dialect_find(request->dialect_name);
	response->dialect = request->dialect;
	if (request->dialect == NULL)
		log_error("API_DIALECT: the web server asks for '%s', which is unknown",
			request->dialect_name);
	return request->dialect != NULL;
}

static void handle(void *context, struct request *request, struct response *response)
{
	struct service *service = context;
	const struct route *route;
	char *allow = arena_alloc(request->arena, ROUTER_ALLOW_SIZE);

	if (!find_dialect(request, response) || allow == NULL) {
		answer(response, ANSWER_SERVER_ERROR);
		return;
	}
	db_use_arena(service->db, request->arena);
	switch (router_find(service->routes, request->dialect->mask, request, &route, allow)) {
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
	find_dialect(request, response);
	answer(response, ANSWER_SERVER_ERROR);
}

static int refuse_to_start(const char *error)
{
	log_error("%s", error);
	if (getenv("GATEWAY_INTERFACE") != NULL)
		server_run(handle_without_settings, NULL);
	return EXIT_FAILURE;
}

/* "GET /api/ping 0.7,0.6,0.2" */
static void print_route(const struct route *route)
{
	const char *separator = " ";

	printf("%s %s", router_method_name(route->method), route->pattern);
	for (int i = 0; i < DIALECT_COUNT; i++) {
		if ((route->dialects & DIALECTS[i].mask) == 0)
			continue;
		printf("%s%s", separator, DIALECTS[i].name);
		separator = ",";
	}
	putchar('\n');
}

static int print_routes(const struct route *routes)
{
	for (const struct route *route = routes; route->pattern != NULL; route++)
		print_route(route);
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
