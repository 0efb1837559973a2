/*
 * OAuth 2.0: the applications of a user, authorization, and the endpoints that applications call (contract §18 to §26).
 */
#include "account/oauth/app.h"
#include "account/oauth/authorization.h"
#include "account/oauth/device.h"
#include "account/oauth/token_grant.h"
#include "api/app_draft.h"
#include "api/parameters.h"
#include "api/app_request.h"
#include "api/views/oauth_view.h"
#include "api/service.h"
#include "core/text.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

/* ---- applications (contract §18) --------------------------------------------------------------- */

/* {"client": the application} */
static cJSON *app_data(struct api_request *request, const struct oauth_app *app)
{
	cJSON *data = cJSON_CreateObject();
	cJSON *object = oauth_app_object(request->http->arena, app);

	if (object == NULL || !cJSON_AddItemToObject(data, "client", object))
		return NULL;
	return data;
}

/* POST /api/oauth/apps */
static enum handled create_app(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct oauth_app_draft draft;
	struct oauth_app app;
	const char *names;
	unsigned invalid;
	enum reply refusal = app_draft_read(request, &draft, &names);

	if (refusal == REPLY_APP_KEYS_MISSING)
		return reply_names(request, refusal, names);
	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	switch (oauth_app_create(
		&account, request->principal->profile.user.id, &draft, &app, &invalid)) {
	case OAUTH_APP_CREATED:
		return reply_data_with_message(request, REPLY_APP_CREATED, app_data(request, &app));
	case OAUTH_APP_SCOPE_INVALID:
		return reply(request, REPLY_APP_SCOPES_INVALID);
	case OAUTH_APP_VALUES_INVALID:
		return reply_names(
			request, REPLY_APP_INVALID, app_draft_names(request->http->arena, invalid));
	case OAUTH_APP_CREATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* GET /api/oauth/apps */
static enum handled list_apps(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	int64_t user_id = request->principal->profile.user.id;
	struct pagination pagination = {.size = OAUTH_APP_PAGE_SIZE};
	struct oauth_app apps[OAUTH_APP_PAGE_SIZE];
	cJSON *list = cJSON_CreateArray();
	int count = 0;
	enum reply refusal = parameter_page(request->http, &pagination);

	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	if (oauth_app_count(&account, user_id, &pagination.total) != DB_OK ||
		oauth_app_list(&account, user_id, pagination_offset(&pagination), apps, &count) !=
			DB_OK)
		return HANDLER_FAILED;
	for (int i = 0; i < count; i++) {
		cJSON *object = oauth_app_object(request->http->arena, &apps[i]);

		if (object == NULL || !cJSON_AddItemToArray(list, object))
			return HANDLER_FAILED;
	}
	return reply_page(request, "clients", list, &pagination);
}

static enum handled reply_app(
	struct api_request *request, enum db_result found, const struct oauth_app *app)
{
	if (found == DB_NO_ROW)
		return reply(request, REPLY_UNKNOWN_APP);
	return found == DB_OK ? reply_data(request, app_data(request, app)) : HANDLER_FAILED;
}

/* GET /api/oauth/apps/<client_id> */
static enum handled get_app(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct oauth_app app;

	return reply_app(request,
		oauth_app_find(&account, request->principal->profile.user.id,
			request->http->parameters[0], &app),
		&app);
}

/* The id in the path; 0, which no application has, if it is not a number of 32 bits. */
static int64_t id_of(const struct api_request *request)
{
	int64_t id;

	return text_integer(request->http->parameters[0], 1, INT_MAX, &id) ? id : 0;
}

/* GET /api/oauth/apps/<id>/by_id */
static enum handled get_app_by_id(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct oauth_app app;

	return reply_app(request,
		oauth_app_find_by_id(
			&account, request->principal->profile.user.id, id_of(request), &app),
		&app);
}

/* DELETE /api/oauth/apps/<id> */
static enum handled delete_app(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);

	switch (oauth_app_delete(&account, request->principal->profile.user.id, id_of(request))) {
	case DB_OK:
		return reply_no_content(request);
	case DB_NO_ROW:
		return reply(request, REPLY_UNKNOWN_APP);
	default:
		return HANDLER_FAILED;
	}
}

/* POST /api/oauth/apps/<id>/revoke */
static enum handled revoke_app(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);

	switch (oauth_app_revoke(&account, request->principal->profile.user.id, id_of(request))) {
	case DB_OK:
		return reply_success(request);
	case DB_NO_ROW:
		return reply(request, REPLY_UNKNOWN_APP);
	default:
		return HANDLER_FAILED;
	}
}

