/*
 * See user_code.h. Without vowels a code is not a word, and its letters are hard to confuse.
 */
#include "account/oauth/user_code.h"

#include "account/oauth/oauth_secret.h"

#include <string.h>

static const char ALPHABET[] = "BCDFGHJKLMNPQRSTVWXZ";
enum { LETTERS = 8, GROUP = 4 };

static bool complete(const char *letters, struct user_code *code)
{
	memcpy(code->text, letters, GROUP);
	code->text[GROUP] = '-';
	memcpy(code->text + GROUP + 1, letters + GROUP, LETTERS - GROUP);
	code->text[LETTERS + 1] = '\0';
	return crypto_sha256_hex(code->text, LETTERS + 1, code->hash);
}

bool user_code_make(struct user_code *code)
{
	char letters[LETTERS + 1];

	return oauth_secret_text(ALPHABET, LETTERS, letters) && complete(letters, code);
}

enum user_code_result user_code_read(const char *typed, struct user_code *code)
{
	char letters[LETTERS] = {0};
	size_t count = 0;

	for (const char *c = typed; *c != '\0'; c++) {
		char letter = *c;

		if (letter >= 'a' && letter <= 'z')
			letter = (char)(letter - 'a' + 'A');
		if (letter == '-' || letter == ' ')
			continue;
		if (count == LETTERS || strchr(ALPHABET, letter) == NULL)
			return USER_CODE_MALFORMED;
		letters[count++] = letter;
	}
	if (count != LETTERS)
		return USER_CODE_MALFORMED;
	return complete(letters, code) ? USER_CODE_READ : USER_CODE_FAILED;
}
