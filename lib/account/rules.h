/*
 * The rules for what an account is made of (contract §6.0).
 */
#ifndef FITGATE_ACCOUNT_RULES_H
#define FITGATE_ACCOUNT_RULES_H

#include <stdbool.h>

/* Bits, in the order in which their messages are given. */
enum rule {
	RULE_USERNAME_LENGTH = 1,
	RULE_USERNAME_CHARACTERS = 2,
	RULE_EMAIL = 4,
	RULE_PASSWORD = 8,
};

enum { RULES_EMAIL_MAX = 255 };

/* Room for the messages of all rules. */
enum { RULES_MESSAGES_SIZE = 256 };

/* The messages of the rules that are broken, each with a line feed, in their order. */
void rules_messages(unsigned broken, char text[RULES_MESSAGES_SIZE]);

/* The rules that a username, an e-mail address, a new password break; 0: none. */
unsigned rules_username(const char *username);
unsigned rules_email(const char *email);
unsigned rules_password(const char *password);

/* Whether crypt(3) takes a password of this length; one that is longer cannot be stored. */
bool rules_password_fits(const char *password);

/* `language` where it is one of the words of `languages`, else "en". NULL counts as unknown. */
const char *rules_language(const char *languages, const char *language);

#endif
