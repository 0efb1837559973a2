/*
 * Passwords through crypt(3) (libxcrypt): new hashes as the setting PASSWORD_HASH says, every format of
 * crypt(3) verifies.
 */
#ifndef FITGATE_ACCOUNT_PASSWORD_H
#define FITGATE_ACCOUNT_PASSWORD_H

#include "core/settings.h"

#include <crypt.h>
#include <stdbool.h>

enum { PASSWORD_HASH_SIZE = CRYPT_OUTPUT_SIZE };

/* Hash a new password with a fresh salt. false: the library refuses it, or the setting. */
bool password_hash(
	const struct settings *settings, const char *password, char hash[PASSWORD_HASH_SIZE]);

/* Whether the password is the one that `hash` was made from. */
bool password_verify(const char *password, const char *hash);

/* Spend the time that verifying against a hash of the setting's cost takes, for an account that does
 * not exist. */
void password_verify_nothing(const struct settings *settings, const char *password);

/* Whether the hash has another format or cost than the setting. */
bool password_is_outdated(const struct settings *settings, const char *hash);

#endif
