/*
 * Common to the fuzz targets: splitting an input into parts, and a request with parameters and body from the
 * input.
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

/* Abort unless the property holds; libFuzzer then keeps the input. */
void require(bool holds);

/* Analyzers do not see input.c, and would continue where a property does not hold. */
#ifdef __clang_analyzer__
#define require(holds) ((holds) ? (void)0 : abort())
#endif

/* The unused rest of the input. */
struct input {
	const char *at, *end;
};

struct input input_begin(const uint8_t *data, size_t size);

/* The next byte; 0 at the end. */
unsigned char input_byte(struct input *input);

/* The bytes up to `delimiter` or the end as a string in the arena; a NUL ends the string early. */
char *input_text(struct input *input, struct arena *arena, char delimiter);

/* The rest as a string. */
char *input_rest(struct input *input, struct arena *arena);

/* The bytes of a source: at most `step` per read; 0: no maximum. */
struct pieces {
	const uint8_t *bytes;
	size_t length, step;
};

/* For struct source; `state` is a struct pieces. */
ssize_t pieces_read(void *state, void *buffer, size_t size);

/* The bytes written to a sink; the buffer must be large enough. */
struct output {
	char *bytes;
	size_t length, size;
};

/* For struct sink; `state` is a struct output. */
bool output_write(void *state, const void *bytes, size_t length);

/* Whether the bytes are UTF-8, and the number of characters; implemented independently of core/text. */
bool model_is_utf8(const char *text, size_t length, size_t *count);

/* Whether the text matches a POSIX extended regular expression, which must be a constant. */
bool matches_regex(const char *text, const char *regex);

/* ---- a request --------------------------------------------------------------------------------- */

enum { REQUEST_INPUT_PARAMETERS = 32 };

/*
 * Lines NAME=VALUE up to an empty one, and the body. Of several parameters with one name the first counts, as
 * in libfcgi. The parameter PIECES is the number of bytes per read of the body. With the parameter BROKEN,
 * reading the body fails after that number of bytes.
 */
struct request_input {
	struct {
		const char *name, *value;
	} parameters[REQUEST_INPUT_PARAMETERS];
	int count;
	const char *body;
	size_t length, given;
	size_t asked; /* the largest offset in the body that was requested */
	int64_t step, broken;
	struct request_source source;
};

/* `body_end`: the text that ends the body; NULL: the end of the input. */
void request_input_begin(struct request_input *request, struct input *input, struct arena *arena,
	const char *body_end);

/* Set the source of a request that was filled without request_input_begin(). */
void request_input_source(struct request_input *request);

/* NULL: absent. */
const char *request_input_parameter(const struct request_input *request, const char *name);

#endif
