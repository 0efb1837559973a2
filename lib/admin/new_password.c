/*
 * 15 random bytes are 20 characters of base64url.
 */
#include "admin/new_password.h"

#include "api/validation_messages.h"
#include "core/crypto.h"
#include "core/text.h"
#include "admin/cli/report.h"
#include "admin/cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM_BYTES = 15 };

bool report_violations(unsigned violations)
{
	char text[VALIDATION_MESSAGES_SIZE];

	if (violations == 0)
		return true;
	validation_messages(&DIALECTS[DIALECT_0_7], violations, text, sizeof(text));
	text[strlen(text) - 1] = '\0';
	for (char *end = text; (end = strchr(end, '\n')) != NULL;)
		*end = ';';
	report_failure("%s", text);
	return false;
}

static bool generate(char random[NEW_PASSWORD_RANDOM_SIZE])
{
	if (!crypto_random_base64url(RANDOM_BYTES, random)) {
		report_failure("could not generate a password: no random bytes");
		return false;
	}
	return true;
}

static bool hash(
	const struct admin_context *admin, const char *password, char hash[PASSWORD_HASH_SIZE])
{
	if (!validation_password_fits(password)) {
		report_failure("password: at most %d bytes", CRYPT_MAX_PASSPHRASE_SIZE - 1);
		return false;
	}
	if (!report_violations(validation_password(password)))
		return false;
	if (password_hash(admin->settings, password, hash))
		return true;
	report_failure("could not hash the password: the C library rejects PASSWORD_HASH");
	return false;
}

bool new_password_get(const struct admin_context *admin, struct new_password *password)
{
	char line[TERMINAL_LINE_SIZE] = "";
	bool hashed;

	*password->random = '\0';
	if (options_has(admin->options, "random-password"))
		return generate(password->random) && hash(admin, password->random, password->hash);
	hashed = terminal_read_password(line) && hash(admin, line, password->hash);
	explicit_bzero(line, sizeof(line));
	return hashed;
}

int new_password_report(struct new_password *password, const char *done)
{
	bool random = *password->random != '\0';

	fprintf(random ? stderr : stdout, "%s\n", done);
	if (random)
		puts(password->random);
	explicit_bzero(password->random, sizeof(password->random));
	return EXIT_SUCCESS;
}
