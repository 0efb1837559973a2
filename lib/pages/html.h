/*
 * HTML text that grows in an arena.
 *
 * Only html_markup() adds markup, and it takes string literals alone. Every other text is escaped, so no value of a
 * user can become markup.
 *
 *	html_markup(&html, "<p class=\"message\">");
 *	html_text(&html, message);
 *	html_markup(&html, "</p>");
 */
#ifndef FITGATE_PAGES_HTML_H
#define FITGATE_PAGES_HTML_H

#include "core/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Starts as {.arena = ...}. */
struct html {
	struct arena *arena;
	char *text; /* NUL-terminated; NULL until the first addition */
	size_t length;
	size_t size;
	bool failed; /* out of memory, which has been logged; further additions do nothing */
};

/* Add markup: a string literal. */
#define html_markup(html, literal) html_append((html), "" literal "", sizeof(literal) - 1)

/* Add bytes as they are. For html_markup() and for files that are embedded at build time. */
void html_append(struct html *html, const char *bytes, size_t length);

/* Add text, escaped for the content of an element and for a value in double quotes. NULL adds nothing. */
void html_text(struct html *html, const char *text);

/* Add ` name="value"`; `name` is a literal. */
void html_attribute(struct html *html, const char *name, const char *value);

/* Add an integer in decimal. */
void html_number(struct html *html, long long number);

#endif
