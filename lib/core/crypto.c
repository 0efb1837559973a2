/*
 * Thin layer over OpenSSL and getrandom(2).
 */
#include "core/crypto.h"

#include "core/log.h"
#include "core/text.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>
#include <sys/random.h>

/* false: errno has the reason. */
static bool get_random(void *bytes, size_t length)
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

bool crypto_random(void *bytes, size_t length)
{
	int reason;

	if (get_random(bytes, length))
		return true;
	reason = errno;
	log_error("could not get random bytes: %s", strerror(reason));
	errno = reason;
	return false;
}

unsigned char crypto_jitter(void)
{
	unsigned char byte = 0;

	(void)get_random(&byte, sizeof(byte));
	return byte;
}

bool crypto_random_id(char text[CRYPTO_ID_SIZE])
{
	unsigned char bytes[16];

	if (!crypto_random(bytes, sizeof(bytes)))
		return false;
	text_hex(bytes, sizeof(bytes), text);
	return true;
}

bool crypto_random_base64url(size_t length, char *text)
{
	unsigned char bytes[64];

	if (length > sizeof(bytes) || !crypto_random(bytes, length))
		return false;
	text_base64url(bytes, length, text);
	explicit_bzero(bytes, length);
	return true;
}

/*
 * Looking an algorithm up costs OpenSSL more than running it on a token: contexts are made once and kept
 * as long as the process lives. NULL when OpenSSL fails.
 */
static EVP_MD_CTX *sha256_context(void)
{
	static EVP_MD_CTX *context;

	if (context == NULL)
		context = EVP_MD_CTX_new();
	return context;
}

static EVP_MAC_CTX *hmac_context(void)
{
	static EVP_MAC_CTX *context;
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac;

	if (context != NULL)
		return context;
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	context = hmac == NULL ? NULL : EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	if (context != NULL && EVP_MAC_CTX_set_params(context, parameters) != 1) {
		EVP_MAC_CTX_free(context);
		context = NULL;
	}
	return context;
}

/* A digest that has begun. NULL when OpenSSL fails. */
static EVP_MD_CTX *sha256_begin(void)
{
	static const EVP_MD *sha256;
	EVP_MD_CTX *context = sha256_context();

	if (sha256 == NULL)
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (context == NULL || sha256 == NULL || EVP_DigestInit_ex2(context, sha256, NULL) != 1)
		return NULL;
	return context;
}

static bool sha256_failed(void)
{
	log_error("could not compute SHA-256: OpenSSL failed or is out of memory");
	return false;
}

static bool sha256_end(EVP_MD_CTX *context, char text[CRYPTO_SHA256_HEX_SIZE])
{
	unsigned char digest[CRYPTO_SHA256_SIZE];

	if (EVP_DigestFinal_ex(context, digest, NULL) != 1)
		return false;
	text_hex(digest, sizeof(digest), text);
	return true;
}

bool crypto_sha256_hex(const void *bytes, size_t length, char text[CRYPTO_SHA256_HEX_SIZE])
{
	EVP_MD_CTX *context = sha256_begin();

	return (context != NULL && EVP_DigestUpdate(context, bytes, length) == 1 &&
		       sha256_end(context, text)) ||
	       sha256_failed();
}

bool crypto_sha256_hex_of_strings(const char *const *strings, char text[CRYPTO_SHA256_HEX_SIZE])
{
	EVP_MD_CTX *context = sha256_begin();

	for (; context != NULL && *strings != NULL; strings++)
		if (EVP_DigestUpdate(context, *strings, strlen(*strings) + 1) != 1)
			return sha256_failed();
	return (context != NULL && sha256_end(context, text)) || sha256_failed();
}

bool crypto_hmac_sha256(
	const char *key, const void *bytes, size_t length, unsigned char mac[CRYPTO_SHA256_SIZE])
{
	EVP_MAC_CTX *context = hmac_context();
	size_t size;

	if (context != NULL &&
		EVP_MAC_init(context, (const unsigned char *)key, strlen(key), NULL) == 1 &&
		EVP_MAC_update(context, bytes, length) == 1 &&
		EVP_MAC_final(context, mac, &size, CRYPTO_SHA256_SIZE) == 1)
		return true;
	log_error("could not compute HMAC-SHA-256: OpenSSL failed or is out of memory");
	return false;
}

void crypto_load(void)
{
	static const char ANYTHING[] = "-";
	unsigned char mac[CRYPTO_SHA256_SIZE];
	char digest[CRYPTO_SHA256_HEX_SIZE];

	(void)crypto_sha256_hex(ANYTHING, 1, digest);
	(void)crypto_hmac_sha256(ANYTHING, ANYTHING, 1, mac);
}

bool crypto_equal(const void *a, const void *b, size_t length)
{
	return CRYPTO_memcmp(a, b, length) == 0;
}

bool crypto_equal_text(const char *a, const char *b)
{
	size_t length = strlen(a);

	return length == strlen(b) && crypto_equal(a, b, length);
}
