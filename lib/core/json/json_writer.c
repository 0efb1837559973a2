/*
 * An object or array opens on the line of its key, and each of its items has its own line. An empty one also
 * closes on the line of its key, as in Python.
 */
#include "core/json/json_writer.h"

#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 4 };

/* ---- bytes ------------------------------------------------------------------------------------- */

static void flush(struct json_writer *writer)
{
	if (!writer->failed &&
		!writer->sink.write(writer->sink.state, writer->buffer, writer->used))
		writer->failed = true;
	writer->used = 0;
}

static void put(struct json_writer *writer, const char *bytes, size_t length)
{
	while (length > 0) {
		size_t room = sizeof(writer->buffer) - writer->used;
		size_t part = length < room ? length : room;

		memcpy(writer->buffer + writer->used, bytes, part);
		writer->used += part;
		bytes += part;
		length -= part;
		if (writer->used == sizeof(writer->buffer))
			flush(writer);
	}
}

static void put_char(struct json_writer *writer, char c)
{
	put(writer, &c, 1);
}

static void break_line(struct json_writer *writer)
{
	put_char(writer, '\n');
	for (int i = 0; i < writer->depth * INDENT; i++)
		put_char(writer, ' ');
}

/* Before a key, or a value that has none. */
static void begin_item(struct json_writer *writer)
{
	if (writer->after_key) {
		writer->after_key = false;
		return;
	}
	if (!writer->empty)
		put_char(writer, ',');
	if (writer->depth > 0)
		break_line(writer);
	writer->empty = false;
}

/* ---- strings ----------------------------------------------------------------------------------- */

/* A UTF-16 code unit within a string. */
static void put_unit(struct json_writer *writer, unsigned unit)
{
	static const char SHORT[] =
		"\"\"\\\\\bb\ff\nn\rr\tt"; /* what is meant, how it is written */
	char escape[7];

	for (size_t i = 0; i < sizeof(SHORT) - 1; i += 2)
		if (unit == (unsigned char)SHORT[i]) {
			put_char(writer, '\\');
			put_char(writer, SHORT[i + 1]);
			return;
		}
	if (unit >= ' ' && unit <= '~') {
		put_char(writer, (char)unit);
		return;
	}
	snprintf(escape, sizeof(escape), "\\u%04x", unit & 0xFFFF);
	put(writer, escape, 6);
}

static void put_code_point(struct json_writer *writer, unsigned code)
{
	if (code <= 0xFFFF) {
		put_unit(writer, code);
		return;
	}
	code -= 0x10000;
	put_unit(writer, 0xD800 + (code >> 10));
	put_unit(writer, 0xDC00 + (code & 0x3FF));
}

static void put_string(struct json_writer *writer, const char *text)
{
	unsigned code;

	put_char(writer, '"');
	while (*text != '\0') {
		text = text_code_point(text, &code);
		put_code_point(writer, code);
	}
	put_char(writer, '"');
}

/* ---- the pieces -------------------------------------------------------------------------------- */

void json_writer_begin(struct json_writer *writer, struct sink sink)
{
	writer->sink = sink;
	writer->depth = 0;
	writer->empty = true;
	writer->after_key = writer->failed = false;
	writer->used = 0;
}

bool json_writer_end(struct json_writer *writer)
{
	flush(writer);
	return !writer->failed;
}

void json_write_open(struct json_writer *writer, char bracket)
{
	begin_item(writer);
	put_char(writer, bracket);
	writer->depth++;
	writer->empty = true;
}

void json_write_close(struct json_writer *writer, char bracket)
{
	writer->depth--;
	if (!writer->empty)
		break_line(writer);
	put_char(writer, bracket);
	writer->empty = false;
}

void json_write_key(struct json_writer *writer, const char *key)
{
	begin_item(writer);
	put_string(writer, key);
	put(writer, ": ", 2);
	writer->after_key = true;
}

void json_write_text(struct json_writer *writer, const char *text)
{
	if (text == NULL) {
		json_write_word(writer, "null");
		return;
	}
	begin_item(writer);
	put_string(writer, text);
}

void json_write_word(struct json_writer *writer, const char *word)
{
	begin_item(writer);
	put(writer, word, strlen(word));
}

/* ---- text that is JSON already ----------------------------------------------------------------- */

/* Write the character of an escape, given the text after its backslash; returns the text after the escape. */
static const char *copy_escape(struct json_writer *writer, const char *text)
{
	static const char LETTERS[] = "b\bf\fn\nr\rt\t";
	char digits[5] = "";

	if (*text == 'u') {
		memcpy(digits, text + 1, 4);
		put_unit(writer, (unsigned)strtoul(digits, NULL, 16));
		return text + 5;
	}
	for (size_t i = 0; i < sizeof(LETTERS) - 1; i += 2)
		if (*text == LETTERS[i]) {
			put_unit(writer, (unsigned char)LETTERS[i + 1]);
			return text + 1;
		}
	put_unit(writer, (unsigned char)*text); /* a quote, a slash, a backslash */
	return text + 1;
}

/* From the opening quote on. */
static const char *copy_string(struct json_writer *writer, const char *text)
{
	unsigned code;

	begin_item(writer);
	put_char(writer, '"');
	for (text++; *text != '"';) {
		if (*text == '\\') {
			text = copy_escape(writer, text + 1);
			continue;
		}
		text = text_code_point(text, &code);
		put_code_point(writer, code);
	}
	put_char(writer, '"');
	text++;
	text += strspn(text, " \t\r\n");
	if (*text == ':') {
		put(writer, ": ", 2);
		writer->after_key = true;
	}
	return text;
}

static const char *copy_word(struct json_writer *writer, const char *text)
{
	size_t length = strcspn(text, ",]} \t\r\n");

	begin_item(writer);
	put(writer, text, length);
	return text + length;
}

void json_write_json(struct json_writer *writer, const char *text)
{
	if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
		text += 3;
	while (*text != '\0') {
		if (strchr(" \t\r\n,:", *text) != NULL)
			text++;
		else if (*text == '{' || *text == '[')
			json_write_open(writer, *text++);
		else if (*text == '}' || *text == ']')
			json_write_close(writer, *text++);
		else if (*text == '"')
			text = copy_string(writer, text);
		else
			text = copy_word(writer, text);
	}
}
