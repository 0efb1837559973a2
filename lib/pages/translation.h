/*
 * The texts of the pages in each language.
 *
 * The English text in the source is the key. The translations are gettext catalogs, lib/pages/translations/<code>.po;
 * the build compiles them with msgfmt(1) and embeds them. A text without a translation stays English.
 *
 * In the source, N_("...") marks a text for translation where it is only stored, and tr(language, "...") looks it
 * up; scripts/update-translations collects both.
 */
#ifndef FITGATE_PAGES_TRANSLATION_H
#define FITGATE_PAGES_TRANSLATION_H

#include <stddef.h>

/* Marks a text that is translated later. */
#define N_(text) text

/* A language, with its compiled catalog (a GNU .mo file; English has none). */
struct language {
	const char *code; /* "de" */
	const unsigned char *catalog;
	size_t size;
};

/* All languages; the last has no code. Made by scripts/embed-translations. */
extern const struct language PAGE_LANGUAGES[];

/*
 * The language for a visitor: the account's preference (NULL: no user is logged in), else the first known language of
 * the header Accept-Language (RFC 9110 §12.5.4), else English. Never NULL.
 */
const struct language *language_find(const char *preference, const char *accept_language);

/* The translation of a text; the text itself where there is none. */
const char *tr(const struct language *language, const char *text);

#endif
