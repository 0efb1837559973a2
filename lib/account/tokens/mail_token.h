/*
 * The token in the link of an e-mail that confirms an address (contract §6.16).
 *
 * It is made when the message is sent, and derived from APP_SECRET_KEY and the job of the message, so that the
 * queue never holds a usable token, and a message that is sent again after a failure has the same link. The
 * database holds only the token's hash.
 */
#ifndef FITGATE_ACCOUNT_MAIL_TOKEN_H
#define FITGATE_ACCOUNT_MAIL_TOKEN_H

#include "core/clock.h"
#include "core/crypto.h"
#include "core/settings.h"

enum { MAIL_TOKEN_SIZE = 41 }; /* 40 characters of base64url and the NUL */

struct mail_token {
	char text[MAIL_TOKEN_SIZE];
	char hash[CRYPTO_SHA256_HEX_SIZE];
};

/* The token of a job. false: the crypto library failed. */
bool mail_token_derive(const struct settings *settings, int64_t job_id, instant job_created_at,
	struct mail_token *token);

/* Tokens sent before this moment have expired. */
instant mail_token_oldest(const struct settings *settings);

#endif
