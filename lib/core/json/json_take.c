/*
 * See json_take.h.
 */
#include "core/json/json_take.h"

#include "core/text.h"

#include <stddef.h>
#include <string.h>

static void skip_blanks(char **at)
{
	while (**at == ' ' || **at == '\t' || **at == '\n' || **at == '\r')
		++*at;
}

bool json_take(char **at, char mark)
{
	skip_blanks(at);
	if (**at != mark)
		return false;
	++*at;
	return true;
}

bool json_take_null(char **at)
{
	static const char WORD[] = "null";

	skip_blanks(at);
	if (strncmp(*at, WORD, sizeof(WORD) - 1) != 0)
		return false;
	*at += sizeof(WORD) - 1;
	return true;
}

bool json_take_integer(char **at, int64_t low, int64_t high, int64_t *value)
{
	char digits[TEXT_DECIMAL_SIZE];
	size_t length;

	skip_blanks(at);
	length = strspn(*at, "-0123456789");
	if (length >= sizeof(digits))
		return false;
	memcpy(digits, *at, length);
	digits[length] = '\0';
	if (!text_integer(digits, low, high, value))
		return false;
	*at += length;
	return true;
}

char *json_take_text(char **at)
{
	char *text, *end;

	skip_blanks(at);
	if (**at != '"')
		return NULL;
	text = *at + 1;
	end = text + strcspn(text, "\"\\");
	if (*end != '"')
		return NULL;
	*end = '\0';
	*at = end + 1;
	return text;
}
