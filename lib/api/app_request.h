/*
 * Requests of applications (contract §20.1): the form, and the credentials in it or in the Authorization header.
 */
#ifndef FITGATE_API_APP_REQUEST_H
#define FITGATE_API_APP_REQUEST_H

#include "account/oauth/token_grant.h"
#include "api/service.h"
#include "http/form.h"

/*
 * Read the form of a request, of which the fields in `known` (which ends with NULL) may each occur once. A body of another
 * type is an empty form. REPLY_NONE; REPLY_BODY_TOO_LARGE; REPLY_SERVER_ERROR; or `invalid`: a known field occurs
 * twice, or the form is malformed.
 */
enum reply app_request_read_form(struct api_request *request, const char *const *known,
	enum reply invalid, struct form **form);

/* A field's value; NULL when it is absent or empty (RFC 6749 §3.1). */
const char *app_request_field(const struct form *form, const char *name);

/*
 * Check the application's credentials. HANDLED with *client_id set: continue. HANDLED with *client_id NULL: they are
 * refused, and the reply has been made. `refresh`: NULL, or the refresh token that was sent; it is read, too.
 */
enum handled app_request_authenticate(struct service *service, struct api_request *request,
	const struct form *form, struct oauth_refresh_token *refresh,
	const char **client_id) HANDLED_MUST_BE_USED;

/* Both, for an endpoint that checks nothing before the credentials. The same results. */
enum handled app_request_begin(struct service *service, struct api_request *request,
	const char *const *known, struct form **form, const char **client_id) HANDLED_MUST_BE_USED;

#endif
