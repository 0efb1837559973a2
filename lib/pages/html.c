/*
 * See html.h.
 */
#include "pages/html.h"

#include "core/text.h"

#include <string.h>

enum { FIRST_SIZE = 16 * 1024 };

/* Make room for `length` more bytes and the NUL. */
static bool grow(struct html *html, size_t length)
{
	size_t size = html->size == 0 ? FIRST_SIZE : html->size;
	char *larger;

	while (size - html->length <= length)
		size *= 2;
	larger = arena_alloc(html->arena, size);
	if (larger == NULL) {
		html->failed = true;
		return false;
	}
	if (html->length > 0)
		memcpy(larger, html->text, html->length);
	html->text = larger;
	html->size = size;
	return true;
}

void html_append(struct html *html, const char *bytes, size_t length)
{
	if (html->failed || (html->size - html->length <= length && !grow(html, length)))
		return;
	memcpy(html->text + html->length, bytes, length);
	html->length += length;
	html->text[html->length] = '\0';
}

/* The reference for a character that would end the text or start markup. */
static const char *reference(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return "&#39;";
	}
}

void html_text(struct html *html, const char *text)
{
	while (text != NULL && *text != '\0') {
		size_t plain = strcspn(text, "&<>\"'");

		html_append(html, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		html_append(html, reference(*text), strlen(reference(*text)));
		text++;
	}
}

void html_attribute(struct html *html, const char *name, const char *value)
{
	html_markup(html, " ");
	html_append(html, name, strlen(name));
	html_markup(html, "=\"");
	html_text(html, value);
	html_markup(html, "\"");
}

void html_number(struct html *html, long long number)
{
	char text[TEXT_DECIMAL_SIZE];

	html_text(html, text_decimal(number, 0, text));
}
