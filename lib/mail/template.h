/*
 * The texts of the e-mails: lib/mail/templates/<language>/<name>.txt, embedded at build.
 *
 * A template is written once and gives both parts of a message. Its first line is "Subject: ..."; after
 * an empty line follow paragraphs, separated by empty lines. {name} is replaced by a value. A paragraph of
 * the form "[words]({link})" is a link: in plain text the words and, on the next line, the address; in
 * HTML a link with these words, and the address below for readers who copy it. A paragraph that consists
 * of "{site}" is a link to itself in HTML.
 */
#ifndef FITGATE_MAIL_TEMPLATE_H
#define FITGATE_MAIL_TEMPLATE_H

#include "core/arena.h"

#include <stdbool.h>

struct template
{
	const char *language, *name;
	const char *subject, *body;
};

/* All templates; the last one has no language. Made by scripts/embed-templates. */
extern const struct template TEMPLATES[];

struct template_value {
	const char *name, *value;
};

/* The template in this language, or in English when it has none. NULL: there is no such template. */
const struct template *template_find(const char *language, const char *name);

/* As a value: a paragraph that names it is left out. */
extern const char TEMPLATE_LEFT_OUT[];

/*
 * A text with the values put in. The list ends with a value without a name. NULL when out of memory, or
 * when the text needs a value that is not in the list.
 */
char *template_fill(struct arena *arena, const char *text, const struct template_value *values);

/* The body as plain text and as an HTML document; values are escaped for HTML. NULL as above. */
char *template_plain(
	struct arena *arena, const struct template *template, const struct template_value *values);
char *template_html(
	struct arena *arena, const struct template *template, const struct template_value *values);

#endif
