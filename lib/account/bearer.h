/*
 * Who is asking: the bearer token of a request (contract §3).
 *
 * Three kinds of token are accepted: our own (account/token.h), those of OAuth 2.0 applications, which
 * another program issues, and personal tokens for scripts, which the operator's command issues. The
 * last two carry scopes.
 */
#ifndef FITGATE_ACCOUNT_BEARER_H
#define FITGATE_ACCOUNT_BEARER_H

#include "account/profile.h"
#include "account/token.h"
#include "core/secret.h"
#include "core/settings.h"
#include "http/request.h"

enum caller_kind { CALLER_FIRST_PARTY, CALLER_OAUTH2, CALLER_PERSONAL };

/* An account that has proved who it is, and by what. */
struct caller {
	enum caller_kind kind;
	struct profile profile;     /* totals and policy date only where they were asked for */
	struct token_claims claims; /* of a first-party token */
	char token_hash[SECRET_SHA256_HEX_SIZE];
	int64_t row_id; /* of an OAuth 2.0 or personal token */
};

enum bearer {
	BEARER_ACCEPTED,
	BEARER_MISSING,   /* no token, or that of an account that may not log in */
	BEARER_BAD_TYPE,  /* another scheme than Bearer */
	BEARER_BAD_TOKEN, /* malformed, revoked; with scopes: also expired */
	BEARER_EXPIRED,   /* a first-party token that was good once */
	BEARER_OF_NOBODY, /* a good first-party token of an account that is gone */
	BEARER_BAD_SCOPE, /* a token with scopes, but not those that are needed */
	BEARER_FAILED,    /* the database cannot be asked */
};

/* What is asked of a token. */
struct bearer_terms {
	const char
		*scopes;  /* the words that a token with scopes must have, all of them, separated by
			       spaces; NULL: none */
	bool with_totals; /* read all that the account's profile shows */
	bool first_party_only;
};

/*
 * Check the Authorization header and read the account: one question to the database for a first-party
 * token. `caller` is filled when the result is BEARER_ACCEPTED; its texts live in the request's arena.
 */
enum bearer bearer_check(struct db *db, const struct settings *settings,
	const struct request *request, const struct bearer_terms *terms, struct caller *caller);

#endif
