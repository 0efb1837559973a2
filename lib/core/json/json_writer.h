/*
 * Writes JSON that is too large for a tree, piece by piece, in the form of Python's json.dumps(value, indent=4):
 * indented by four spaces, and only ASCII.
 *
 * Commas, line breaks and indentation are added automatically. Within an object, write a key before each value;
 * within an array, write only values. Anything else is an error of the caller.
 */
#ifndef FITGATE_CORE_JSON_WRITER_H
#define FITGATE_CORE_JSON_WRITER_H

#include "core/stream.h"

enum { JSON_WRITER_BUFFER = 8192 };

struct json_writer {
	struct sink sink;
	int depth;
	bool empty;     /* nothing has been written yet at this level */
	bool after_key; /* the value of a member comes next */
	bool failed;    /* the sink has failed; further output is dropped */
	size_t used;
	char buffer[JSON_WRITER_BUFFER];
};

void json_writer_begin(struct json_writer *writer, struct sink sink);

/* Write the rest of the buffer to the sink. false: the sink failed, now or earlier. */
bool json_writer_end(struct json_writer *writer);

/* '{' or '[', and its counterpart. */
void json_write_open(struct json_writer *writer, char bracket);
void json_write_close(struct json_writer *writer, char bracket);

/* Write UTF-8 text; malformed bytes become U+FFFD. NULL is written as null. */
void json_write_key(struct json_writer *writer, const char *key);
void json_write_text(struct json_writer *writer, const char *text);

/* Write a number, true, false or null, given as its JSON text. */
void json_write_word(struct json_writer *writer, const char *word);

/* Write a value that already is strict JSON text (json_is_strict()), formatted like the rest. */
void json_write_json(struct json_writer *writer, const char *text);

#endif
