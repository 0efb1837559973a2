/*
 * The messages, a column for each dialect.
 */
#include "api/validation_messages.h"

#include <string.h>

void validation_messages(
	const struct dialect *dialect, unsigned violations, char *text, size_t size)
{
	static const struct {
		enum violation rule;
		const char *messages[DIALECT_COUNT];
	} MESSAGES[] = {
/* NOLINTBEGIN(bugprone-macro-parentheses): initializers cannot be in parentheses */
#define RULE(rule, in_0_7, in_0_6, in_0_2)                                                         \
	{                                                                                          \
		rule,                                                                              \
		{                                                                                  \
			[DIALECT_0_7] = in_0_7, [DIALECT_0_6] = in_0_6, [DIALECT_0_2] = in_0_2     \
		}                                                                                  \
	}
/* NOLINTEND(bugprone-macro-parentheses) */
#define SAME NULL
		RULE(VIOLATION_USERNAME_LENGTH, "username: 3 to 30 characters required\n", SAME,
			"Username: 3 to 12 characters required.\n"),
		RULE(VIOLATION_USERNAME_CHARACTERS,
			"username: only alphanumeric characters and the underscore character \"_\" allowed\n",
			SAME,
			"Username: only alphanumeric characters and the underscore character \"_\" allowed.\n"),
		RULE(VIOLATION_EMAIL, "email: valid email must be provided\n", SAME,
			"Valid email must be provided.\n"),
		RULE(VIOLATION_PASSWORD_TWICE,
			"password: password and password confirmation don't match\n", SAME,
			"Password and password confirmation don't match.\n"),
		RULE(VIOLATION_PASSWORD, "password: 8 characters required\n", SAME,
			"Password: 8 characters required.\n"),
#undef SAME
#undef RULE
	};

	*text = '\0';
	for (size_t i = 0; i < sizeof(MESSAGES) / sizeof(*MESSAGES); i++) {
		const char *message = MESSAGES[i].messages[dialect->id];

		if (message == NULL)
			message = MESSAGES[i].messages[DIALECT_0_7];
		if ((violations & MESSAGES[i].rule) != 0)
			strncat(text, message, size - strlen(text) - 1);
	}
}
