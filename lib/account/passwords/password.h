/*
 * Hashes and verifies passwords with crypt(3) (libxcrypt). New hashes have the format of the setting
 * PASSWORD_HASH; hashes of every format of crypt(3) can be verified.
 */
#ifndef FITGATE_ACCOUNT_PASSWORD_H
#define FITGATE_ACCOUNT_PASSWORD_H

#include "core/settings.h"

#include <crypt.h>
#include <stdbool.h>

enum { PASSWORD_HASH_SIZE = CRYPT_OUTPUT_SIZE };

/* Hash a new password with a fresh salt. false: crypt(3) does not support the setting or failed, or there were no
 * random bytes; it has been logged. */
bool password_hash(
	const struct settings *settings, const char *password, char hash[PASSWORD_HASH_SIZE]);

/* Hash a random password, which is shown to no one: its owner sets another one by a link. false: it has been logged. */
bool password_hash_unknown(const struct settings *settings, char hash[PASSWORD_HASH_SIZE]);

/* Whether the password is the one that `hash` was made from. */
bool password_verify(const char *password, const char *hash);

/* Whether any password can match the hash: a text that crypt(3) accepts as a setting. */
bool password_is_usable(const char *hash);

/* Take the time of verifying against a hash of the setting's format and cost. */
void password_verify_nothing(const struct settings *settings, const char *password);

/* Whether the hash has another format or cost than the setting. */
bool password_is_outdated(const struct settings *settings, const char *hash);

enum { PASSWORD_FORMAT_SIZE = 64 };

/* The format of a hash: algorithm and parameters, "$2b$13$", "$y$j9T$"; "" for a hash without a "$". Two hashes of
 * one format take the same time. */
void password_format(const char *hash, char format[PASSWORD_FORMAT_SIZE]);

#endif
