/*
 * Thin layer over OpenSSL's one-shot functions and getrandom(2).
 */
#include "core/secret.h"

#include "core/text.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/random.h>

bool secret_random(void *bytes, size_t length)
{
	unsigned char *to = bytes;

	while (length > 0) {
		ssize_t got = getrandom(to, length, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		length -= (size_t)got;
	}
	return true;
}

bool secret_random_id(char text[SECRET_ID_SIZE])
{
	unsigned char bytes[16];

	if (!secret_random(bytes, sizeof(bytes)))
		return false;
	text_hex(bytes, sizeof(bytes), text);
	return true;
}

bool secret_sha256_hex(const void *bytes, size_t length, char text[SECRET_SHA256_HEX_SIZE])
{
	unsigned char digest[SECRET_SHA256_SIZE];

	if (SHA256(bytes, length, digest) == NULL)
		return false;
	text_hex(digest, sizeof(digest), text);
	return true;
}

bool secret_hmac_sha256(const char *key, const void *bytes, size_t length,
	unsigned char mac[SECRET_SHA256_SIZE])
{
	unsigned int size = SECRET_SHA256_SIZE;

	return HMAC(EVP_sha256(), key, (int)strlen(key), bytes, length, mac, &size) != NULL;
}

bool secret_equal(const void *a, const void *b, size_t length)
{
	return CRYPTO_memcmp(a, b, length) == 0;
}

bool secret_equal_text(const char *a, const char *b)
{
	size_t length = strlen(a);

	return length == strlen(b) && secret_equal(a, b, length);
}
