/*
 * See oauth_scope.h.
 */
#include "account/oauth/oauth_scope.h"

#include <string.h>

#define BLANKS " \t\r\n"

/* The next word of a list, which *list moves beyond; NULL at its end. */
static const char *next_word(const char **list, size_t *length)
{
	const char *word = *list + strspn(*list, BLANKS);

	*length = strcspn(word, BLANKS);
	*list = word + *length;
	return *length == 0 ? NULL : word;
}

static bool has_word(const char *list, const char *word, size_t length)
{
	const char *other;
	size_t other_length;

	while ((other = next_word(&list, &other_length)) != NULL)
		if (other_length == length && memcmp(other, word, length) == 0)
			return true;
	return false;
}

const char *oauth_scope_common(struct arena *arena, const char *requested, const char *allowed)
{
	const char *list = requested == NULL ? "" : requested, *word;
	char *common = arena_zero(arena, strlen(list) + 1);
	size_t used = 0, length;

	if (common == NULL || allowed == NULL)
		return common;
	while ((word = next_word(&list, &length)) != NULL) {
		if (!has_word(allowed, word, length) || has_word(common, word, length))
			continue;
		if (used > 0)
			common[used++] = ' ';
		memcpy(common + used, word, length);
		used += length;
	}
	return common;
}

bool oauth_scope_within(const char *requested, const char *allowed)
{
	const char *list = requested == NULL ? "" : requested, *word;
	size_t length;

	while ((word = next_word(&list, &length)) != NULL)
		if (allowed == NULL || !has_word(allowed, word, length))
			return false;
	return true;
}
