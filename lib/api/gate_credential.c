/*
 * See gate_credential.h.
 */
#include "api/gate_credential.h"

#include "http/authorization.h"
#include "http/cookie.h"

static bool read_cookie(
	const struct settings *settings, const struct request *http, struct gate_request *request)
{
	const char *name = cookie_installation_name(http->arena, settings, COOKIE_OF_HOST, "_gate");

	request->token = name == NULL ? NULL : cookie_read(http, name);
	if (request->token == NULL)
		return false;
	if (*request->token != '\0')
		request->credential = GATE_CREDENTIAL_COOKIE;
	return true;
}

bool gate_credential_read(
	const struct settings *settings, const struct request *http, struct gate_request *request)
{
	struct authorization authorization;

	switch (authorization_read(http, &authorization)) {
	case AUTHORIZATION_ABSENT:
		return read_cookie(settings, http, request);
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
