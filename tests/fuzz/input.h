/*
 * What the targets of this folder share: cutting an input into the pieces that a target wants, and a
 * request whose parameters and body come from it.
 */
#ifndef FITGATE_FUZZ_INPUT_H
#define FITGATE_FUZZ_INPUT_H

#include "core/arena.h"
#include "http/request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* A property that must hold: libFuzzer keeps the input where it does not. */
void require(bool holds);

/* An analyser does not look into input.c, and would go on where a property does not hold. */
#ifdef __clang_analyzer__
#define require(holds) ((holds) ? (void)0 : abort())
#endif

/* What of the input has not been used yet. */
struct input {
	const char *at, *end;
};

struct input input_begin(const uint8_t *data, size_t size);

/* The next byte, 0 at the end. */
unsigned char input_byte(struct input *input);

/* The bytes up to `delimiter` or the end, as a text in the arena; a NUL in them ends it. */
char *input_text(struct input *input, struct arena *arena, char delimiter);

/* What is left, as a text. */
char *input_rest(struct input *input, struct arena *arena);

/* Bytes as a source gives them: `step` of them at once at most, or as many as are wanted when it is 0. */
struct pieces {
	const uint8_t *bytes;
	size_t length, step;
};

/* For struct source; `state` is a struct pieces. */
ssize_t pieces_read(void *state, void *buffer, size_t size);

/* What is written, in room that must be enough for it. */
struct output {
	char *bytes;
	size_t length, size;
};

/* For struct sink; `state` is a struct output. */
bool output_write(void *state, const void *bytes, size_t length);

/* Whether the bytes are UTF-8, and how many characters; found in another way than core/text does. */
bool model_is_utf8(const char *text, size_t length, size_t *count);

/* Whether the text fits a POSIX extended regular expression, a constant. */
bool matches_regex(const char *text, const char *regex);

/* ---- a request --------------------------------------------------------------------------------- */

enum { REQUEST_INPUT_PARAMETERS = 32 };

/*
 * Lines NAME=VALUE up to an empty one, and the body. Of parameters with one name the first counts, as
 * with libfcgi. The parameter PIECES says in pieces of how many bytes the body is read; at most
 * BROKEN bytes of it can be read, if that is given.
 */
struct request_input {
	struct {
		const char *name, *value;
	} parameters[REQUEST_INPUT_PARAMETERS];
	int count;
	const char *body;
	size_t length, given;
	size_t asked; /* the farthest place in the body that anybody has asked for */
	int64_t step, broken;
	struct request_source source;
};

/* `body_end`: how the body ends, if not with the input. */
void request_input_begin(struct request_input *request, struct input *input, struct arena *arena,
	const char *body_end);

/* Its source, where it was put together in another way. */
void request_input_source(struct request_input *request);

/* NULL: there is none. */
const char *request_input_parameter(const struct request_input *request, const char *name);

#endif
