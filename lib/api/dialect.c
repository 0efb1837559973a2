/*
 * The properties of each dialect.
 */
#include "api/dialect.h"

#include "account/validation.h"
#include "api/reply.h"
#include "core/languages.h"

#include <string.h>

#define FAILURE(message) "{\"status\":\"error\",\"message\":\"" message "\"}"

const struct dialect DIALECTS[DIALECT_COUNT] = {
	[DIALECT_0_7] =
		{
			.id = DIALECT_0_7,
			.mask = IN_0_7,
			.name = "0.7",
			.version = "0.7.18",
			.languages = LANGUAGES,
			.username_max = VALIDATION_USERNAME_MAX,
			.asks_for_policy = true,
			.has_site_texts = true,
			.has_all_preferences = true,
			.verifies_email = true,
			.has_scoped_tokens = true,
			.rules_title = "",
			.failure = FAILURE(SERVER_ERROR_0_7),
		},
	[DIALECT_0_6] =
		{
			.id = DIALECT_0_6,
			.mask = IN_0_6,
			.name = "0.6",
			.version = "0.6.12",
			.languages = "en fr de",
			.username_max = VALIDATION_USERNAME_MAX,
			.verifies_email = true,
			.has_scoped_tokens = true,
			.rules_title = "",
			.failure = FAILURE(SERVER_ERROR_0_7),
		},
	[DIALECT_0_2] =
		{
			.id = DIALECT_0_2,
			.mask = IN_0_2,
			.name = "0.2",
			.version = "0.2.1",
			.languages = LANGUAGES,
			.username_max = 12,
			.edits_password = true,
			.confirms_password = true,
			.rules_title = "Errors: ",
			.failure = FAILURE(SERVER_ERROR_0_2),
		},
};

const struct dialect *dialect_find(const char *name)
{
	if (*name == '\0')
		return &DIALECTS[DIALECT_0_7];
	for (int i = 0; i < DIALECT_COUNT; i++)
		if (strcmp(name, DIALECTS[i].name) == 0)
			return &DIALECTS[i];
	return NULL;
}
