/*
 * The secrets of OAuth 2.0: client secrets, codes and tokens. Each is random text that is shown once; the database
 * holds its hash (W42).
 */
#ifndef FITGATE_ACCOUNT_OAUTH_SECRET_H
#define FITGATE_ACCOUNT_OAUTH_SECRET_H

#include "core/crypto.h"

enum {
	OAUTH_CLIENT_ID_LENGTH = 24,
	OAUTH_CLIENT_SECRET_LENGTH = 48,
	OAUTH_CODE_LENGTH = 48,
	OAUTH_ACCESS_TOKEN_LENGTH = 42,
	OAUTH_REFRESH_TOKEN_LENGTH = 48,
	OAUTH_DEVICE_CODE_LENGTH = 48,
	OAUTH_SECRET_SIZE = 49,
};

struct oauth_secret {
	char text[OAUTH_SECRET_SIZE];
	char hash[CRYPTO_SHA256_HEX_SIZE];
};

/* Random text of `length` letters and digits, at most 48, which the hash belongs to. false: it has been logged. */
bool oauth_secret_make(size_t length, struct oauth_secret *secret);

/* `length` random characters of an alphabet of at most 256; `text` has room for a NUL. false: it has been logged. */
bool oauth_secret_text(const char *alphabet, size_t length, char *text);

#endif
