/*
 * See service.h.
 */
#include "api/service.h"

#include "account/administration/recent_error.h"
#include "account/tokens/scopes.h"
#include "api/method_override.h"
#include "core/clock.h"
#include "core/log.h"
#include "http/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct route_access ACCESS_ANY_TOKEN = {0};
const struct route_access ACCESS_PROFILE_READ = {.scopes = SCOPE_PROFILE_READ, .with_totals = true};
const struct route_access ACCESS_PROFILE_WRITE = {.scopes = SCOPE_PROFILE_WRITE};
const struct route_access ACCESS_PROFILE_WRITE_AND_SHOW = {
	.scopes = SCOPE_PROFILE_WRITE, .with_totals = true};
const struct route_access ACCESS_WORKOUTS_READ = {.scopes = SCOPE_WORKOUTS_READ};
const struct route_access ACCESS_OWNER = {.owner_only = true};
const struct route_access ACCESS_EXPORT = {.scopes = SCOPE_PROFILE_READ " " SCOPE_WORKOUTS_READ};
const struct route_access ACCESS_USERS_READ = {.scopes = SCOPE_USERS_READ};
const struct route_access ACCESS_USERS_WRITE = {.scopes = SCOPE_USERS_WRITE};
const struct route_access ACCESS_ADMIN_USERS_READ = {
	.scopes = SCOPE_USERS_READ, .administrator = true};
const struct route_access ACCESS_ADMIN_USERS_WRITE = {
	.scopes = SCOPE_USERS_WRITE, .administrator = true};
const struct route_access ACCESS_ADMIN_APPLICATION_WRITE = {
	.scopes = SCOPE_APPLICATION_WRITE, .administrator = true};
const struct route_access ACCESS_ADMIN_WORKOUTS_WRITE = {
	.scopes = SCOPE_WORKOUTS_WRITE, .administrator = true};

/* The reply to a request whose token was not accepted. */
static enum reply refusal(enum auth_result why)
{
	switch (why) {
	case AUTH_MISSING:
		return REPLY_NO_TOKEN;
	case AUTH_BAD_TYPE:
		return REPLY_BAD_TOKEN_TYPE;
	case AUTH_BAD_TOKEN:
		return REPLY_BAD_TOKEN;
	case AUTH_EXPIRED:
		return REPLY_EXPIRED_TOKEN;
	case AUTH_USER_GONE:
		return REPLY_USER_GONE;
	case AUTH_BAD_SCOPE:
		return REPLY_BAD_SCOPE;
	case AUTH_ACCEPTED:
	case AUTH_FAILED:
		break;
	}
	return REPLY_SERVER_ERROR;
}

static struct auth_requirements requirements_of(
	const struct route_access *access, const struct dialect *dialect)
{
	return (struct auth_requirements){.scopes = access->scopes,
		.with_totals = access->with_totals,
		.owner_only = access->owner_only,
		.first_party_only = !dialect->has_scoped_tokens};
}

static enum auth_result authenticate(
	struct service *service, const struct route_access *access, struct api_request *request)
{
	const struct auth_requirements requirements = requirements_of(access, request->dialect);
	struct principal *principal = arena_zero(request->http->arena, sizeof(*principal));

	request->principal = principal;
	return principal == NULL ? AUTH_FAILED
				 : auth_check(service->db, &service->settings, request->http,
					   &requirements, principal);
}

enum reply service_read_payload(struct api_request *request)
{
	switch (payload_read(request->http, &request->payload)) {
	case PAYLOAD_OK:
		return REPLY_NONE;
	case PAYLOAD_TOO_LARGE:
		return REPLY_BODY_TOO_LARGE;
	case PAYLOAD_FAILED:
		return REPLY_SERVER_ERROR;
	case PAYLOAD_INVALID:
		break;
	}
	return REPLY_INVALID_PAYLOAD;
}

struct account_context service_account(
	const struct service *service, const struct api_request *request)
{
	return (struct account_context){
		.db = service->db,
		.arena = request->http->arena,
		.settings = &service->settings,
		.remote_address = request->http->remote_address,
		.user_agent = request->http->user_agent,
	};
}

/* Check the token and what the route requires. HANDLED with *accepted false: the reply refuses the request. */
static enum handled check_access(struct service *service, const struct route_access *access,
	struct api_request *request, bool *accepted)
{
	enum auth_result result = authenticate(service, access, request);

	*accepted = false;
	if (result == AUTH_FAILED)
		return HANDLER_FAILED;
	if (result != AUTH_ACCEPTED)
		return reply(request, refusal(result));
	log_set_user(request->principal->profile.user.id);
	if (access->administrator && !request->principal->profile.user.admin)
		return reply(request, REPLY_FORBIDDEN);
	*accepted = true;
	return HANDLED;
}

