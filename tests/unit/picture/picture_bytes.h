/*
 * Pictures in memory, for the tests of lib/picture: assembled byte by byte, cleaned, and compared with the
 * expected result.
 */
#ifndef FITGATE_TESTS_PICTURE_BYTES_H
#define FITGATE_TESTS_PICTURE_BYTES_H

#include "picture/picture.h"
#include "../unit.h"

enum { PICTURE_BYTES_MAX = 1 << 20 };

struct bytes {
	size_t length;
	unsigned char data[PICTURE_BYTES_MAX];
};

/* The source and the sink of a picture. */
struct picture_input {
	const struct bytes *bytes;
	size_t length; /* bytes that can be read */
	size_t step;   /* maximum per read; 0: no maximum */
	bool fails;    /* reading fails at the end */
	size_t taken;
};

struct picture_output {
	struct bytes *bytes;
	size_t room; /* a write beyond this size fails */
};

static inline void add(struct bytes *bytes, const void *data, size_t length)
{
	assert_true(length <= PICTURE_BYTES_MAX - bytes->length);
	memcpy(bytes->data + bytes->length, data, length);
	bytes->length += length;
}

/* Appends a string literal without its NUL. */
#define ADD(bytes, literal) add(bytes, literal, sizeof(literal) - 1)

static inline void add_all(struct bytes *bytes, const struct bytes *more)
{
	add(bytes, more->data, more->length);
}

static inline void add_byte(struct bytes *bytes, unsigned value)
{
	unsigned char byte = (unsigned char)value;

	add(bytes, &byte, 1);
}

static inline void add_be16(struct bytes *bytes, unsigned value)
{
	add_byte(bytes, value >> 8);
	add_byte(bytes, value);
}

static inline void add_be32(struct bytes *bytes, uint32_t value)
{
	add_be16(bytes, value >> 16);
	add_be16(bytes, value & 0xffff);
}

static inline ssize_t picture_read(void *state, void *buffer, size_t size)
{
	struct picture_input *input = state;
	size_t left = input->length - input->taken;

	if (left == 0)
		return input->fails ? -1 : 0;
	if (size > left)
		size = left;
	if (input->step > 0 && size > input->step)
		size = input->step;
	memcpy(buffer, input->bytes->data + input->taken, size);
	input->taken += size;
	return (ssize_t)size;
}

static inline bool picture_write(void *state, const void *data, size_t length)
{
	struct picture_output *output = state;

	if (length > output->room - output->bytes->length)
		return false;
	add(output->bytes, data, length);
	return true;
}

static inline enum picture_result picture_pass(
	enum picture_kind kind, struct picture_input *input, struct picture_output *output)
{
	struct source in = {picture_read, input};
	struct sink out = {picture_write, output};

	output->bytes->length = 0;
	return picture_clean(kind, &in, &out);
}

/* Cleans the first `length` bytes of a picture. `cleaned` is valid until the next call. */
static inline enum picture_result picture_clean_part(enum picture_kind kind,
	const struct bytes *bytes, size_t length, const struct bytes **cleaned)
{
	static struct bytes result;
	struct picture_input input = {.bytes = bytes, .length = length};
	struct picture_output output = {&result, PICTURE_BYTES_MAX};

	if (cleaned != NULL)
		*cleaned = &result;
	return picture_pass(kind, &input, &output);
}

/* The copy that is stored: of a picture with a broken animation, the still image. */
static inline enum picture_result picture_clean_twice(
	enum picture_kind kind, const struct bytes *bytes, const struct bytes **cleaned)
{
	static struct bytes first;
	enum picture_result result = picture_clean_part(kind, bytes, bytes->length, cleaned);

	if (result != PICTURE_BROKEN_ANIMATION)
		return result;
	first.length = 0;
	add_all(&first, *cleaned);
	return picture_clean_part(PICTURE_PNG_STILL, &first, first.length, cleaned);
}

static inline void assert_cleaned(
	enum picture_kind kind, const struct bytes *bytes, const struct bytes *expected)
{
	const struct bytes *cleaned;

	assert_int_equal(picture_clean_twice(kind, bytes, &cleaned), PICTURE_OK);
	assert_int_equal(cleaned->length, expected->length);
	assert_memory_equal(cleaned->data, expected->data, expected->length);
}

static inline void assert_unchanged(enum picture_kind kind, const struct bytes *bytes)
{
	assert_cleaned(kind, bytes, bytes);
}

static inline void assert_rejected(
	enum picture_kind kind, const struct bytes *bytes, const char *what)
{
	if (!picture_is_refused(picture_clean_part(kind, bytes, bytes->length, NULL)))
		fail_msg("not refused: %s", what);
}

/* A picture without its last byte, or without more of its end, is invalid. */
static inline void assert_no_prefix_passes(enum picture_kind kind, const struct bytes *bytes)
{
	for (size_t length = 0; length < bytes->length; length++)
		if (!picture_is_refused(picture_clean_part(kind, bytes, length, NULL)))
			fail_msg("accepted: %zu of %zu bytes", length, bytes->length);
}

/* With any byte replaced, the result is valid or rejected; the sanitizers detect everything else. */
static inline void assert_corruption_is_harmless(enum picture_kind kind, struct bytes *bytes)
{
	const struct bytes *cleaned;

	for (size_t at = 0; at < bytes->length; at++) {
		unsigned char right = bytes->data[at];

		for (int flip = 1; flip < 256; flip++) {
			enum picture_result result;

			bytes->data[at] = (unsigned char)(right ^ flip);
			result = picture_clean_twice(kind, bytes, &cleaned);
			assert_true(result == PICTURE_OK || picture_is_refused(result));
		}
		bytes->data[at] = right;
	}
}

#endif
