/*
 * Random numbers, digests and comparisons for secrets. OpenSSL does the work.
 */
#ifndef FITGATE_CORE_CRYPTO_H
#define FITGATE_CORE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

enum {
	CRYPTO_SHA256_SIZE = 32,
	CRYPTO_SHA256_HEX_SIZE = 65, /* 64 lowercase hex digits and the NUL */
	CRYPTO_ID_SIZE = 33,         /* 32 hex digits and the NUL */
};

/* Look up the algorithms now instead of at their first use, for processes to be forked that then share OpenSSL's tables. */
void crypto_load(void);

/* Bytes from the system's generator (getrandom(2)). false: it failed, which has been logged; errno has the reason. */
bool crypto_random(void *bytes, size_t length);

/* A random byte that spreads retries over time. When the generator fails, it is 0, and nothing is logged. */
unsigned char crypto_jitter(void);

/* 16 random bytes as 32 hex digits: a jti, a job's owner. false: as above. */
bool crypto_random_id(char text[CRYPTO_ID_SIZE]);

/* `length` (at most 64) random bytes as base64url (core/text.h); `text` has TEXT_BASE64URL_SIZE(length) bytes.
 * false: as above. */
bool crypto_random_base64url(size_t length, char *text);

/* SHA-256 of `length` bytes, as lowercase hex. false when the library fails; it has been logged. */
bool crypto_sha256_hex(const void *bytes, size_t length, char text[CRYPTO_SHA256_HEX_SIZE]);

/* The same over several strings, each with its NUL; the list ends with NULL. */
bool crypto_sha256_hex_of_strings(const char *const *strings, char text[CRYPTO_SHA256_HEX_SIZE]);

/* HMAC-SHA-256 (RFC 2104). false when the library fails; it has been logged. */
bool crypto_hmac_sha256(
	const char *key, const void *bytes, size_t length, unsigned char mac[CRYPTO_SHA256_SIZE]);

/* Whether two byte strings are equal; the time depends on the length alone. */
bool crypto_equal(const void *a, const void *b, size_t length);

/* The same for texts; the time may reveal whether their lengths differ. */
bool crypto_equal_text(const char *a, const char *b);

#endif