static enum handled handle_route(
	struct service *service, const struct api_route *route, struct api_request *request)
{
	bool accepted = true;

	if (route->access != NULL &&
		check_access(service, route->access, request, &accepted) == HANDLER_FAILED)
		return HANDLER_FAILED;
	if (!accepted)
		return HANDLED;
	if (route->needs_mail && !service->settings.mail_enabled)
		return reply(request, REPLY_UNKNOWN_URL);
	if (route->reads_json) {
		enum reply refusal = service_read_payload(request);

		if (refusal != REPLY_NONE)
			return reply(request, refusal);
	}
	return route->handler(service, request);
}

static enum handled handle_found(
	struct service *service, const struct api_route *route, struct api_request *request)
{
	if (handle_route(service, route, request) == HANDLED)
		return HANDLED;
	return reply(request, route->failure);
}

/* A route that another program serves: the web server's configuration is of an earlier version. */
static enum handled refuse_elsewhere(struct api_request *request, const char *allow)
{
	log_warning("the web server must pass %s %s to another program: update its configuration",
		request->http->method_text, request->http->route);
	if (reply(request, REPLY_METHOD_NOT_ALLOWED) == HANDLER_FAILED)
		return HANDLER_FAILED;
	response_header(request->response, "Allow", allow);
	return HANDLED;
}

static void log_route(const struct api_request *request)
{
	log_fields(LOG_LEVEL_DEBUG,
		(const struct log_field[]){
			LOG_TEXT("dialect", request->dialect->name),
			LOG_TEXT("method", request->http->method_text),
			LOG_TEXT("route", request->http->route == NULL ? "" : request->http->route),
			{0},
		});
}

static enum handled handle_path(struct service *service, struct api_request *request)
{
	const struct route *found;
	enum routing routing;
	char *allow = arena_alloc(request->http->arena, ROUTER_ALLOW_SIZE);

	if (allow == NULL || !method_override_apply(request->http, &service->routes->route,
				     sizeof(*service->routes), request->dialect->mask))
		return HANDLER_FAILED;
	routing = router_find(&service->routes->route, sizeof(*service->routes),
		request->dialect->mask, request->http, &found, allow);
	log_route(request);
	switch (routing) {
	case ROUTING_FOUND:
		if (((const struct api_route *)found)->elsewhere)
			return refuse_elsewhere(request, allow);
		return handle_found(service, (const struct api_route *)found, request);
	case ROUTING_UNKNOWN:
		return reply(request, REPLY_UNKNOWN_URL);
	case ROUTING_METHOD:
		if (reply(request, REPLY_METHOD_NOT_ALLOWED) == HANDLER_FAILED)
			return HANDLER_FAILED;
		break;
	case ROUTING_OPTIONS:
		response_empty(request->response, 200);
		break;
	}
	response_header(request->response, "Allow", allow);
	return HANDLED;
}

/* ---- groups ------------------------------------------------------------------------------------ */

static void *begin_profile(const struct service *service, const struct api_route *route,
	const struct api_request *request)
{
	const struct auth_requirements requirements =
		requirements_of(route->access, request->dialect);

	return auth_prefetch_begin(&service->settings, request->http, &requirements);
}

_Static_assert((int)SERVER_GROUP_MAX <= (int)PRINCIPAL_PREFETCH_MAX, "a group is one query");

bool service_prefetch_accounts(
	struct service *service, struct request *const requests[], size_t count)
{
	struct principal_prefetch *list[SERVER_GROUP_MAX];

	for (size_t i = 0; i < count; i++)
		list[i] = requests[i]->prefetched;
	return principal_prefetch(service->db, requests[0]->arena, list, count);
}

/* If the common query fails, single ones can succeed: the program may still have the privileges of an earlier version. */
static const int64_t GROUP_PAUSE = 60 * MICROSECONDS;

/*
 * Two changes of one account: the second would show what was before the first; and if its row is locked, the others of the
 * group would wait for each of them.
 */
static bool change_the_same_account(const struct request *earlier, const struct request *request)
{
	return earlier->method != HTTP_GET && request->method != HTTP_GET &&
	       principal_prefetch_same_account(earlier->prefetched, request->prefetched);
}

const struct api_group GROUP_OF_PROFILES = {.begin = begin_profile,
	.read = service_prefetch_accounts,
	.excludes = change_the_same_account};

static bool is_excluded(const struct api_group *read_by, const struct request *http,
	struct request *const group[], size_t count)
{
	for (size_t i = 0; read_by->excludes != NULL && i < count; i++)
		if (read_by->excludes(group[i], http))
			return true;
	return false;
}

