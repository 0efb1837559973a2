/*
 * First-party auth tokens: JSON Web Tokens (RFC 7519) as compact JWS (RFC 7515), HS256 and nothing else
 * (contract §3.2).
 */
#ifndef FITGATE_ACCOUNT_TOKEN_H
#define FITGATE_ACCOUNT_TOKEN_H

#include "core/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { TOKEN_MAX_LENGTH = 4096 };

struct token_claims {
	int64_t user_id;    /* sub */
	int64_t issued_at;  /* iat, Unix seconds */
	int64_t expires_at; /* exp, Unix seconds */
	int64_t generation; /* gen: users.token_epoch when it was issued; 0 when absent */
};

enum token_verdict {
	TOKEN_VALID,
	TOKEN_EXPIRED, /* good but for its exp */
	TOKEN_INVALID,
};

/* A new token with a random jti, signed with `key`. In the arena; NULL when memory or randomness is out. */
char *token_issue(struct arena *arena, const char *key, const struct token_claims *claims);

/*
 * Check form, algorithm, signature, times and claims at the time `now` (Unix seconds). `claims` is
 * filled unless the token is invalid.
 */
enum token_verdict token_verify(struct arena *arena, const char *key, const char *token,
	int64_t now, struct token_claims *claims);

/* ---- password reset (contract §6.16) ----------------------------------------------------------- */

/*
 * A token that lets its bearer set a new password, once: it is bound to the stored hash of the present
 * one. In the arena; NULL when memory is out.
 */
char *token_issue_reset(struct arena *arena, const char *key, int64_t user_id,
	const char *password_hash, int64_t now, int64_t lifetime);

/*
 * Whose password the token may reset, by form, signature, times and purpose; and its binding, for
 * token_reset_fits().
 */
enum token_verdict token_verify_reset(struct arena *arena, const char *key, const char *token,
	int64_t now, int64_t *user_id, const char **binding);

/* Whether a reset token with this binding was made for the password with this hash. */
bool token_reset_fits(const char *binding, const char *password_hash);

#endif
