/*
 * See oauth_secret.h.
 */
#include "account/oauth/oauth_secret.h"

#include <string.h>

bool oauth_secret_text(const char *alphabet, size_t length, char *text)
{
	const unsigned count = (unsigned)strlen(alphabet);
	const unsigned limit =
		256 - 256 % count; /* a byte from here on would prefer some characters */
	size_t done = 0;

	while (done < length) {
		unsigned char bytes[2 * OAUTH_SECRET_SIZE];

		if (!crypto_random(bytes, sizeof(bytes)))
			return false;
		for (size_t i = 0; i < sizeof(bytes) && done < length; i++)
			if (bytes[i] < limit)
				text[done++] = alphabet[bytes[i] % count];
	}
	text[length] = '\0';
	return true;
}

bool oauth_secret_make(size_t length, struct oauth_secret *secret)
{
	static const char ALPHABET[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	return oauth_secret_text(ALPHABET, length, secret->text) &&
	       crypto_sha256_hex(secret->text, length, secret->hash);
}
