/*
 * See authorization.h.
 */
#include "account/oauth/authorization.h"

#include "account/event.h"
#include "account/oauth/oauth_scope.h"
#include "account/oauth/oauth_secret.h"
#include "account/oauth/redirect_uri.h"
#include "core/text.h"

#include <string.h>

/* ---- the request ------------------------------------------------------------------------------- */

static bool is_sent(const char *parameter)
{
	return parameter != NULL && *parameter != '\0';
}

static const char *registered_uri(const struct oauth_app *app, const char *uri)
{
	for (int i = 0; i < app->redirect_uri_count; i++)
		if (strcmp(app->redirect_uris[i], uri) == 0)
			return app->redirect_uris[i];
	return NULL;
}

/* The URI that the browser goes to; NULL: none that is registered and usable. */
static const char *choose_uri(const struct oauth_app *app, const char *sent)
{
	const char *uri = is_sent(sent)                 ? registered_uri(app, sent)
			  : app->redirect_uri_count > 0 ? app->redirect_uris[0]
							: NULL;

	return uri != NULL && redirect_uri_is_usable(uri) ? uri : NULL;
}

static enum oauth_request_result check_challenge(const struct oauth_request *request)
{
	const char *challenge = request->code_challenge, *method = request->code_challenge_method;
	unsigned char bytes[OAUTH_CHALLENGE_LENGTH];

	if (!is_sent(challenge))
		return is_sent(method) ? OAUTH_REQUEST_CHALLENGE_MISSING : OAUTH_REQUEST_VALID;
	if (!is_sent(method) || strcmp(method, "S256") != 0)
		return OAUTH_REQUEST_METHOD_UNSUPPORTED;
	if (strlen(challenge) != OAUTH_CHALLENGE_LENGTH ||
		text_base64url_decode(challenge, OAUTH_CHALLENGE_LENGTH, bytes) < 0)
		return OAUTH_REQUEST_CHALLENGE_INVALID;
	return OAUTH_REQUEST_VALID;
}

enum oauth_request_result oauth_describe(const struct account_context *context, int64_t user_id,
	const struct oauth_request *request, struct oauth_consent *consent)
{
	struct oauth_app *app = &consent->app;

	if (!is_sent(request->client_id) || !is_sent(request->response_type) ||
		strcmp(request->response_type, "code") != 0)
		return OAUTH_REQUEST_INCOMPLETE;
	switch (oauth_app_find(context, user_id, request->client_id, app)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return OAUTH_REQUEST_APP_UNKNOWN;
	default:
		return OAUTH_REQUEST_FAILED;
	}
	consent->redirect_uri = choose_uri(app, request->redirect_uri);
	if (consent->redirect_uri == NULL)
		return OAUTH_REQUEST_REDIRECT_INVALID;
	consent->scope = oauth_scope_common(context->arena, request->scope, app->scope);
	consent->origin = redirect_uri_origin(context->arena, consent->redirect_uri);
	if (consent->scope == NULL || consent->origin == NULL)
		return OAUTH_REQUEST_FAILED;
	return check_challenge(request);
}

bool oauth_drop_unregistered_redirect(
	const struct account_context *context, int64_t user_id, struct oauth_request *request)
{
	struct oauth_app app;
	enum db_result result;

	if (!is_sent(request->client_id) || !is_sent(request->redirect_uri))
		return true;
	result = oauth_app_find(context, user_id, request->client_id, &app);
	if (result != DB_OK)
		return result == DB_NO_ROW;
	if (app.redirect_uri_count < 2 || registered_uri(&app, request->redirect_uri) == NULL)
		request->redirect_uri = NULL;
	return true;
}

/* ---- the decision ------------------------------------------------------------------------------ */

struct approval {
	const struct account_context *context;
	int64_t user_id;
	const struct oauth_request *request;
	struct oauth_consent consent;
	struct oauth_secret code;
};

static enum db_result store_code(struct db *db, const struct approval *approval)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO oauth2_code (code, client_id, redirect_uri, response_type, "
			"scope, auth_time, code_challenge, code_challenge_method, user_id, "
			"grant_id) VALUES (?, ?, ?, '', ?, UNIX_TIMESTAMP(), ?, ?, ?, ?)"};
	const struct oauth_request *request = approval->request;
	const struct oauth_consent *consent = &approval->consent;
	bool challenged = is_sent(request->code_challenge);
	char grant_id[CRYPTO_ID_SIZE];

	if (!crypto_random_id(grant_id))
		return DB_FAILED;
	return db_execute(db, &INSERT,
		DB_PARAMS(DB_TEXT(approval->code.hash), DB_TEXT(consent->app.client_id),
			DB_TEXT(is_sent(request->redirect_uri) ? consent->redirect_uri : NULL),
			DB_TEXT(consent->scope),
			DB_TEXT(challenged ? request->code_challenge : NULL),
			DB_TEXT(challenged ? "S256" : NULL), DB_INT(approval->user_id),
			DB_TEXT(grant_id)),
		NULL);
}

static enum db_result approve(struct db *db, void *context)
{
	const struct approval *approval = context;
	enum db_result result = store_code(db, approval);

	if (result != DB_OK)
		return result;
	return account_event(db, approval->context, approval->user_id, EVENT_APPLICATION_AUTHORIZED,
		approval->consent.app.name);
}

enum oauth_request_result oauth_approve(const struct account_context *context, int64_t user_id,
	const struct oauth_request *request, const char **url)
{
	struct approval approval = {
		.context = context,
		.user_id = user_id,
		.request = request,
	};
	enum oauth_request_result result =
		oauth_describe(context, user_id, request, &approval.consent);

	if (result != OAUTH_REQUEST_VALID)
		return result;
	if (!oauth_secret_make(OAUTH_CODE_LENGTH, &approval.code) ||
		db_transaction(context->db, approve, &approval) != DB_OK)
		return OAUTH_REQUEST_FAILED;
	*url = redirect_uri_with(context->arena, approval.consent.redirect_uri, "code",
		approval.code.text, request->state);
	return *url == NULL ? OAUTH_REQUEST_FAILED : OAUTH_REQUEST_VALID;
}

enum oauth_request_result oauth_deny(const struct account_context *context, int64_t user_id,
	const struct oauth_request *request, const char **url)
{
	struct oauth_consent consent;
	enum oauth_request_result result = oauth_describe(context, user_id, request, &consent);

	if (result != OAUTH_REQUEST_VALID)
		return result;
	*url = redirect_uri_with(
		context->arena, consent.redirect_uri, "error", "access_denied", request->state);
	return *url == NULL ? OAUTH_REQUEST_FAILED : OAUTH_REQUEST_VALID;
}