/*
 * Errors are not logged here, but when the request is handled. A path with the dialect as its prefix has no route here, and
 * needs none: only CGI has them.
 */
static bool groups(void *context, struct request *http, struct request *const group[], size_t count)
{
	const struct service *service = context;
	const char *name = request_parameter(http, "API_DIALECT");
	struct request looked_at = *http;
	struct api_request request = {
		.http = &looked_at, .dialect = name == NULL ? NULL : dialect_find(name)};
	char allow[ROUTER_ALLOW_SIZE];
	const struct route *found;
	const struct api_route *route;

	json_use_arena(http->arena);
	if (request.dialect == NULL || clock_monotonic() < service->no_groups_until ||
		router_find(&service->routes->route, sizeof(*service->routes),
			request.dialect->mask, &looked_at, &found, allow) != ROUTING_FOUND)
		return false;
	route = (const struct api_route *)found;
	if (route->group == NULL)
		return false;
	http->prefetched = route->group->begin(service, route, &request);
	if (http->prefetched != NULL && is_excluded(route->group, http, group, count))
		http->prefetched = NULL;
	return http->prefetched != NULL;
}

/* NULL: no route of the table has one. */
static const struct api_group *group_of(const struct api_route *routes)
{
	while (routes->route.pattern != NULL && routes->group == NULL)
		routes++;
	return routes->group;
}

static void prefetch(void *context, struct request *const requests[], size_t count)
{
	struct service *service = context;

	if (!group_of(service->routes)->read(service, requests, count))
		service->no_groups_until = clock_monotonic() + GROUP_PAUSE;
}

/* ---- the program ------------------------------------------------------------------------------- */

/* Whether a request is for the other part of the program. */
static bool is_for_part(const struct service_part *part, const struct request *http)
{
	size_t length = part == NULL ? 0 : strlen(part->path);

	return part != NULL && strncmp(http->path, part->path, length) == 0 &&
	       (http->path[length] == '\0' || http->path[length] == '/');
}

static void handle_api(struct service *service, struct request *http, struct response *response)
{
	struct api_request request;

	json_use_arena(http->arena);
	if (!api_request_begin(&request, http, response) ||
		handle_path(service, &request) == HANDLER_FAILED || response->invalid)
		reply_failure(&request);
	if (response->status >= 500 && log_error_count() == 0)
		log_error("could not handle the request: its handler has not logged the cause");
	recent_error_store(service->db);
}

static void handle(void *context, struct request *http, struct response *response)
{
	struct service *service = context;

	if (is_for_part(service->part, http))
		service->part->handle(service->part->state, http, response);
	else
		handle_api(service, http, response);
}

static void fail(struct request *http, struct response *response)
{
	struct api_request request;

	(void)api_request_begin(&request, http, response);
	reply_failure(&request);
}

/* "GET /api/ping 0.7,0.6,0.2" */
static void print_route(const struct route *route)
{
	const char *separator = " ";

	printf("%s %s", router_method_name(route->method), route->pattern);
	for (int i = 0; i < DIALECT_COUNT; i++) {
		if ((route->versions & DIALECTS[i].mask) == 0)
			continue;
		printf("%s%s", separator, DIALECTS[i].name);
		separator = ",";
	}
	putchar('\n');
}

static void print_routes(const void *state)
{
	const struct service *service = state;

	if (service->part != NULL)
		service->part->print_routes(service->part->state);
	for (const struct api_route *route = service->routes; route->route.pattern != NULL; route++)
		if (!route->elsewhere)
			print_route(&route->route);
}

static bool open_service(void *state, const struct settings *settings, struct arena *arena)
{
	struct service *service = state;
	const struct service_part *part = service->part;

	service->settings = *settings;
	if (settings->processes > 0)
		db_load_library();
	service->db = db_open(&service->settings.database);
	return service->db != NULL &&
	       (part == NULL || part->open(part->state, settings, service->db, arena));
}

static void close_service(void *state)
{
	db_close(((struct service *)state)->db);
}

int service_main_with(int argc, char **argv, const char *name, unsigned needs,
	const struct api_route *routes, const struct service_part *part)
{
	struct service service = {.routes = routes, .part = part};
	const struct program program = {
		.name = name,
		.needs = needs,
		.print_routes = print_routes,
		.open = open_service,
		.handle = handle,
		.groups = group_of(routes) != NULL ? groups : NULL,
		.prefetch = prefetch,
		.close = close_service,
		.fail = fail,
		.state = &service,
	};

	return program_run(argc, argv, &program);
}

int service_main(
	int argc, char **argv, const char *name, unsigned needs, const struct api_route *routes)
{
	return service_main_with(argc, argv, name, needs, routes, NULL);
}
