/*
 * Checks of whole strings: a line feed at the end is a character like any other.
 */
#include "account/validation.h"

#include "account/defaults.h"
#include "core/text.h"

#include <crypt.h>
#include <string.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { USERNAME_MIN = 3, PASSWORD_MIN = 8 };

static bool consists_of(const char *text, const char *characters)
{
	return text[strspn(text, characters)] == '\0';
}

unsigned validation_username(const char *username, size_t max)
{
	size_t length = text_length(username);
	unsigned broken = 0;

	if (length < USERNAME_MIN || length > max)
		broken |= VIOLATION_USERNAME_LENGTH;
	if (*username == '\0' || !consists_of(username, LETTERS DIGITS "_"))
		broken |= VIOLATION_USERNAME_CHARACTERS;
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

unsigned validation_email(const char *email)
{
	return strlen(email) <= VALIDATION_EMAIL_MAX && is_email(email) ? 0 : VIOLATION_EMAIL;
}

unsigned validation_password(const char *password)
{
	return text_length(password) >= PASSWORD_MIN ? 0 : VIOLATION_PASSWORD;
}

bool validation_password_fits(const char *password)
{
	return strlen(password) < CRYPT_MAX_PASSPHRASE_SIZE;
}

const char *validation_language(const char *languages, const char *language)
{
	if (language != NULL && *language != '\0' && text_has_word(languages, language))
		return language;
	return DEFAULT_LANGUAGE;
}
