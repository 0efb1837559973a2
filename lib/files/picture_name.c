/*
 * FitTrackee's rule as observed, with a name of our own where nothing is left of the client's. Letters
 * beyond ASCII are dropped, not replaced by what they resemble.
 */
#include "files/picture_name.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { EXTENSION_SIZE = 4, STEM_MAX = PICTURE_NAME_SIZE - 1 - EXTENSION_SIZE };

const char *picture_name_extension(const char *filename)
{
	const char *dot = strrchr(filename, '.');

	return dot == NULL ? NULL : dot + 1;
}

/* What stands for a character in a name; '\0': nothing. A locale is never set, so isalnum() is ASCII's. */
static char plain(unsigned char c)
{
	if (isspace(c) || c == '/')
		return ' ';
	return isalnum(c) || c == '_' || c == '.' || c == '-' ? (char)c : '\0';
}

void picture_name_make(const char *filename, char name[PICTURE_NAME_SIZE])
{
	const char *extension = picture_name_extension(filename);
	char stem[STEM_MAX + 1], before = '\0';
	size_t length = 0;

	for (const char *c = filename; c < extension - 1 && length < STEM_MAX; c++) {
		char kept = plain((unsigned char)*c);
		bool leading = length == 0 && (kept == '.' || kept == '_' || kept == ' ');

		if (kept == '\0' || leading || (kept == ' ' && before == ' '))
			continue;
		before = kept;
		if (kept == ' ')
			kept = '_';
		stem[length++] = kept;
	}
	stem[length] = '\0';
	snprintf(name, PICTURE_NAME_SIZE, "%s.%.3s", length > 0 ? stem : "picture", extension);
}
