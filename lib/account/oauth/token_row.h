/*
 * Rows of oauth2_token: issuing a pair of tokens, and ending those of a grant. For the files of this directory.
 *
 * A grant is one consent of a user; its id is copied to every token that follows from it.
 */
#ifndef FITGATE_ACCOUNT_OAUTH_TOKEN_ROW_H
#define FITGATE_ACCOUNT_OAUTH_TOKEN_ROW_H

#include "account/context.h"
#include "account/oauth/oauth_secret.h"
#include "account/oauth/token_grant.h"

/* A new pair of tokens, made before the transaction that stores it. */
struct token_pair {
	struct oauth_secret access, refresh;
	const char *client_id, *scope, *grant_id;
	int64_t user_id, expires_in;
};

/* Make the secrets, in the arena. NULL: it failed, which has been logged. The other members are the caller's. */
struct token_pair *token_pair_make(const struct account_context *context);

/* The pair as the application gets it; the texts are those of the pair. */
struct oauth_tokens token_pair_tokens(const struct token_pair *pair);

/*
 * Store the pair, within a transaction. Its application and its user are locked until the end of the transaction, so
 * that neither is deleted or suspended meanwhile. DB_OK; DB_NO_ROW: one of them is gone, or the user is not active;
 * DB_RETRY, DB_FAILED.
 */
enum db_result token_pair_store(struct db *db, const struct token_pair *pair);

/*
 * Store the pair in place of the row with this id, of the same application and user, which must not be revoked: one
 * statement, outside a transaction, revokes that row, gives it the pair's grant, and inserts the new one. Of simultaneous
 * uses of a row, one succeeds. DB_OK; DB_NO_ROW: the row is revoked or gone; DB_FAILED.
 */
enum db_result token_pair_rotate(struct db *db, const struct token_pair *pair, int64_t id);

/* Revoke every token of a grant; those that are revoked keep the time. NULL: no grant. DB_OK, DB_RETRY, DB_FAILED. */
enum db_result token_revoke_grant(struct db *db, const char *grant_id);

#endif