/* ---- POST /api/oauth/authorize (contract §19.1) ------------------------------------------------ */

static enum reply refusal_of(enum oauth_request_result result)
{
	switch (result) {
	case OAUTH_REQUEST_VALID:
		return REPLY_NONE;
	case OAUTH_REQUEST_INCOMPLETE:
	case OAUTH_REQUEST_APP_UNKNOWN:
	case OAUTH_REQUEST_REDIRECT_INVALID:
	case OAUTH_REQUEST_CHALLENGE_INVALID:
		return REPLY_INVALID_PAYLOAD;
	case OAUTH_REQUEST_CHALLENGE_MISSING:
		return REPLY_CHALLENGE_MISSING;
	case OAUTH_REQUEST_METHOD_UNSUPPORTED:
		return REPLY_CHALLENGE_UNSUPPORTED;
	case OAUTH_REQUEST_FAILED:
		break;
	}
	return REPLY_SERVER_ERROR;
}

/* Check the request, then whether the user agrees. */
static enum reply decide(const struct account_context *account, int64_t user_id,
	const struct form *form, const char **url)
{
	const struct oauth_request request = {
		.client_id = app_request_field(form, "client_id"),
		.response_type = app_request_field(form, "response_type"),
		.scope = app_request_field(form, "scope"),
		.state = app_request_field(form, "state"),
		.redirect_uri = app_request_field(form, "redirect_uri"),
		.code_challenge = app_request_field(form, "code_challenge"),
		.code_challenge_method = app_request_field(form, "code_challenge_method"),
	};
	const char *confirm = app_request_field(form, "confirm");
	struct oauth_consent consent;
	enum reply refusal;

	if (confirm != NULL && strcasecmp(confirm, "true") == 0)
		return refusal_of(oauth_approve(account, user_id, &request, url));
	refusal = refusal_of(oauth_describe(account, user_id, &request, &consent));
	return refusal == REPLY_NONE ? REPLY_CONSENT_DENIED : refusal;
}

static enum handled authorize(struct service *service, struct api_request *request)
{
	static const char *const KNOWN[] = {"client_id", "response_type", "confirm", "scope",
		"state", "redirect_uri", "code_challenge", "code_challenge_method", NULL};
	const struct account_context account = service_account(service, request);
	struct form *form;
	const char *url;
	cJSON *object = cJSON_CreateObject();
	enum reply refusal = app_request_read_form(request, KNOWN, REPLY_INVALID_PAYLOAD, &form);

	if (refusal == REPLY_NONE)
		refusal = decide(&account, request->principal->profile.user.id, form, &url);
	if (refusal == REPLY_SERVER_ERROR)
		return HANDLER_FAILED;
	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	return json_add_text(object, "redirect_url", url) ? reply_object(request, object)
							  : HANDLER_FAILED;
}

/* ---- POST /api/oauth/token (contract §20) ------------------------------------------------------ */

struct token_request {
	const struct account_context *account;
	const struct form *form;
	const char *client_id;
	struct oauth_refresh_token refresh;
};

static enum reply exchange_code(const struct token_request *request, struct oauth_tokens *tokens)
{
	const struct form *form = request->form;
	const struct oauth_code_exchange exchange = {
		.client_id = request->client_id,
		.code = app_request_field(form, "code"),
		.redirect_uri = app_request_field(form, "redirect_uri"),
		.verifier = app_request_field(form, "code_verifier"),
	};

	if (exchange.code == NULL)
		return REPLY_CODE_MISSING;
	switch (oauth_exchange_code(request->account, &exchange, tokens)) {
	case OAUTH_CODE_EXCHANGED:
		return REPLY_NONE;
	case OAUTH_CODE_INVALID:
		return REPLY_CODE_INVALID;
	case OAUTH_CODE_REDIRECT_DIFFERS:
		return REPLY_REDIRECT_URI_INVALID;
	case OAUTH_CODE_VERIFIER_MISSING:
		return REPLY_VERIFIER_MISSING;
	case OAUTH_CODE_VERIFIER_MALFORMED:
		return REPLY_VERIFIER_INVALID;
	case OAUTH_CODE_VERIFIER_DIFFERS:
		return REPLY_CHALLENGE_FAILED;
	case OAUTH_CODE_USER_INACTIVE:
		return REPLY_CODE_USER_GONE;
	case OAUTH_CODE_FAILED:
		break;
	}
	return REPLY_SERVER_ERROR;
}

