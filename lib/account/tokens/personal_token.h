/*
 * Personal tokens, which a script uses instead of a login (contract §3.3). The text is shown once, when the token is
 * made; the database holds only its hash.
 */
#ifndef FITGATE_ACCOUNT_PERSONAL_TOKEN_H
#define FITGATE_ACCOUNT_PERSONAL_TOKEN_H

#include "core/crypto.h"
#include "db/db.h"

/* A personal token is this and 40 characters of base64url. */
#define PERSONAL_TOKEN_PREFIX "fgpt_"

enum {
	PERSONAL_TOKEN_SIZE = sizeof(PERSONAL_TOKEN_PREFIX) + 40,
	PERSONAL_TOKEN_NAME_MAX = 100,   /* code points */
	PERSONAL_TOKEN_SCOPE_MAX = 255,  /* bytes */
	PERSONAL_TOKEN_WORD_SIZE = 32,   /* of a scope */
	PERSONAL_TOKEN_DAYS_MAX = 36500, /* of its lifetime */
};

struct personal_token {
	char text[PERSONAL_TOKEN_SIZE];
	char hash[CRYPTO_SHA256_HEX_SIZE];
};

/* A new random token. false: it has been logged. */
bool personal_token_make(struct personal_token *token);

/* Whether a name is UTF-8 text of 1 to PERSONAL_TOKEN_NAME_MAX characters. */
bool personal_token_name_is_valid(const char *name);

enum personal_scope_result {
	PERSONAL_SCOPE_VALID,
	PERSONAL_SCOPE_EMPTY,
	PERSONAL_SCOPE_UNKNOWN, /* a word is not a scope; `scope` begins with it, cut to PERSONAL_TOKEN_WORD_SIZE */
};

/* Read a list of words, separated by spaces, of PERSONAL_SCOPES (account/tokens/scopes.h). `scope` gets each word once. */
enum personal_scope_result personal_token_read_scope(
	const char *words, char scope[PERSONAL_TOKEN_SCOPE_MAX + 1]);

struct personal_token_row {
	int64_t user_id;
	const char *name, *hash, *scope;
	instant expires_at; /* INSTANT_NONE: never */
};

/* Store a new token; db_inserted_id() is its id. DB_OK, DB_RETRY, DB_FAILED. */
enum db_result personal_token_insert(struct db *db, const struct personal_token_row *row);

/* When a token ends that is made now and lives this many days; 0: INSTANT_NONE. */
instant personal_token_end(int64_t days);

#endif
