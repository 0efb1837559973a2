/*
 * First-party auth tokens: JSON Web Tokens (RFC 7519) as compact JWS (RFC 7515), HS256 and nothing else
 * (contract §3.2).
 */
#ifndef FITGATE_ACCOUNT_TOKEN_H
#define FITGATE_ACCOUNT_TOKEN_H

#include "core/arena.h"

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
enum token_verdict token_verify(struct arena *arena, const char *key, const char *token, int64_t now,
	struct token_claims *claims);

#endif
