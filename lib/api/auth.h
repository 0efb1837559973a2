/*
 * The bearer token of a request (contract §3): from the Authorization header to the account.
 */
#ifndef FITGATE_API_AUTH_H
#define FITGATE_API_AUTH_H

#include "account/tokens/principal.h"
#include "http/request.h"

enum auth_result {
	AUTH_ACCEPTED,
	AUTH_MISSING,   /* no token, or the token of an account that must not log in */
	AUTH_BAD_TYPE,  /* another scheme than Bearer */
	AUTH_BAD_TOKEN, /* malformed, unknown, revoked; a token with scopes: also expired */
	AUTH_EXPIRED,   /* a genuine first-party token that has expired */
	AUTH_USER_GONE, /* a genuine first-party token of an account that no longer exists */
	AUTH_BAD_SCOPE, /* a genuine token without the scopes required */
	AUTH_FAILED,    /* the database could not be queried; it has been logged */
};

/* Whether the request has the form of one with a bearer token. It says nothing about the token, which may be invalid. */
bool auth_has_bearer_token(const struct request *request);

/*
 * Verify the token of a request whose account should be read ahead (account/tokens/principal.h). NULL: there is nothing to read
 * ahead.
 */
struct principal_prefetch *auth_prefetch_begin(const struct settings *settings,
	const struct request *request, const struct auth_requirements *requirements);

/*
 * Check the Authorization header and read the account; if request->prefetched is set (auth_prefetch_begin()), it comes from
 * there. Fills `principal` when the result is AUTH_ACCEPTED; its texts are in the request's arena.
 */
enum auth_result auth_check(struct db *db, const struct settings *settings,
	const struct request *request, const struct auth_requirements *requirements,
	struct principal *principal);

#endif
