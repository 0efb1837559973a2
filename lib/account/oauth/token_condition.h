/*
 * Conditions of SQL on rows of oauth2_token; `t` is the alias of the table, a string literal.
 */
#ifndef FITGATE_ACCOUNT_OAUTH_TOKEN_CONDITION_H
#define FITGATE_ACCOUNT_OAUTH_TOKEN_CONDITION_H

/* When the token can no longer be refreshed, in Unix seconds: a refresh token lives twice as long as its access token. */
#define OAUTH_REFRESH_END(t) t ".issued_at + 2 * " t ".expires_in"

/*
 * The token is neither revoked nor too old to be refreshed; each grant has one of these. expires_in 0: it never
 * expires.
 */
#define OAUTH_TOKEN_USABLE(t)                                                                      \
	t ".access_token_revoked_at = 0 AND " t ".refresh_token_revoked_at = 0 AND (" t            \
	  ".expires_in = 0 OR " OAUTH_REFRESH_END(t) " >= UNIX_TIMESTAMP())"

#endif
