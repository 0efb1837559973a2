/*
 * The gate: answers nginx's auth_request for other applications (nginx/GATE.md). nginx understands 204, 401 and 403; a
 * 403 with Retry-After becomes a 429 (nginx/fitgate_http.conf).
 */
#include "account/gate/gate.h"
#include "api/gate_credential.h"
#include "api/service.h"
#include "core/log.h"
#include "core/text.h"

#include <string.h>

/* ---- the response ------------------------------------------------------------------------------ */

static enum handled admit(struct api_request *request, const struct principal *principal)
{
	const struct user *user = &principal->profile.user;
	struct response *response = request->response;
	const char *scopes = principal->scopes == NULL ? "" : principal->scopes;
	char *id = arena_alloc(request->http->arena, TEXT_DECIMAL_SIZE);

	if (id == NULL)
		return HANDLER_FAILED;
	log_set_user(user->id);
	response_empty(response, 204);
	response_header(response, "X-Auth-User", user->username);
	response_header(response, "X-Auth-Id", text_decimal(user->id, 0, id));
	response_header(response, "X-Auth-Email", user_has_proven_email(user) ? user->email : "");
	response_header(response, "X-Auth-Scopes", scopes);
	response_header(response, "X-Auth-Admin", user->admin ? "true" : "false");
	response_header(response, "Cache-Control", "no-store");
	/* a page of the application can have a hundred parts, each of which is a check */
	response->routine = true;
	return HANDLED;
}

/*
 * Browsers ask for user name and password where Basic is offered, also for the scripts of a page; those that send
 * Sec-Fetch-Site are offered Bearer alone.
 */
static enum handled ask_for_login(struct api_request *request)
{
	const char *site = request_parameter(request->http, "HTTP_SEC_FETCH_SITE");

	if (site == NULL)
		return HANDLER_FAILED;
	response_empty(request->response, 401);
	response_header(request->response, "WWW-Authenticate",
		*site == '\0'
			? "Basic realm=\"Fitgate\", charset=\"UTF-8\", Bearer realm=\"Fitgate\""
			: "Bearer realm=\"Fitgate\"");
	response_header(request->response, "Cache-Control", "no-store");
	return HANDLED;
}

/* `wait`: seconds, 0 if the account must not enter. */
static enum handled refuse(struct api_request *request, int64_t wait)
{
	char *seconds = arena_alloc(request->http->arena, TEXT_DECIMAL_SIZE);

	if (seconds == NULL)
		return HANDLER_FAILED;
	response_empty(request->response, 403);
	if (wait > 0)
		response_header(request->response, "Retry-After", text_decimal(wait, 0, seconds));
	response_header(request->response, "Cache-Control", "no-store");
	return HANDLED;
}

/* GET /gate */
static enum handled check(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct gate_request gate = {
		.requirement = request_parameter(request->http, "GATE_REQUIRE"),
		.prefetch = request->http->prefetched,
	};
	struct gate_outcome *outcome = arena_alloc(request->http->arena, sizeof(*outcome));

	if (outcome == NULL || gate.requirement == NULL ||
		!gate_credential_read(&service->settings, request->http, &gate))
		return HANDLER_FAILED;
	switch (account_pass_gate(&account, &gate, outcome)) {
	case GATE_PASSED:
		return admit(request, &outcome->principal);
	case GATE_UNAUTHENTICATED:
		return ask_for_login(request);
	case GATE_FORBIDDEN:
		return refuse(request, 0);
	case GATE_LIMITED:
		return refuse(request, outcome->wait);
	case GATE_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- several requests -------------------------------------------------------------------------- */

static void *begin(const struct service *service, const struct api_route *route,
	const struct api_request *request)
{
	const struct settings *settings = &service->settings;
	struct gate_request gate = {0};

	(void)route;
	return gate_credential_read(settings, request->http, &gate)
		       ? account_prefetch_for_gate(request->http->arena, settings, &gate)
		       : NULL;
}

static const struct api_group GROUP_OF_IDENTITIES = {
	.begin = begin, .read = service_prefetch_accounts};

static const struct api_route ROUTES[] = {
	{{HTTP_GET, "/gate", IN_ALL}, .handler = check, .group = &GROUP_OF_IDENTITIES},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "gate", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
