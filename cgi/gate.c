/*
 * The gate: answers nginx's auth_request for other applications (nginx/GATE.md). nginx understands 204, 401 and 403; a
 * 403 with Retry-After becomes a 429 (nginx/fitgate_http.conf).
 */
#include "account/gate/gate.h"
#include "api/service.h"
#include "core/log.h"
#include "core/text.h"
#include "http/authorization.h"
#include "http/cookie.h"

#include <string.h>

/* ---- the request ------------------------------------------------------------------------------- */

static bool read_cookie(
	const struct service *service, const struct request *http, struct gate_request *request)
{
	const char *name =
		cookie_installation_name(http->arena, &service->settings, COOKIE_OF_HOST, "_gate");

	request->token = name == NULL ? NULL : cookie_read(http, name);
	if (request->token == NULL)
		return false;
	if (*request->token != '\0')
		request->credential = GATE_CREDENTIAL_COOKIE;
	return true;
}

/* The header decides if there is one, and the cookie otherwise. false: out of memory. */
static bool read_credential(
	const struct service *service, const struct request *http, struct gate_request *request)
{
	struct authorization authorization;

	switch (authorization_read(http, &authorization)) {
	case AUTHORIZATION_ABSENT:
		return read_cookie(service, http, request);
	case AUTHORIZATION_TOKEN:
		request->credential = GATE_CREDENTIAL_TOKEN;
		request->token = authorization.secret;
		return true;
	case AUTHORIZATION_BASIC:
		request->credential = GATE_CREDENTIAL_BASIC;
		request->token = authorization.secret;
		request->username = authorization.user;
		return true;
	case AUTHORIZATION_INVALID:
		return true;
	case AUTHORIZATION_FAILED:
		break;
	}
	return false;
}

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
	};
	struct gate_outcome *outcome = arena_alloc(request->http->arena, sizeof(*outcome));

	if (outcome == NULL || gate.requirement == NULL ||
		!read_credential(service, request->http, &gate))
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

static const struct api_route ROUTES[] = {
	{{HTTP_GET, "/gate", IN_ALL}, .handler = check},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "gate", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
