/*
 * For the unit tests of http/multipart: bodies that arrive in pieces, and transcripts of what is read. Nearly
 * every body is read in pieces of several sizes, and split at every byte, so that every element of it also
 * arrives in parts.
 */
#ifndef FITGATE_TESTS_MULTIPART_BODY_H
#define FITGATE_TESTS_MULTIPART_BODY_H

#include "../unit.h"

#include "http/multipart.h"

#include <stdio.h>

enum { TRANSCRIPT = 64 * 1024, BIG = 1024 * 1024 };

#define BOUNDARY     "multipart/form-data; boundary=xyz"
#define PLAIN(name)  "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define DISPOSITION  "Content-Disposition: form-data; "
#define NAMED(names) "--xyz\r\n" DISPOSITION names "\r\n\r\ncontent\r\n--xyz--\r\n"

/* A body that arrives in pieces: first `first` bytes, then `step` bytes at a time; 0: the rest. */
struct pieces {
	const char *bytes;
	size_t length, first, step, taken;
	bool fails; /* reading fails at the end of the bytes */
	int reads_at_end;
};

static inline ssize_t read_piece(void *state, void *buffer, size_t size)
{
	struct pieces *pieces = state;
	size_t left = pieces->length - pieces->taken;
	size_t most = pieces->taken == 0 && pieces->first > 0 ? pieces->first : pieces->step;

	if (left == 0) {
		pieces->reads_at_end++;
		return pieces->fails ? -1 : 0;
	}
	if (size > left)
		size = left;
	if (most > 0 && size > most)
		size = most;
	memcpy(buffer, pieces->bytes + pieces->taken, size);
	pieces->taken += size;
	return (ssize_t)size;
}

static inline struct multipart *begin(
	struct arena *arena, const char *content_type, struct pieces *pieces)
{
	struct multipart *m = arena_alloc(arena, sizeof(*m));

	assert_true(multipart_begin(m, content_type, &(struct source){read_piece, pieces}));
	return m;
}

/* ---- transcripts of bodies ------------------------------------------------------------------- */

static inline size_t transcribe_content(struct multipart *m, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while ((got = multipart_read(m, text + length, size)) > 0)
		length += (size_t)got;
	return length;
}

/* Each part as a line "[name]content" or "[name|file name]content"; then the end. */
static inline const char *transcribe(struct multipart *m, char *text, size_t size)
{
	static const char *const ENDS[] = {
		[MULTIPART_END] = "end",
		[MULTIPART_BROKEN] = "broken",
		[MULTIPART_UNREADABLE] = "unreadable",
	};
	struct multipart_part part;
	enum multipart_result result;
	char *at = text;

	while ((result = multipart_next(m, &part)) == MULTIPART_PART) {
		at += snprintf(at, 1024, "[%s%s%s]", part.name, part.filename == NULL ? "" : "|",
			part.filename == NULL ? "" : part.filename);
		at += transcribe_content(m, at, size);
		*at++ = '\n';
	}
	snprintf(at, 16, "%s", ENDS[result]);
	assert_int_equal(multipart_next(m, &part), result);
	/* cppcheck-suppress uninitvar ; written through `at` */
	return text;
}

/* Fail unless the body reads as expected, in pieces of every size on both sides. */
static inline void assert_typed(struct arena *arena, const char *content_type, const char *body,
	size_t length, const char *expected)
{
	static const size_t STEPS[] = {0, 1, 2, 3, 5, 7, 16, 61};
	static const size_t SIZES[] = {1, 3, 4096};
	char *text = arena_alloc(arena, TRANSCRIPT);

	for (size_t i = 0; i < UNIT_COUNT(STEPS); i++)
		for (size_t j = 0; j < UNIT_COUNT(SIZES); j++) {
			struct pieces pieces = {body, length, 0, STEPS[i], 0, false, 0};

			assert_string_equal(
				transcribe(begin(arena, content_type, &pieces), text, SIZES[j]),
				expected);
		}
	for (size_t first = 1; first < length && length < 4096; first++) {
		struct pieces pieces = {body, length, first, 0, 0, false, 0};

		assert_string_equal(
			transcribe(begin(arena, content_type, &pieces), text, 4096), expected);
	}
	arena_reset(arena);
}

static inline void assert_reads(struct arena *arena, const char *body, const char *expected)
{
	assert_typed(arena, BOUNDARY, body, strlen(body), expected);
}

struct example {
	const char *body, *expected;
};

static inline void assert_examples(
	struct arena *arena, const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_reads(arena, examples[i].body, examples[i].expected);
}

#endif
