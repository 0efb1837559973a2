/*
 * Whole-string checks; a line feed at the end is a character like any other.
 */
#include "account/rules.h"

#include "core/text.h"

#include <crypt.h>
#include <string.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { USERNAME_MIN = 3, PASSWORD_MIN = 8 };

void rules_messages(const struct dialect *dialect, unsigned broken, char *text, size_t size)
{
	static const struct {
		enum rule rule;
		const char *messages[DIALECT_COUNT];
	} MESSAGES[] = {
/* NOLINTBEGIN(bugprone-macro-parentheses): initialisers cannot be in parentheses */
#define RULE(rule, in_0_7, in_0_6, in_0_2)                                                         \
	{                                                                                          \
		rule,                                                                              \
		{                                                                                  \
			[DIALECT_0_7] = in_0_7, [DIALECT_0_6] = in_0_6, [DIALECT_0_2] = in_0_2     \
		}                                                                                  \
	}
/* NOLINTEND(bugprone-macro-parentheses) */
#define SAME NULL
		RULE(RULE_USERNAME_LENGTH, "username: 3 to 30 characters required\n", SAME,
			"Username: 3 to 12 characters required.\n"),
		RULE(RULE_USERNAME_CHARACTERS,
			"username: only alphanumeric characters and the underscore character \"_\" allowed\n",
			SAME,
			"Username: only alphanumeric characters and the underscore character \"_\" allowed.\n"),
		RULE(RULE_EMAIL, "email: valid email must be provided\n", SAME,
			"Valid email must be provided.\n"),
		RULE(RULE_PASSWORD_TWICE,
			"password: password and password confirmation don't match\n", SAME,
			"Password and password confirmation don't match.\n"),
		RULE(RULE_PASSWORD, "password: 8 characters required\n", SAME,
			"Password: 8 characters required.\n"),
#undef SAME
#undef RULE
	};

	*text = '\0';
	for (size_t i = 0; i < sizeof(MESSAGES) / sizeof(*MESSAGES); i++) {
		const char *message = MESSAGES[i].messages[dialect->id];

		if (message == NULL)
			message = MESSAGES[i].messages[DIALECT_0_7];
		if ((broken & MESSAGES[i].rule) != 0)
			strncat(text, message, size - strlen(text) - 1);
	}
}

static bool consists_of(const char *text, const char *characters)
{
	return text[strspn(text, characters)] == '\0';
}

unsigned rules_username(const char *username, size_t max)
{
	size_t length = text_length(username);
	unsigned broken = 0;

	if (length < USERNAME_MIN || length > max)
		broken |= RULE_USERNAME_LENGTH;
	if (*username == '\0' || !consists_of(username, LETTERS DIGITS "_"))
		broken |= RULE_USERNAME_CHARACTERS;
	return broken;
}

/* [a-zA-Z0-9_.+-]+ @ [a-zA-Z0-9-]+ \. [a-zA-Z0-9-.]+ */
static bool is_email(const char *email)
{
	size_t local = strspn(email, LETTERS DIGITS "_.+-");
	const char *domain = email + local;
	size_t label;

	if (local == 0 || *domain != '@')
		return false;
	domain++;
	label = strspn(domain, LETTERS DIGITS "-");
	if (label == 0 || domain[label] != '.')
		return false;
	domain += label + 1;
	return *domain != '\0' && consists_of(domain, LETTERS DIGITS "-.");
}

unsigned rules_email(const char *email)
{
	return strlen(email) <= RULES_EMAIL_MAX && is_email(email) ? 0 : RULE_EMAIL;
}

unsigned rules_password(const char *password)
{
	return text_length(password) >= PASSWORD_MIN ? 0 : RULE_PASSWORD;
}

bool rules_password_fits(const char *password)
{
	return strlen(password) < CRYPT_MAX_PASSPHRASE_SIZE;
}

const char *rules_language(const char *languages, const char *language)
{
	if (language != NULL && *language != '\0' && text_has_word(languages, language))
		return language;
	return "en";
}
