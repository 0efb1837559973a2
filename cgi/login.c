/*
 * Starting and ending sessions, and the links in e-mails: POST login, logout, account/confirm,
 * password/reset-request, password/update, email/update. What gives access to an account,
 * for its owner: sessions, personal tokens and the security log.
 */
#include "account/account_change.h"
#include "account/event.h"
#include "account/registration/confirmation.h"
#include "account/passwords/password_reset.h"
#include "account/tokens/personal_token_list.h"
#include "account/tokens/session.h"
#include "account/tokens/session_list.h"
#include "account/validation.h"
#include "api/views/event_view.h"
#include "api/service.h"
#include "api/views/session_view.h"
#include "api/views/token_view.h"
#include "core/text.h"

/* ---- login (contract §6.4) --------------------------------------------------------------------- */

/* Steps 2 and 3 of contract §6.4. */
static enum reply read_credentials(
	const struct api_request *request, const char **email, const char **password)
{
	const struct payload *payload = &request->payload;
	enum field email_field = payload_email(payload, "email", email);
	enum field password_field = payload_text(payload, "password", password);

	if (password_field == FIELD_ABSENT && request->dialect->confirms_password)
		password_field = payload_text(payload, "password_conf", password);
	if (email_field == FIELD_INVALID || password_field == FIELD_INVALID)
		return REPLY_MALFORMED_CREDENTIALS;
	return email_field == FIELD_VALID && password_field == FIELD_VALID ? REPLY_NONE
									   : REPLY_BAD_CREDENTIALS;
}

