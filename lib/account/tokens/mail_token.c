/*
 * Tokens of links in e-mails.
 */
#include "account/tokens/mail_token.h"

#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TOKEN_BYTES = 30, NAME_SIZE = 96 };

bool mail_token_derive(const struct settings *settings, int64_t job_id, instant job_created_at,
	struct mail_token *token)
{
	unsigned char mac[CRYPTO_SHA256_SIZE];
	char name[NAME_SIZE];
	int length = snprintf(
		name, sizeof(name), "mail-token|%" PRId64 "|%" PRId64, job_id, job_created_at);

	if (!crypto_hmac_sha256(settings->secret_key, name, (size_t)length, mac))
		return false;
	text_base64url(mac, TOKEN_BYTES, token->text);
	return crypto_sha256_hex(token->text, strlen(token->text), token->hash);
}

instant mail_token_oldest(const struct settings *settings)
{
	return clock_now() - settings->confirmation_token_lifetime * MICROSECONDS;
}
