/*
 * Making personal tokens.
 */
#include "account/personal_token.h"

#include "core/text.h"

#include <string.h>

enum { RANDOM_BYTES = 30 };

bool personal_token_make(struct personal_token *token)
{
	const size_t prefix = strlen(PERSONAL_TOKEN_PREFIX);
	unsigned char bytes[RANDOM_BYTES];

	if (!secret_random(bytes, sizeof(bytes)))
		return false;
	memcpy(token->text, PERSONAL_TOKEN_PREFIX, prefix);
	text_base64url(bytes, sizeof(bytes), token->text + prefix);
	return secret_sha256_hex(token->text, strlen(token->text), token->hash);
}
