/*
 * Making personal tokens.
 */
#include "account/tokens/personal_token.h"

#include "account/tokens/scopes.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>

enum { RANDOM_BYTES = 30 };

bool personal_token_make(struct personal_token *token)
{
	const size_t prefix = strlen(PERSONAL_TOKEN_PREFIX);

	memcpy(token->text, PERSONAL_TOKEN_PREFIX, prefix);
	if (!crypto_random_base64url(RANDOM_BYTES, token->text + prefix))
		return false;
	return crypto_sha256_hex(token->text, strlen(token->text), token->hash);
}

bool personal_token_name_is_valid(const char *name)
{
	return text_is_utf8(name, strlen(name)) && *name != '\0' &&
	       text_length(name) <= PERSONAL_TOKEN_NAME_MAX;
}

/* Add a word to the scope unless it is there already. The list of all words fits. */
static void add_word(char scope[PERSONAL_TOKEN_SCOPE_MAX + 1], const char *word)
{
	size_t length = strlen(scope);

	if (!text_has_word(scope, word))
		snprintf(scope + length, PERSONAL_TOKEN_SCOPE_MAX + 1 - length, "%s%s",
			length == 0 ? "" : " ", word);
}

enum personal_scope_result personal_token_read_scope(
	const char *words, char scope[PERSONAL_TOKEN_SCOPE_MAX + 1])
{
	*scope = '\0';
	for (words += strspn(words, " "); *words != '\0'; words += strspn(words, " ")) {
		char word[PERSONAL_TOKEN_WORD_SIZE];
		size_t length = strcspn(words, " ");

		snprintf(word, sizeof(word), "%.*s", (int)length, words);
		if (length >= sizeof(word) || !text_has_word(PERSONAL_SCOPES, word)) {
			snprintf(scope, PERSONAL_TOKEN_SCOPE_MAX + 1, "%s", word);
			return PERSONAL_SCOPE_UNKNOWN;
		}
		add_word(scope, word);
		words += length;
	}
	return *scope == '\0' ? PERSONAL_SCOPE_EMPTY : PERSONAL_SCOPE_VALID;
}

enum db_result personal_token_insert(struct db *db, const struct personal_token_row *row)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO personal_tokens "
			"(user_id, name, token, scope, created_at, expires_at) "
			"VALUES (?, ?, ?, ?, ?, ?)"};

	return db_execute(db, &INSERT,
		DB_PARAMS(DB_INT(row->user_id), DB_TEXT(row->name), DB_TEXT(row->hash),
			DB_TEXT(row->scope), DB_TIME(clock_now()), DB_TIME(row->expires_at)),
		NULL);
}

instant personal_token_end(int64_t days)
{
	static const instant DAY = 86400 * MICROSECONDS;

	return days == 0 ? INSTANT_NONE : clock_now() + days * DAY;
}
