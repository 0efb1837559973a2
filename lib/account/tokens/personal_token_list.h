/*
 * The personal tokens of an account, for its owner: list, create, revoke (contract §27.2).
 *
 * Only the owner's own first-party token may do this: the caller checks that the principal is PRINCIPAL_FIRST_PARTY.
 */
#ifndef FITGATE_ACCOUNT_PERSONAL_TOKEN_LIST_H
#define FITGATE_ACCOUNT_PERSONAL_TOKEN_LIST_H

#include "account/context.h"
#include "account/tokens/personal_token.h"
#include "account/tokens/principal.h"

/* How many valid tokens an account can have. */
enum { TOKEN_LIST_MAX = 100 };

struct listed_token {
	int64_t id;
	const char *name, *scope;
	instant created_at;
	instant expires_at;   /* INSTANT_NONE: never */
	instant last_used_at; /* to the hour; INSTANT_NONE: not used yet */
};

struct token_list {
	struct listed_token tokens[TOKEN_LIST_MAX];
	int count;
};

/* The tokens that are valid now, the newest first. Texts are in the arena. DB_OK, DB_FAILED. */
enum db_result account_list_tokens(const struct account_context *context,
	const struct principal *principal, struct token_list *list);

struct token_form {
	const char *name;  /* 1 to PERSONAL_TOKEN_NAME_MAX code points */
	const char *scope; /* words of PERSONAL_SCOPES, separated by spaces */
	int64_t days; /* how long it is valid, 1 to PERSONAL_TOKEN_DAYS_MAX; 0: until it is revoked */
	const char *password; /* the account's present password */
};

enum token_create_result {
	TOKEN_CREATE_DONE,
	TOKEN_CREATE_NAME_INVALID,
	TOKEN_CREATE_SCOPE_INVALID, /* empty, or a word that is not a scope */
	TOKEN_CREATE_DAYS_INVALID,
	TOKEN_CREATE_PASSWORD_WRONG,
	TOKEN_CREATE_LIMITED,  /* too many wrong passwords; see `wait` */
	TOKEN_CREATE_TOO_MANY, /* the account has TOKEN_LIST_MAX valid tokens */
	TOKEN_CREATE_FAILED,   /* it has been logged */
};

struct token_outcome {
	struct personal_token secret; /* TOKEN_CREATE_DONE: its text, which is stored nowhere */
	struct listed_token token;    /* TOKEN_CREATE_DONE; texts are in the form or the outcome */
	char scope[PERSONAL_TOKEN_SCOPE_MAX + 1];
	int64_t wait; /* TOKEN_CREATE_LIMITED: seconds */
};

/* Create a token. The form is checked before the password. The outcome points into itself: do not copy it. */
enum token_create_result account_create_token(const struct account_context *context,
	const struct principal *principal, const struct token_form *form,
	struct token_outcome *outcome);

enum token_revoke_result {
	TOKEN_REVOKE_DONE,
	TOKEN_REVOKE_UNKNOWN, /* the account has no valid token with this id */
	TOKEN_REVOKE_FAILED,  /* it has been logged */
};

/* Revoke a token. */
enum token_revoke_result account_revoke_token(
	const struct account_context *context, const struct principal *principal, int64_t id);

#endif