static enum reply refresh(const struct token_request *request, struct oauth_tokens *tokens)
{
	if (request->refresh.text == NULL)
		return REPLY_REFRESH_TOKEN_MISSING;
	switch (oauth_refresh(request->account, &request->refresh,
		app_request_field(request->form, "scope"), tokens)) {
	case OAUTH_REFRESHED:
		return REPLY_NONE;
	case OAUTH_REFRESH_INVALID:
		return REPLY_INVALID_GRANT;
	case OAUTH_REFRESH_SCOPE_EXCEEDED:
		return REPLY_SCOPE_EXCEEDED;
	case OAUTH_REFRESH_FAILED:
		break;
	}
	return REPLY_SERVER_ERROR;
}

/* A device code (contract §26.1). */
static enum reply exchange_device_code(
	const struct token_request *request, struct oauth_tokens *tokens)
{
	const char *code = app_request_field(request->form, "device_code");

	if (code == NULL)
		return REPLY_DEVICE_CODE_MISSING;
	switch (oauth_device_exchange(request->account, request->client_id, code, tokens)) {
	case OAUTH_DEVICE_GRANTED:
		return REPLY_NONE;
	case OAUTH_DEVICE_INVALID:
		return REPLY_INVALID_GRANT;
	case OAUTH_DEVICE_EXPIRED:
		return REPLY_DEVICE_CODE_EXPIRED;
	case OAUTH_DEVICE_DENIED:
		return REPLY_DEVICE_DENIED;
	case OAUTH_DEVICE_SLOW_DOWN:
		return REPLY_DEVICE_SLOW_DOWN;
	case OAUTH_DEVICE_WAITING:
		return REPLY_DEVICE_PENDING;
	case OAUTH_DEVICE_POLL_FAILED:
		break;
	}
	return REPLY_SERVER_ERROR;
}

static const struct grant {
	const char *type;
	enum reply (*exchange)(const struct token_request *request, struct oauth_tokens *tokens);
} GRANTS[] = {
	{"authorization_code", exchange_code},
	{"refresh_token", refresh},
	{"urn:ietf:params:oauth:grant-type:device_code", exchange_device_code},
};

static const struct grant *find_grant(const char *type)
{
	for (size_t i = 0; type != NULL && i < sizeof(GRANTS) / sizeof(*GRANTS); i++)
		if (strcmp(GRANTS[i].type, type) == 0)
			return &GRANTS[i];
	return NULL;
}

static enum handled issue_token(struct service *service, struct api_request *request)
{
	static const char *const KNOWN[] = {"grant_type", "client_id", "client_secret", "code",
		"redirect_uri", "code_verifier", "refresh_token", "scope", "device_code", NULL};
	const struct account_context account = service_account(service, request);
	struct token_request exchange = {.account = &account};
	const struct grant *grant;
	struct oauth_tokens tokens;
	struct form *form;
	enum reply refusal = app_request_read_form(request, KNOWN, REPLY_INVALID_REQUEST, &form);

	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	grant = find_grant(app_request_field(form, "grant_type"));
	if (grant == NULL) {
		const char *type = app_request_field(form, "grant_type");

		return reply_unsupported_grant_type(request, type == NULL ? "None" : type);
	}
	exchange.form = form;
	exchange.refresh.text = app_request_field(form, "refresh_token");
	if (app_request_authenticate(service, request, form, &exchange.refresh,
		    &exchange.client_id) == HANDLER_FAILED)
		return HANDLER_FAILED;
	if (exchange.client_id == NULL)
		return HANDLED;
	refusal = grant->exchange(&exchange, &tokens);
	if (refusal == REPLY_SERVER_ERROR)
		return HANDLER_FAILED;
	return refusal == REPLY_NONE ? reply_object(request, oauth_tokens_object(&tokens))
				     : reply(request, refusal);
}

/* ---- POST /api/oauth/revoke (contract §21) ----------------------------------------------------- */

static enum handled revoke_token(struct service *service, struct api_request *request)
{
	static const char *const KNOWN[] = {
		"token", "token_type_hint", "client_id", "client_secret", NULL};
	const struct account_context account = service_account(service, request);
	struct form *form;
	const char *client_id, *token;

