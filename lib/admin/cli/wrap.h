/*
 * Printing words in lines of a fixed width.
 */
#ifndef FITGATE_ADMIN_CLI_WRAP_H
#define FITGATE_ADMIN_CLI_WRAP_H

#include <stdbool.h>
#include <stdio.h>

struct wrap {
	FILE *stream;
	int width;  /* of a line, in characters; a longer word gets a line of its own */
	int indent; /* of each line but the first */
	int column; /* the current position in the line */
	bool begun; /* the line has a word: a space comes before the next */
};

/* Print one word, after a space or on a new line. It is never broken, even if it holds spaces. */
void wrap_word(struct wrap *wrap, const char *word);

/* Print each word of a text, as wrap_word(). */
void wrap_text(struct wrap *wrap, const char *text);

#endif
