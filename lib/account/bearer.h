/*
 * Who is asking: the bearer token of a request (contract §3).
 */
#ifndef FITGATE_ACCOUNT_BEARER_H
#define FITGATE_ACCOUNT_BEARER_H

#include "account/profile.h"
#include "account/token.h"
#include "core/secret.h"
#include "core/settings.h"
#include "http/request.h"

/* An account that has proved who it is, and by what. */
struct caller {
	struct profile profile; /* totals and policy date only where they were asked for */
	struct token_claims claims;
	char token_hash[SECRET_SHA256_HEX_SIZE];
};

enum bearer {
	BEARER_ACCEPTED,
	BEARER_MISSING,	  /* no token, or that of an account that may not log in */
	BEARER_BAD_TYPE,  /* another scheme than Bearer */
	BEARER_BAD_TOKEN, /* malformed, expired, revoked, of an account that is gone */
	BEARER_FAILED,	  /* the database cannot be asked */
};

/*
 * Check the Authorization header with one question to the database, which also reads the account, and
 * with `with_totals` all that its profile shows. `caller` is filled when the result is BEARER_ACCEPTED;
 * its texts live in the request's arena.
 */
enum bearer bearer_check(struct db *db, const struct settings *settings, const struct request *request,
	bool with_totals, struct caller *caller);

#endif