	if (app_request_begin(service, request, KNOWN, &form, &client_id) == HANDLER_FAILED)
		return HANDLER_FAILED;
	if (client_id == NULL)
		return HANDLED;
	token = app_request_field(form, "token");
	if (token == NULL)
		return reply(request, REPLY_INVALID_REQUEST);
	if (oauth_revoke_token(&account, client_id, token) != DB_OK)
		return HANDLER_FAILED;
	return reply_object(request, cJSON_CreateObject());
}

/* ---- POST /api/oauth/device (contract §26.1) --------------------------------------------------- */

static cJSON *device_object(struct service *service, struct api_request *request,
	const struct oauth_device_codes *codes)
{
	cJSON *object = cJSON_CreateObject();
	const char *page =
		arena_printf(request->http->arena, "%s/account/device", service->settings.ui_url);
	const char *complete = page == NULL ? NULL
					    : arena_printf(request->http->arena, "%s?user_code=%s",
						      page, codes->user_code);

	if (object == NULL || complete == NULL ||
		!json_add_text(object, "device_code", codes->device_code) ||
		!json_add_text(object, "user_code", codes->user_code) ||
		!json_add_text(object, "verification_uri", page) ||
		!json_add_text(object, "verification_uri_complete", complete) ||
		!json_add_number(object, "expires_in", OAUTH_DEVICE_SECONDS) ||
		!json_add_number(object, "interval", OAUTH_DEVICE_INTERVAL))
		return NULL;
	return object;
}

static enum handled begin_device(struct service *service, struct api_request *request)
{
	static const char *const KNOWN[] = {"client_id", "client_secret", "scope", NULL};
	const struct account_context account = service_account(service, request);
	struct oauth_device_codes codes;
	struct form *form;
	const char *client_id;

	if (app_request_begin(service, request, KNOWN, &form, &client_id) == HANDLER_FAILED)
		return HANDLER_FAILED;
	if (client_id == NULL)
		return HANDLED;
	switch (oauth_device_begin(&account, client_id, app_request_field(form, "scope"), &codes)) {
	case OAUTH_DEVICE_STARTED:
		return reply_object(request, device_object(service, request, &codes));
	case OAUTH_DEVICE_SCOPE_INVALID:
		return reply(request, REPLY_INVALID_SCOPE);
	case OAUTH_DEVICE_START_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- GET /.well-known/oauth-authorization-server (contract §26.2) ------------------------------ */

static enum handled get_metadata(struct service *service, struct api_request *request)
{
	const cJSON *object = oauth_metadata_object(request->http->arena, service->settings.ui_url);
	const char *text = object == NULL ? NULL : json_text(object);

	if (*service->settings.ui_url == '\0')
		return reply(request, REPLY_UNKNOWN_URL);
	if (text == NULL)
		return HANDLER_FAILED;
	response_json(request->response, 200, text);
	response_header(request->response, "Cache-Control", "max-age=3600");
	return HANDLED;
}

static const struct api_route ROUTES[] = {
	{{HTTP_GET, "/api/oauth/apps", IN_0_7}, .handler = list_apps, .access = &ACCESS_OWNER},
	{{HTTP_POST, "/api/oauth/apps", IN_0_7}, .handler = create_app, .access = &ACCESS_OWNER},
	{{HTTP_GET, "/api/oauth/apps/:app", IN_0_7}, .handler = get_app, .access = &ACCESS_OWNER},
	{{HTTP_DELETE, "/api/oauth/apps/:app", IN_0_7}, .handler = delete_app,
		.access = &ACCESS_OWNER},
	{{HTTP_GET, "/api/oauth/apps/:id/by_id", IN_0_7}, .handler = get_app_by_id,
		.access = &ACCESS_OWNER},
	{{HTTP_POST, "/api/oauth/apps/:id/revoke", IN_0_7}, .handler = revoke_app,
		.access = &ACCESS_OWNER},
	{{HTTP_POST, "/api/oauth/authorize", IN_0_7}, .handler = authorize,
		.access = &ACCESS_OWNER},
	{{HTTP_POST, "/api/oauth/token", IN_0_7}, .handler = issue_token},
	{{HTTP_POST, "/api/oauth/revoke", IN_0_7}, .handler = revoke_token},
	{{HTTP_POST, "/api/oauth/device", IN_0_7}, .handler = begin_device},
	{{HTTP_GET, "/.well-known/oauth-authorization-server", IN_0_7}, .handler = get_metadata},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(
		argc, argv, "oauth", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
