/*
 * First-party auth tokens: JSON Web Tokens (RFC 7519) as compact JWS (RFC 7515), only with HS256 (contract §3.2).
 */
#ifndef FITGATE_ACCOUNT_JWT_H
#define FITGATE_ACCOUNT_JWT_H

#include "core/arena.h"
#include "core/crypto.h"

#include <stdbool.h>
#include <stdint.h>

enum { JWT_MAX_LENGTH = 4096 };

/* Where a token is valid. Each place refuses the tokens of the others. */
enum jwt_audience {
	JWT_FOR_API,   /* no aud */
	JWT_FOR_PAGES, /* aud is "pages": the account pages */
	JWT_FOR_GATE,  /* aud is "gate": the applications behind the gate (account/gate/gate.h) */
};

struct jwt_claims {
	int64_t user_id;    /* sub */
	int64_t issued_at;  /* iat, Unix seconds */
	int64_t expires_at; /* exp, Unix seconds */
	int64_t generation; /* gen: users.token_epoch when it was issued; 0 when absent */
	/* set_pwd: the token may set a new password without the old one, as dialect 0.2 does; false when absent */
	bool sets_password;
	enum jwt_audience audience;
	/* sid: the hash of the token of the session that a token for the gate belongs to; "" in all others */
	char session[CRYPTO_SHA256_HEX_SIZE];
};

enum jwt_result {
	JWT_VALID,
	JWT_EXPIRED, /* valid except for its exp */
	JWT_INVALID,
	JWT_FAILED, /* OpenSSL failed; it has been logged */
};

/* A new token with a random jti, signed with `key`. In the arena; NULL: it failed, which has been logged. */
char *jwt_sign(struct arena *arena, const char *key, const struct jwt_claims *claims);

/*
 * Check form, algorithm, signature, times and claims at the time `now` (Unix seconds). `claims` is
 * filled if the token is valid or has expired.
 */
enum jwt_result jwt_verify(
	const char *key, const char *token, int64_t now, struct jwt_claims *claims);

/* ---- password reset (contract §6.16) ----------------------------------------------------------- */

enum { JWT_BINDING_SIZE = 17 };

/*
 * A token that lets its bearer set a new password, once. It is bound to the account's present password hash and
 * e-mail address: it stops working when either changes. In the arena; NULL when out of memory.
 */
char *jwt_sign_reset(struct arena *arena, const char *key, int64_t user_id,
	const char *password_hash, const char *email, int64_t now, int64_t lifetime);

/*
 * Check form, signature, times and purpose of a reset token. Sets the user whose password it may reset, and its
 * binding, for jwt_reset_matches().
 */
enum jwt_result jwt_verify_reset(const char *key, const char *token, int64_t now, int64_t *user_id,
	char binding[JWT_BINDING_SIZE]);

/* Whether a reset token with this binding was made for an account with this password hash and e-mail address: JWT_VALID,
 * JWT_INVALID or JWT_FAILED. */
enum jwt_result jwt_reset_matches(
	const char *binding, const char *password_hash, const char *email);

#endif
