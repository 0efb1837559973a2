/*
 * Makes the two parts of a message from a template and values.
 */
#include "mail/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char TEMPLATE_LEFT_OUT[] = "";

static const struct template *find_exactly(const char *language, const char *name)
{
	for (const struct template *t = TEMPLATES; t->language != NULL; t++)
		if (strcmp(t->language, language) == 0 && strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

const struct template *template_find(const char *language, const char *name)
{
	const struct template *found = language == NULL ? NULL : find_exactly(language, name);

	return found != NULL ? found : find_exactly("en", name);
}

/* ---- output ------------------------------------------------------------------------------------ */

/* Text is collected by the C library's memory stream and copied to the arena at the end. */
struct output {
	FILE *stream;
	char *text;
	size_t length;
	bool html;
	const struct template_value *values;
};

static bool output_open(struct output *output, const struct template_value *values, bool html)
{
	*output = (struct output){.values = values, .html = html};
	output->stream = open_memstream(&output->text, &output->length);
	return output->stream != NULL;
}

static char *output_close(struct output *output, struct arena *arena, bool complete)
{
	bool written = ferror(output->stream) == 0;
	char *text = NULL;

	if (fclose(output->stream) == 0 && written && complete)
		text = arena_copy(arena, output->text, output->length);
	free(output->text);
	return text;
}

static void put(struct output *output, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (output->html && text[i] == '<')
			fputs("&lt;", output->stream);
		else if (output->html && text[i] == '>')
			fputs("&gt;", output->stream);
		else if (output->html && text[i] == '&')
			fputs("&amp;", output->stream);
		else if (output->html && text[i] == '"')
			fputs("&quot;", output->stream);
		else
			fputc(text[i], output->stream);
	}
}

static const char *value_of(const struct template_value *values, const char *name, size_t length)
{
	for (; values->name != NULL; values++)
		if (strlen(values->name) == length && memcmp(values->name, name, length) == 0)
			return values->value;
	return NULL;
}

/* A piece of the template, its placeholders replaced. */
static bool put_filled(struct output *output, const char *text, size_t length)
{
	const char *end = text + length;

	while (text < end) {
		const char *open = memchr(text, '{', (size_t)(end - text));
		const char *close = open == NULL ? NULL : memchr(open, '}', (size_t)(end - open));
		const char *value;

		if (close == NULL) {
			put(output, text, (size_t)(end - text));
			return true;
		}
		put(output, text, (size_t)(open - text));
		value = value_of(output->values, open + 1, (size_t)(close - open - 1));
		if (value == NULL)
			return false;
		put(output, value, strlen(value));
		text = close + 1;
	}
	return true;
}

char *template_fill(struct arena *arena, const char *text, const struct template_value *values)
{
	struct output output;

	if (!output_open(&output, values, false))
		return NULL;
	return output_close(&output, arena, put_filled(&output, text, strlen(text)));
}

/* ---- paragraphs -------------------------------------------------------------------------------- */

/* A paragraph, and where the words and the address of "[words](address)" are if it is a link; a lone
 * "{address}" is a link without words. */
struct paragraph {
	const char *text;
	size_t length;
	const char *words, *address; /* NULL: none */
	size_t words_length, address_length;
};

/* The paragraph at *at; moves *at behind it. false at the end. */
static bool next_paragraph(const char **at, struct paragraph *paragraph)
{
	const char *start = *at + strspn(*at, "\n");
	const char *end = strstr(start, "\n\n");
	const char *middle;

	if (*start == '\0')
		return false;
	if (end == NULL)
		end = start + strlen(start);
	*at = end;
	while (end > start && end[-1] == '\n')
		end--;
	*paragraph = (struct paragraph){.text = start, .length = (size_t)(end - start)};
	if (*start == '{' && memchr(start, '}', paragraph->length) == end - 1) {
		paragraph->address = start;
		paragraph->address_length = paragraph->length;
		return true;
	}
	middle = strstr(start, "](");
	if (*start != '[' || end[-1] != ')' || middle == NULL || middle > end)
		return true;
	paragraph->words = start + 1;
	paragraph->words_length = (size_t)(middle - start - 1);
	paragraph->address = middle + 2;
	paragraph->address_length = (size_t)(end - middle - 3);
	return true;
}

/* Whether the paragraph names a value that is left out. */
static bool is_left_out(const struct output *output, const struct paragraph *p)
{
	for (const char *open = p->text;
		(open = memchr(open, '{', (size_t)(p->text + p->length - open))) != NULL;) {
		size_t length = strcspn(++open, "}\n");

		if (value_of(output->values, open, length) == TEMPLATE_LEFT_OUT)
			return true;
	}
	return false;
}

static bool put_plain(struct output *output, const struct paragraph *p)
{
	if (p->words == NULL)
		return put_filled(output, p->text, p->length);
	if (!put_filled(output, p->words, p->words_length))
		return false;
	fputc('\n', output->stream);
	return put_filled(output, p->address, p->address_length);
}

char *template_plain(
	struct arena *arena, const struct template *template, const struct template_value *values)
{
	const char *at = template->body;
	struct paragraph paragraph;
	struct output output;
	bool complete = true, first = true;

	if (!output_open(&output, values, false))
		return NULL;
	while (complete && next_paragraph(&at, &paragraph)) {
		if (is_left_out(&output, &paragraph))
			continue;
		if (!first)
			fputs("\n\n", output.stream);
		first = false;
		complete = put_plain(&output, &paragraph);
	}
	fputs("\n", output.stream);
	return output_close(&output, arena, complete);
}

static bool put_html_link(struct output *output, const struct paragraph *p)
{
	const char *words = p->words != NULL ? p->words : p->address;
	size_t length = p->words != NULL ? p->words_length : p->address_length;

	fputs("<a href=\"", output->stream);
	if (!put_filled(output, p->address, p->address_length))
		return false;
	fputs("\">", output->stream);
	if (!put_filled(output, words, length))
		return false;
	fputs("</a>", output->stream);
	if (p->words == NULL)
		return true;
	fputs("<br>\n", output->stream);
	return put_filled(output, p->address, p->address_length);
}

static bool put_html(struct output *output, const struct paragraph *p)
{
	bool complete;

	fputs("<p>", output->stream);
	complete = p->address != NULL ? put_html_link(output, p)
				      : put_filled(output, p->text, p->length);
	fputs("</p>\n", output->stream);
	return complete;
}

char *template_html(
	struct arena *arena, const struct template *template, const struct template_value *values)
{
	const char *at = template->body;
	struct paragraph paragraph;
	struct output output;
	bool complete = true;

	if (!output_open(&output, values, true))
		return NULL;
	fprintf(output.stream,
		"<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\"></head>\n<body>\n",
		template->language);
	while (complete && next_paragraph(&at, &paragraph))
		complete = is_left_out(&output, &paragraph) || put_html(&output, &paragraph);
	fputs("</body>\n</html>\n", output.stream);
	return output_close(&output, arena, complete);
}
