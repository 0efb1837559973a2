/*
 * JSON that is too much for a tree: written piece by piece, in the form of Python's
 * json.dumps(value, indent=4): indented by four, and nothing but ASCII.
 *
 * Commas, line breaks and indentation come by themselves. A value follows its key within an object, and
 * nothing but a value stands within an array: anything else is an error of the caller.
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
	bool failed;    /* the sink has refused; what follows is dropped */
	size_t used;
	char buffer[JSON_WRITER_BUFFER];
};

void json_writer_begin(struct json_writer *writer, struct sink sink);

/* Hand over what is still in the buffer. false: the sink refused, now or earlier. */
bool json_writer_end(struct json_writer *writer);

/* '{' or '[', and its counterpart. */
void json_write_open(struct json_writer *writer, char bracket);
void json_write_close(struct json_writer *writer, char bracket);

/* UTF-8; what is malformed becomes U+FFFD. A NULL value is null. */
void json_write_key(struct json_writer *writer, const char *key);
void json_write_text(struct json_writer *writer, const char *text);

/* A number, true, false or null, as it is to stand there. */
void json_write_word(struct json_writer *writer, const char *word);

/* A value that is there as strict JSON text (json_is_strict()), in the form of the rest. */
void json_write_json(struct json_writer *writer, const char *text);

#endif
