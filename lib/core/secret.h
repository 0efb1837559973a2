/*
 * Random numbers, digests and comparisons for secrets. OpenSSL does the work.
 */
#ifndef FITGATE_CORE_SECRET_H
#define FITGATE_CORE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

enum {
	SECRET_SHA256_SIZE = 32,
	SECRET_SHA256_HEX_SIZE = 65, /* 64 lowercase hex digits and the NUL */
	SECRET_ID_SIZE = 33,         /* 32 hex digits and the NUL */
};

/* Bytes from the system's generator (getrandom(2)). false when there are none to be had. */
bool secret_random(void *bytes, size_t length);

/* 16 random bytes as 32 hex digits: a jti, a job's owner. */
bool secret_random_id(char text[SECRET_ID_SIZE]);

/* SHA-256 of `length` bytes, as lowercase hex. false when the library fails. */
bool secret_sha256_hex(const void *bytes, size_t length, char text[SECRET_SHA256_HEX_SIZE]);

/* HMAC-SHA-256 (RFC 2104). false when the library fails. */
bool secret_hmac_sha256(
	const char *key, const void *bytes, size_t length, unsigned char mac[SECRET_SHA256_SIZE]);

/* Whether two byte strings are equal; the time depends on the length alone. */
bool secret_equal(const void *a, const void *b, size_t length);

/* The same for texts; the time may tell whether their lengths differ. */
bool secret_equal_text(const char *a, const char *b);

#endif
