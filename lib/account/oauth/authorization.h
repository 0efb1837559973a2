/*
 * A user lets an application of theirs act for them: the authorization request (contract §19), what to show of it, and
 * the decision.
 *
 * A page reads the request from its query, calls oauth_describe(), shows the consent, and calls oauth_approve() or
 * oauth_deny() with the same request. The browser then goes to the URL that these return.
 */
#ifndef FITGATE_ACCOUNT_OAUTH_AUTHORIZATION_H
#define FITGATE_ACCOUNT_OAUTH_AUTHORIZATION_H

#include "account/oauth/app.h"

enum {
	OAUTH_CODE_SECONDS = 300,    /* how long a code is valid */
	OAUTH_CHALLENGE_LENGTH = 43, /* of the base64url text of a SHA-256 */
};

/* The parameters of the request. NULL: not sent; a parameter that is empty counts as not sent (RFC 6749 §3.1). */
struct oauth_request {
	const char *client_id, *response_type, *scope, *state, *redirect_uri;
	const char *code_challenge, *code_challenge_method;
};

enum oauth_request_result {
	OAUTH_REQUEST_VALID,
	OAUTH_REQUEST_INCOMPLETE,  /* no client_id, or the response_type is not "code" */
	OAUTH_REQUEST_APP_UNKNOWN, /* or another user's (W37) */
	OAUTH_REQUEST_REDIRECT_INVALID, /* not one of the application's, or one that no browser may be sent to */
	OAUTH_REQUEST_CHALLENGE_MISSING,
	OAUTH_REQUEST_METHOD_UNSUPPORTED, /* of the challenge: only S256 is supported (W40) */
	OAUTH_REQUEST_CHALLENGE_INVALID,
	OAUTH_REQUEST_FAILED, /* it has been logged */
};

/* What a valid request leads to. Texts are in the arena. */
struct oauth_consent {
	struct oauth_app app;
	const char
		*scope; /* what the application gets, of what it asks for; "": no access at all */
	const char *redirect_uri; /* where the browser goes */
	const char *origin; /* of the redirect URI, for a Content-Security-Policy's form-action */
};

/* Check the request of a signed-in user, and fill `consent` if it is valid. Stores nothing. */
enum oauth_request_result oauth_describe(const struct account_context *context, int64_t user_id,
	const struct oauth_request *request, struct oauth_consent *consent);

/*
 * For a page: drop the request's redirect_uri unless the application has several and it is one of them. Known clients
 * send a redirect_uri that is not registered, and expect to return to the registered one (contract §23).
 * false: the query failed, which has been logged.
 */
bool oauth_drop_unregistered_redirect(
	const struct account_context *context, int64_t user_id, struct oauth_request *request);

/* The user agrees: store a code, and set *url to the redirect URI with it. */
enum oauth_request_result oauth_approve(const struct account_context *context, int64_t user_id,
	const struct oauth_request *request, const char **url);

/* The user does not agree: set *url to the redirect URI with error=access_denied. */
enum oauth_request_result oauth_deny(const struct account_context *context, int64_t user_id,
	const struct oauth_request *request, const char **url);

#endif
