/*
 * Exchanging a code or a refresh token for a pair of tokens, and revoking a token (contract §20, §21). The application
 * has proved who it is (account/oauth/app_login.h).
 */
#ifndef FITGATE_ACCOUNT_OAUTH_TOKEN_GRANT_H
#define FITGATE_ACCOUNT_OAUTH_TOKEN_GRANT_H

#include "account/context.h"

/* Tokens as the application gets them; in the arena. */
struct oauth_tokens {
	const char *access, *refresh;
	const char *scope;  /* "": none */
	int64_t expires_in; /* seconds, of the access token */
};

/* ---- authorization codes (contract §20.2) ------------------------------------------------------ */

/* NULL: not sent. */
struct oauth_code_exchange {
	const char *client_id, *code, *redirect_uri,
		*verifier; /* client_id and code are never NULL */
};

enum oauth_code_result {
	OAUTH_CODE_EXCHANGED,
	OAUTH_CODE_INVALID,            /* unknown, expired, used, or another application's */
	OAUTH_CODE_REDIRECT_DIFFERS,   /* the code was requested for another redirect URI */
	OAUTH_CODE_VERIFIER_MISSING,   /* the code has a challenge */
	OAUTH_CODE_VERIFIER_MALFORMED, /* it is not one of RFC 7636 §4.1 */
	OAUTH_CODE_VERIFIER_DIFFERS,   /* it is not that of the challenge, or there is none */
	OAUTH_CODE_USER_INACTIVE,      /* or gone */
	OAUTH_CODE_FAILED,             /* it has been logged */
};

/*
 * Exchange an authorization code. It works once, whatever happens at the same time; using it again revokes what the
 * first use issued (W41). A refused attempt does not use it up.
 */
enum oauth_code_result oauth_exchange_code(const struct account_context *context,
	const struct oauth_code_exchange *exchange, struct oauth_tokens *tokens);

/* ---- refresh tokens (contract §20.3) ----------------------------------------------------------- */

/* For how long an old refresh token is only refused, because runs of a script may overlap (W43); in seconds. */
enum { OAUTH_REUSE_GRACE = 60 };

/* A refresh token: as the application sent it, and as it is stored. oauth_app_log_in() reads it. */
struct oauth_refresh_token {
	const char *text; /* NULL: not sent */
	int64_t id;       /* 0: unknown, or another application's */
	int64_t user_id;
	const char *client_id, *scope, *grant_id;
	int64_t revoked_for; /* seconds; only if it is revoked */
	bool revoked, expired, active;
};

/* Columns of oauth2_token AS t and its user, users AS u, for the rest of the structure. */
extern const struct db_field OAUTH_REFRESH_TOKEN_FIELDS[];

enum oauth_refresh_result {
	OAUTH_REFRESHED,
	OAUTH_REFRESH_INVALID, /* unknown, expired, revoked, another application's, of an inactive user */
	OAUTH_REFRESH_SCOPE_EXCEEDED, /* `scope` is more than the token has */
	OAUTH_REFRESH_FAILED,         /* it has been logged */
};

/*
 * Exchange a refresh token of the application for a new pair; the same statement revokes the old pair. `scope` NULL or
 * "": as before. An old refresh token that is used more than OAUTH_REUSE_GRACE after its exchange revokes the grant.
 */
enum oauth_refresh_result oauth_refresh(const struct account_context *context,
	const struct oauth_refresh_token *token, const char *scope, struct oauth_tokens *tokens);

/* ---- revocation (contract §21) ----------------------------------------------------------------- */

/*
 * Revoke the grant of an access or refresh token of this application. A token that is unknown, or another
 * application's, is ignored. DB_OK, DB_FAILED.
 */
enum db_result oauth_revoke_token(
	const struct account_context *context, const char *client_id, const char *token);

#endif
