/*
 * Names as FitTrackee makes them, and a default name if no character of the client's name remains. Letters outside
 * ASCII are dropped, not transliterated.
 */
#include "picture/picture_name.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { EXTENSION_MAX = 4, LENGTH_MAX = PICTURE_NAME_SIZE - 1 };

static const char DEFAULT_STEM[] = "picture";

const char *picture_name_extension(const char *filename)
{
	const char *dot = strrchr(filename, '.');

	return dot == NULL ? NULL : dot + 1;
}

/* Map a character of the client's name; '\0': drop it. No locale is set, so isalnum() knows only ASCII. */
static char map_character(unsigned char c)
{
	if (isspace(c) || c == '/')
		return ' ';
	return isalnum(c) || c == '_' || c == '.' || c == '-' ? (char)c : '\0';
}

void picture_name_make(const char *filename, char name[PICTURE_NAME_SIZE])
{
	const char *extension = picture_name_extension(filename);
	char before = '\0';
	size_t extension_length, length = 0, stem_max;

	*name = '\0';
	if (extension == NULL)
		return;
	extension_length = strnlen(extension, EXTENSION_MAX);
	stem_max = LENGTH_MAX - strlen(".") - extension_length;

	for (const char *c = filename; c < extension - 1 && length < stem_max; c++) {
		char kept = map_character((unsigned char)*c);
		bool leading = length == 0 && (kept == '.' || kept == '_' || kept == ' ');

		if (kept == '\0' || leading || (kept == ' ' && before == ' '))
			continue;
		before = kept;
		if (kept == ' ')
			kept = '_';
		name[length++] = kept;
	}
	if (length == 0) {
		length = strlen(DEFAULT_STEM);
		memcpy(name, DEFAULT_STEM, length);
	}
	name[length++] = '.';
	memcpy(name + length, extension, extension_length);
	name[length + extension_length] = '\0';
}
