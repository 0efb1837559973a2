/*
 * A line is broken before the first word that does not fit.
 */
#include "admin/cli/wrap.h"

#include "core/text.h"

#include <string.h>

enum { WORD_SIZE = 128 };

void wrap_word(struct wrap *wrap, const char *word)
{
	int length = (int)text_length(word);

	if (wrap->begun && wrap->column > wrap->indent && wrap->column + 1 + length > wrap->width) {
		fprintf(wrap->stream, "\n%*s", wrap->indent, "");
		wrap->column = wrap->indent;
	} else if (wrap->begun) {
		fputc(' ', wrap->stream);
		wrap->column++;
	}
	wrap->begun = true;
	fputs(word, wrap->stream);
	wrap->column += length;
}

void wrap_text(struct wrap *wrap, const char *text)
{
	char word[WORD_SIZE];

	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");

		snprintf(word, sizeof(word), "%.*s", (int)length, text);
		wrap_word(wrap, word);
		text += length;
	}
}