/* POST /api/auth/login */
static enum handled log_in(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	enum session_kind kind =
		request->dialect->edits_password ? SESSION_SETS_PASSWORD : SESSION_NORMAL;
	const char *email, *password;
	struct login_outcome outcome = {0};
	enum reply refusal = read_credentials(request, &email, &password);

	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	switch (account_log_in(&account, email, password, kind, &outcome)) {
	case LOGIN_DONE:
		return reply_with_token(request, REPLY_LOGGED_IN, outcome.auth_token);
	case LOGIN_REFUSED:
		return reply(request, REPLY_BAD_CREDENTIALS);
	case LOGIN_LIMITED:
		return reply_too_many_attempts(request, outcome.wait);
	case LOGIN_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* POST /api/auth/logout (contract §6.17) */
static enum handled log_out(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);

	if (account_log_out(&account, request->principal) != DB_OK)
		return HANDLER_FAILED;
	return reply(request, REPLY_LOGGED_OUT);
}

/* ---- account/confirm (contract §6.2) ------------------------------------------------------------ */

/* POST /api/auth/account/confirm */
static enum handled confirm_account(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	const char *token, *auth_token = NULL;

	if (payload_text(&request->payload, "token", &token) != FIELD_VALID)
		return reply(request, REPLY_INVALID_PAYLOAD);
	switch (account_confirm(&account, token, &auth_token)) {
	case CONFIRMATION_DONE:
		return reply_with_token(request, REPLY_CONFIRMED, auth_token);
	case CONFIRMATION_TOKEN_INVALID:
		return reply(request, REPLY_INVALID_PAYLOAD);
	case CONFIRMATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- password reset (contract §6.13, §6.14) ---------------------------------------------------- */

/* POST /api/auth/password/reset-request */
static enum handled request_reset(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	const char *email;
	int64_t wait;

	if (payload_email(&request->payload, "email", &email) != FIELD_VALID)
		return reply(request, REPLY_INVALID_PAYLOAD);
	switch (account_request_reset(&account, email, &wait)) {
	case LINK_REQUESTED:
		return reply(request, REPLY_RESET_REQUESTED);
	case LINK_REQUEST_LIMITED:
		return reply_too_many_attempts(request, wait);
	case LINK_REQUEST_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* POST /api/auth/password/update */
static enum handled update_password(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	const char *password, *token;
	unsigned violations;
	enum field token_field = payload_text(&request->payload, "token", &token);

	if (payload_text(&request->payload, "password", &password) != FIELD_VALID ||
		token_field == FIELD_ABSENT || !validation_password_fits(password))
		return reply(request, REPLY_INVALID_PAYLOAD);
	if (token_field != FIELD_VALID)
		return reply(request, REPLY_BAD_RESET_TOKEN);
	switch (account_reset_password(&account, token, password, &violations)) {
	case RESET_DONE:
		return reply(request, REPLY_PASSWORD_UPDATED);
	case RESET_TOKEN_INVALID:
		return reply(request, REPLY_BAD_RESET_TOKEN);
	case RESET_PASSWORD_INVALID:
		return reply_violations(request, violations);
	case RESET_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- e-mail change (contract §6.15) ------------------------------------------------------------ */

/* POST /api/auth/email/update */
static enum handled update_email(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	const char *token;

	if (payload_text(&request->payload, "token", &token) != FIELD_VALID)
		return reply(request, REPLY_INVALID_PAYLOAD);
	switch (account_confirm_email(&account, token)) {
	case EMAIL_CONFIRMATION_DONE:
		return reply(request, REPLY_EMAIL_UPDATED);
	case EMAIL_CONFIRMATION_TOKEN_INVALID:
	case EMAIL_CONFIRMATION_TAKEN:
		return reply(request, REPLY_INVALID_PAYLOAD);
	case EMAIL_CONFIRMATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- sessions (contract §27.1) ------------------------------------------------------------------ */

/* GET /api/auth/sessions */
static enum handled list_sessions(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct session_list *list = arena_zero(request->http->arena, sizeof(*list));
	cJSON *data = cJSON_CreateObject(), *array;

	if (list == NULL || account_list_sessions(&account, request->principal, list) != DB_OK)
		return HANDLER_FAILED;
	array = session_view_list(request->dialect, list);
	if (array == NULL || !cJSON_AddItemToObject(data, "sessions", array))
		return HANDLER_FAILED;
	return reply_data(request, data);
}

static enum handled reply_ended(struct api_request *request, enum session_end_result result)
{
	switch (result) {
	case SESSION_END_DONE:
		return reply_no_content(request);
	case SESSION_END_UNKNOWN:
		return reply(request, REPLY_UNKNOWN_SESSION);
	case SESSION_END_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* DELETE /api/auth/sessions/<id> */
static enum handled end_session(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	int64_t id;

	if (!text_integer(request->http->parameters[0], 1, INT64_MAX, &id))
		return reply(request, REPLY_UNKNOWN_SESSION);
	return reply_ended(request, account_end_session(&account, request->principal, id));
}

/* DELETE /api/auth/sessions */
static enum handled end_other_sessions(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);

	return reply_ended(request, account_end_other_sessions(&account, request->principal));
}

/* ---- personal tokens (contract §27.2) ----------------------------------------------------------- */

/* GET /api/auth/tokens */
static enum handled list_tokens(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct token_list *list = arena_zero(request->http->arena, sizeof(*list));
	cJSON *data = cJSON_CreateObject(), *array;

	if (list == NULL || account_list_tokens(&account, request->principal, list) != DB_OK)
		return HANDLER_FAILED;
	array = token_view_list(request->dialect, list);
	if (array == NULL || !cJSON_AddItemToObject(data, "tokens", array))
		return HANDLER_FAILED;
	return reply_data(request, data);
}

/* A whole number in the limits, else -1. A missing or null lifetime is 0: no end. */
static enum field read_days(const struct payload *payload, int64_t *days)
{
	double number = 0;
	enum field field = payload_number(payload, "days", &number);

	*days = field == FIELD_ABSENT ? 0 : -1;
	if (number >= 1 && number <= PERSONAL_TOKEN_DAYS_MAX && number == (double)(int64_t)number)
		*days = (int64_t)number;
	return field;
}

/* Steps 2 and 3 of contract §27.2. */
static enum reply read_token_form(const struct payload *payload, struct token_form *form)
{
	enum field name = payload_text(payload, "name", &form->name);
	enum field scope = payload_text(payload, "scope", &form->scope);
	enum field password = payload_text(payload, "password", &form->password);
	enum field days = read_days(payload, &form->days);

	if (name == FIELD_INVALID || scope == FIELD_INVALID || password == FIELD_INVALID ||
		days == FIELD_INVALID || name == FIELD_ABSENT || scope == FIELD_ABSENT)
		return REPLY_INVALID_PAYLOAD;
	return password == FIELD_ABSENT || *form->password == '\0' ? REPLY_PASSWORD_MISSING
								   : REPLY_NONE;
}

/* {"text":…,"token":{…}} */
static enum handled reply_token_created(
	struct api_request *request, const struct token_outcome *outcome)
{
	cJSON *data = cJSON_CreateObject();

	if (cJSON_AddStringToObject(data, "text", outcome->secret.text) == NULL ||
		!cJSON_AddItemToObject(
			data, "token", token_view(request->dialect, &outcome->token)))
		return HANDLER_FAILED;
	return reply_data_with_message(request, REPLY_TOKEN_CREATED, data);
}

/* POST /api/auth/tokens */
static enum handled create_token(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct token_form form = {0};
	struct token_outcome outcome = {0};
	enum reply refusal = read_token_form(&request->payload, &form);

	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	switch (account_create_token(&account, request->principal, &form, &outcome)) {
	case TOKEN_CREATE_DONE:
		return reply_token_created(request, &outcome);
	case TOKEN_CREATE_NAME_INVALID:
		return reply(request, REPLY_BAD_TOKEN_NAME);
	case TOKEN_CREATE_SCOPE_INVALID:
		return reply(request, REPLY_BAD_TOKEN_SCOPE);
	case TOKEN_CREATE_DAYS_INVALID:
		return reply(request, REPLY_BAD_TOKEN_DAYS);
	case TOKEN_CREATE_PASSWORD_WRONG:
		return reply(request, REPLY_BAD_CREDENTIALS);
	case TOKEN_CREATE_LIMITED:
		return reply_too_many_attempts(request, outcome.wait);
	case TOKEN_CREATE_TOO_MANY:
		return reply(request, REPLY_TOO_MANY_TOKENS);
	case TOKEN_CREATE_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* DELETE /api/auth/tokens/<id> */
static enum handled revoke_token(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	int64_t id;

	if (!text_integer(request->http->parameters[0], 1, INT64_MAX, &id))
		return reply(request, REPLY_UNKNOWN_TOKEN);
	switch (account_revoke_token(&account, request->principal, id)) {
	case TOKEN_REVOKE_DONE:
		return reply_no_content(request);
	case TOKEN_REVOKE_UNKNOWN:
		return reply(request, REPLY_UNKNOWN_TOKEN);
	case TOKEN_REVOKE_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- the security log (contract §27.3) ----------------------------------------------------------- */

/* GET /api/auth/events */
static enum handled list_events(struct service *service, struct api_request *request)
{
	struct event_list *list = arena_zero(request->http->arena, sizeof(*list));
	cJSON *data = cJSON_CreateObject(), *array;

	if (list == NULL || account_list_events(service->db, request->http->arena,
				    request->principal->profile.user.id, list) != DB_OK)
		return HANDLER_FAILED;
	array = event_view_list(request->dialect, list);
	if (array == NULL || !cJSON_AddItemToObject(data, "events", array))
		return HANDLER_FAILED;
	return reply_data(request, data);
}

static const struct api_route ROUTES[] = {
	{{HTTP_POST, "/api/auth/login", IN_ALL}, .handler = log_in, .reads_json = true},
	{{HTTP_POST, "/api/auth/logout", IN_0_7}, .handler = log_out, .access = &ACCESS_ANY_TOKEN,
		.failure = REPLY_LOGOUT_FAILED},
	{{HTTP_GET, "/api/auth/logout", IN_0_2}, .handler = log_out, .access = &ACCESS_ANY_TOKEN,
		.failure = REPLY_LOGOUT_FAILED},
	{{HTTP_POST, "/api/auth/account/confirm", SINCE_0_6}, .handler = confirm_account,
		.reads_json = true},
	{{HTTP_POST, "/api/auth/password/reset-request", SINCE_0_6}, .handler = request_reset,
		.needs_mail = true, .reads_json = true},
	{{HTTP_POST, "/api/auth/password/update", SINCE_0_6}, .handler = update_password,
		.reads_json = true},
	{{HTTP_POST, "/api/auth/email/update", SINCE_0_6}, .handler = update_email,
		.reads_json = true},
	{{HTTP_GET, "/api/auth/sessions", IN_0_7}, .handler = list_sessions,
		.access = &ACCESS_OWNER},
	{{HTTP_DELETE, "/api/auth/sessions", IN_0_7}, .handler = end_other_sessions,
		.access = &ACCESS_OWNER},
	{{HTTP_DELETE, "/api/auth/sessions/#session_id", IN_0_7}, .handler = end_session,
		.access = &ACCESS_OWNER},
	{{HTTP_GET, "/api/auth/tokens", IN_0_7}, .handler = list_tokens, .access = &ACCESS_OWNER},
	{{HTTP_POST, "/api/auth/tokens", IN_0_7}, .handler = create_token, .access = &ACCESS_OWNER,
		.reads_json = true},
	{{HTTP_DELETE, "/api/auth/tokens/#token_id", IN_0_7}, .handler = revoke_token,
		.access = &ACCESS_OWNER},
	{{HTTP_GET, "/api/auth/events", IN_0_7}, .handler = list_events, .access = &ACCESS_OWNER},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "login",
		SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL, ROUTES);
}
