/*
 * See gate_requirement.h.
 */
#include "account/gate/gate_requirement.h"

#include "account/tokens/scopes.h"
#include "core/log.h"
#include "core/text.h"

#include <string.h>

enum { WORD_SIZE = 256 };

/* What the words of a list, as far as it has been read, ask for, and what of it the principal has. */
struct check {
	bool names_accounts, is_named;
	bool names_scopes, has_scope;
};

static bool is_username(const char *word)
{
	static const char CHARACTERS[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return word[strspn(word, CHARACTERS)] == '\0';
}

/* false: the word is invalid. */
static bool check_word(const struct principal *principal, const char *word, struct check *check)
{
	const struct user *user = &principal->profile.user;

	if (text_has_word(SCOPES, word)) {
		check->names_scopes = true;
		check->has_scope |=
			principal->scopes != NULL && text_has_word(principal->scopes, word);
		return true;
	}
	check->names_accounts = true;
	check->is_named |= strcmp(word, "admin") == 0
				   ? user->admin
				   : text_equal_ignoring_case(word, user->username);
	return is_username(word);
}

static bool has_scopes(const struct principal *principal, const struct check *check)
{
	switch (principal->kind) {
	case PRINCIPAL_OAUTH2:
		return check->has_scope;
	case PRINCIPAL_PERSONAL:
		return text_has_word(principal->scopes, SCOPE_GATE) &&
		       (check->has_scope || !check->names_scopes);
	case PRINCIPAL_FIRST_PARTY:
		break;
	}
	return true;
}

enum gate_requirement gate_requirement_check(
	const char *requirement, const struct principal *principal)
{
	struct check check = {0};

	while (*(requirement += strspn(requirement, " ")) != '\0') {
		size_t length = strcspn(requirement, " ");
		char word[WORD_SIZE] = "";

		if (length < sizeof(word))
			memcpy(word, requirement, length);
		if (*word == '\0' || !check_word(principal, word, &check)) {
			log_error("could not check the requirement of a location: \"%.*s\" in "
				  "$fitgate_require is neither a scope nor a user name",
				WORD_SIZE, requirement);
			return GATE_REQUIREMENT_INVALID;
		}
		requirement += length;
	}
	if ((check.names_accounts && !check.is_named) || !has_scopes(principal, &check))
		return GATE_REQUIREMENT_NOT_MET;
	return GATE_REQUIREMENT_MET;
}
