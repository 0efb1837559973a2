/*
 * The forms in which a typed password is compared with a hash (contract §6.0).
 *
 * Typing and pasting can give the same text as different bytes: macOS pastes "é" as "e" with a combining accent. A
 * password is hashed as the bytes that a client sends. If they do not match later, they are compared again in
 * Unicode's normalization form C (NFC), in which keyboards write.
 */
#ifndef FITGATE_ACCOUNT_PASSWORD_FORMS_H
#define FITGATE_ACCOUNT_PASSWORD_FORMS_H

#include <crypt.h>

enum { PASSWORD_FORMS_MAX = 2 };

/* Points into itself: do not copy it. */
struct password_forms {
	const char *text[PASSWORD_FORMS_MAX]; /* as typed, and in NFC */
	int count;
	char normalized[CRYPT_MAX_PASSPHRASE_SIZE];
};

/*
 * The forms of a password of well-formed UTF-8, which has to outlive them. The second form exists only if it differs
 * from the first and crypt(3) accepts its length. The number depends on the password alone, never on an account, so
 * the number of hashes reveals nothing.
 */
void password_forms_make(struct password_forms *forms, const char *typed);

/* The form that `hash` was made from; NULL: none. Stops at the first. */
const char *password_forms_verify(const struct password_forms *forms, const char *hash);

#endif
