/*
 * Finds the account that makes a request, by its access token (contract §3).
 *
 * Three kinds of token are accepted: first-party tokens (account/tokens/jwt.h), tokens of OAuth 2.0 applications, and
 * personal tokens for scripts (account/tokens/personal_token.h). The last two carry scopes.
 */
#ifndef FITGATE_ACCOUNT_PRINCIPAL_H
#define FITGATE_ACCOUNT_PRINCIPAL_H

#include "account/tokens/jwt.h"
#include "account/profile.h"
#include "core/crypto.h"
#include "core/settings.h"

enum principal_kind { PRINCIPAL_FIRST_PARTY, PRINCIPAL_OAUTH2, PRINCIPAL_PERSONAL };

/* An account that a token has identified. */
struct principal {
	enum principal_kind kind;
	struct profile profile;   /* totals and policy date only if the requirements ask for them */
	struct jwt_claims claims; /* of a first-party token */
	bool has_session;         /* a first-party token has a row in the table sessions */
	/* of a token for the gate: that of its session, so that whatever ends the session ends this token */
	char token_hash[CRYPTO_SHA256_HEX_SIZE];
	const char *scopes; /* of an OAuth 2.0 or personal token, separated by spaces; else NULL */
	int64_t row_id;     /* of an OAuth 2.0 or personal token */
};

/* What a token must be good for. */
struct auth_requirements {
	/* the scopes that a token with scopes must have, all of them, separated by spaces; NULL: none */
	const char *scopes;
	bool with_totals; /* read all that the account's profile shows */
	/* of the account of a first-party token, read only USER_IDENTITY_FIELDS: this costs less */
	bool identity_only;
	bool first_party_only; /* a token with scopes counts as invalid: the dialect has none */
	bool owner_only; /* a genuine token with scopes is PRINCIPAL_OUT_OF_SCOPE, whatever its scopes */
	enum jwt_audience audience; /* of a first-party token */
};

enum principal_result {
	PRINCIPAL_IDENTIFIED,
	PRINCIPAL_TOKEN_INVALID, /* malformed, unknown, revoked; a token with scopes: also expired */
	PRINCIPAL_TOKEN_EXPIRED, /* a genuine first-party token that has expired */
	PRINCIPAL_USER_GONE, /* a genuine first-party token of an account that no longer exists */
	PRINCIPAL_OUT_OF_SCOPE, /* a genuine token without the scopes required */
	PRINCIPAL_INACTIVE,     /* a genuine token of an account that must not log in */
	PRINCIPAL_FAILED,       /* the database could not be queried; it has been logged */
};

/*
 * Find out which account a token belongs to, by one query. Fills `principal` when the
 * result is PRINCIPAL_IDENTIFIED; its texts are in the arena.
 */
enum principal_result principal_identify(struct db *db, struct arena *arena,
	const struct settings *settings, const char *token,
	const struct auth_requirements *requirements, struct principal *principal);

/*
 * Accounts that are read ahead, by one query for several requests. principal_prefetch_begin() verifies a first-party token;
 * principal_prefetch() reads the accounts of all tokens that it was called for; and principal_identify_prefetched()
 * decides, as principal_identify() does. It reads an account itself that has not been read ahead: because the token has no
 * session, or the query failed.
 */
struct principal_prefetch;

/*
 * The requirements must ask for totals or for the identity only. NULL: there is nothing to read ahead, because the token is
 * not a valid first-party token, or out of memory.
 */
struct principal_prefetch *principal_prefetch_begin(struct arena *arena,
	const struct settings *settings, const char *token,
	const struct auth_requirements *requirements);

/* Whether the tokens are of one account. */
bool principal_prefetch_same_account(
	const struct principal_prefetch *one, const struct principal_prefetch *other);

enum { PRINCIPAL_PREFETCH_MAX = 8 };

/*
 * For at most PRINCIPAL_PREFETCH_MAX, all with totals or all without. The texts of the accounts are in this arena. false: the
 * query failed, which has been logged as a warning.
 */
bool principal_prefetch(
	struct db *db, struct arena *arena, struct principal_prefetch *const list[], size_t count);

/* The requirements must be those of principal_prefetch_begin(). */
enum principal_result principal_identify_prefetched(struct db *db, struct arena *arena,
	const struct settings *settings, const struct principal_prefetch *prefetch,
	const struct auth_requirements *requirements, struct principal *principal);

#endif
