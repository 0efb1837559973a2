/*
 * Finds texts in compiled catalogs. The format is described in the manual of GNU gettext, "The Format of GNU MO
 * Files": a header, then two tables of lengths and offsets, for the original texts in sorted order and for their
 * translations. msgfmt(1) writes numbers in the byte order of the machine that builds.
 */
#include "pages/translation.h"

#include "core/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAGIC = 0x950412de, HEADER_SIZE = 28, ENTRY_SIZE = 8 };

static uint32_t number_at(const struct language *language, size_t offset)
{
	uint32_t number = 0;

	if (language->size >= sizeof(number) && offset <= language->size - sizeof(number))
		memcpy(&number, language->catalog + offset, sizeof(number));
	return number;
}

/* A text of one of the two tables, which ends with a NUL; NULL: the catalog is damaged. */
static const char *text_at(const struct language *language, uint32_t table, uint32_t index)
{
	size_t entry = table + (size_t)index * ENTRY_SIZE;
	size_t length = number_at(language, entry), offset = number_at(language, entry + 4);

	if (offset >= language->size || length >= language->size - offset ||
		language->catalog[offset + length] != '\0')
		return NULL;
	return (const char *)language->catalog + offset;
}

const char *tr(const struct language *language, const char *text)
{
	uint32_t low = 0, high, originals, translations;

	if (language->size < HEADER_SIZE || number_at(language, 0) != (uint32_t)MAGIC ||
		*text == '\0')
		return text;
	high = number_at(language, 8);
	originals = number_at(language, 12);
	translations = number_at(language, 16);
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const char *original = text_at(language, originals, middle);
		int order = original == NULL ? 0 : strcmp(text, original);

		if (order == 0) {
			const char *translation = text_at(language, translations, middle);

			return original == NULL || translation == NULL ? text : translation;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return text;
}

/* The language with this code of `length` bytes, ignoring case; NULL: there is none. */
static const struct language *find(const char *code, size_t length)
{
	/* Norwegian: "no" means either written form, and only Bokmal is there */
	if (length == 2 && (strncasecmp(code, "no", 2) == 0 || strncasecmp(code, "nn", 2) == 0))
		code = "nb";
	for (const struct language *language = PAGE_LANGUAGES; language->code != NULL; language++)
		if (strlen(language->code) == length &&
			strncasecmp(language->code, code, length) == 0)
			return language;
	return NULL;
}

/* The weight of an element such as "de-CH;q=0.8", in thousandths. 1000 without one. */
static int weight(const char *element, size_t length)
{
	const char *found = memchr(element, ';', length);
	double value;

	if (found == NULL)
		return 1000;
	found += 1 + strspn(found + 1, " \t");
	if ((*found != 'q' && *found != 'Q') || found[1] != '=')
		return 1000;
	value = strtod(found + 2, NULL);
	return value > 0 && value <= 1 ? (int)(value * 1000) : 0;
}

static const struct language *find_accepted(const char *header)
{
	const struct language *best = NULL;
	int best_weight = 0;

	while (*header != '\0') {
		size_t length = strcspn(header, ","), code = strcspn(header, "-_;, \t");
		const struct language *language = find(header, code);
		int its_weight = language == NULL ? 0 : weight(header, length);

		if (its_weight > best_weight) {
			best = language;
			best_weight = its_weight;
		}
		header += length;
		header += strspn(header, ", \t");
	}
	return best;
}

const struct language *language_find(const char *preference, const char *accept_language)
{
	const struct language *found = NULL;

	if (preference != NULL)
		found = find(preference, strlen(preference));
	if (found == NULL)
		found = find_accepted(accept_language);
	return found == NULL ? find("en", 2) : found;
}
