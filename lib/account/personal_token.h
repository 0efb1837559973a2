/*
 * Personal tokens: what a script uses in place of a log-in (contract §3.3). The text is shown once, when
 * the token is made; the database keeps its hash.
 */
#ifndef FITGATE_ACCOUNT_PERSONAL_TOKEN_H
#define FITGATE_ACCOUNT_PERSONAL_TOKEN_H

#include "core/secret.h"

/* A personal token is this and 40 characters of base64url. */
#define PERSONAL_TOKEN_PREFIX "fgpt_"

/* The words that a token's scope may hold. */
#define PERSONAL_TOKEN_SCOPES                                                                      \
	"application:write profile:read profile:write users:read users:write workouts:read "       \
	"workouts:write"

enum {
	PERSONAL_TOKEN_SIZE = sizeof(PERSONAL_TOKEN_PREFIX) + 40,
	PERSONAL_TOKEN_NAME_MAX = 100,  /* code points */
	PERSONAL_TOKEN_SCOPE_MAX = 255, /* bytes */
};

struct personal_token {
	char text[PERSONAL_TOKEN_SIZE];
	char hash[SECRET_SHA256_HEX_SIZE];
};

/* A new random token. false: no randomness. */
bool personal_token_make(struct personal_token *token);

#endif
