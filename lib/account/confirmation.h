/*
 * The token in a confirmation e-mail (contract §6.16): 40 random characters, of which the database keeps
 * only the hash. One column is for both uses of it: where email_to_confirm is set, the token was sent there
 * and confirms that address, never the account (W9).
 */
#ifndef FITGATE_ACCOUNT_CONFIRMATION_H
#define FITGATE_ACCOUNT_CONFIRMATION_H

#include "core/secret.h"
#include "core/settings.h"
#include "db/db.h"

enum { CONFIRMATION_TOKEN_SIZE = 41 };

struct confirmation {
	char token[CONFIRMATION_TOKEN_SIZE];
	char hash[SECRET_SHA256_HEX_SIZE];
};

/* A new random token. false: no randomness. */
bool confirmation_make(struct confirmation *confirmation);

/*
 * Activate the account that this token was made for: not yet active, not suspended, the token not too
 * old. The token is used up. Within a transaction. DB_OK fills the user's id and token_epoch; DB_NO_ROW:
 * there is no such account.
 */
enum db_result confirmation_redeem(struct db *db, const struct settings *settings,
	const char *token, int64_t *user_id, int64_t *token_epoch);

/* Give an account that waits for its confirmation a new token; the old one dies. DB_NO_ROW: it does not wait. */
enum db_result confirmation_replace(
	struct db *db, int64_t user_id, const struct confirmation *confirmation);

#endif
