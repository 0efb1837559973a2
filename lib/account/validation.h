/*
 * The rules for the values of an account (contract §6.0).
 */
#ifndef FITGATE_ACCOUNT_VALIDATION_H
#define FITGATE_ACCOUNT_VALIDATION_H

#include <stdbool.h>
#include <stddef.h>

/* Bits, in the order in which their messages are shown (api/validation_messages.h). */
enum violation {
	VIOLATION_USERNAME_LENGTH = 1,
	VIOLATION_USERNAME_CHARACTERS = 2,
	VIOLATION_EMAIL = 4,
	VIOLATION_PASSWORD_TWICE = 8, /* a password and its repetition differ */
	VIOLATION_PASSWORD = 16,
};

enum { VALIDATION_USERNAME_MAX = 30, VALIDATION_EMAIL_MAX = 255 }; /* code points; bytes */

/* The rules that a username (of at most `max` code points), an e-mail address or a new password breaks; 0: none. */
unsigned validation_username(const char *username, size_t max);
unsigned validation_email(const char *email);
unsigned validation_password(const char *password);

/* Whether crypt(3) accepts a password of this length. A longer password cannot be stored. */
bool validation_password_fits(const char *password);

/* `language` if it is one of the words of `languages`, else the default language. NULL is unknown. */
const char *validation_language(const char *languages, const char *language);

#endif
