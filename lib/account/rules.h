/*
 * The rules for what an account is made of (contract §6.0).
 */
#ifndef FITGATE_ACCOUNT_RULES_H
#define FITGATE_ACCOUNT_RULES_H

#include "account/dialect.h"

#include <stdbool.h>

/* Bits, in the order in which their messages are given. */
enum rule {
	RULE_USERNAME_LENGTH = 1,
	RULE_USERNAME_CHARACTERS = 2,
	RULE_EMAIL = 4,
	RULE_PASSWORD_TWICE = 8, /* password and password_conf are the same */
	RULE_PASSWORD = 16,
};

enum { RULES_EMAIL_MAX = 255 };

/* Room for the messages of all rules. */
enum { RULES_MESSAGES_SIZE = 320 };

/* The messages of the rules that are broken, each with a line feed, in their order. */
void rules_messages(const struct dialect *dialect, unsigned broken, char *text, size_t size);

/* The rules that a username (of at most so many code points), an e-mail address, a new password break;
 * 0: none. */
unsigned rules_username(const char *username, size_t max);
unsigned rules_email(const char *email);
unsigned rules_password(const char *password);

/* Whether crypt(3) takes a password of this length; one that is longer cannot be stored. */
bool rules_password_fits(const char *password);

/* `language` where it is one of the words of `languages`, else "en". NULL counts as unknown. */
const char *rules_language(const char *languages, const char *language);

#endif
