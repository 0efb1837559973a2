/*
 * Pictures that lie in memory, for the tests of files/picture: put together byte by byte, cleaned, and
 * compared with what should be left.
 */
#ifndef FITGATE_TESTS_PICTURE_BYTES_H
#define FITGATE_TESTS_PICTURE_BYTES_H

#include "files/picture.h"
#include "unit.h"

enum { PICTURE_BYTES_MAX = 1 << 20 };

struct bytes {
	size_t length;
	unsigned char data[PICTURE_BYTES_MAX];
};

/* Where a picture is read from, and where it is written to. */
struct picture_input {
	const struct bytes *bytes;
	size_t length; /* of the bytes that there are */
	size_t step;   /* at most so many at a time; 0: all */
	bool fails;    /* an error stands where they end */
	size_t taken;
};

struct picture_output {
	struct bytes *bytes;
	size_t room; /* the write that goes beyond it fails */
};

static inline void add(struct bytes *bytes, const void *data, size_t length)
{
	assert_true(length <= PICTURE_BYTES_MAX - bytes->length);
	memcpy(bytes->data + bytes->length, data, length);
	bytes->length += length;
}

/* Of a string literal, all but its NUL. */
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

/* The first `length` bytes of a picture; `cleaned` is good until the next call. */
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

static inline void assert_cleaned(
	enum picture_kind kind, const struct bytes *bytes, const struct bytes *expected)
{
	const struct bytes *cleaned;

	assert_int_equal(picture_clean_part(kind, bytes, bytes->length, &cleaned), PICTURE_OK);
	assert_int_equal(cleaned->length, expected->length);
	assert_memory_equal(cleaned->data, expected->data, expected->length);
}

static inline void assert_unchanged(enum picture_kind kind, const struct bytes *bytes)
{
	assert_cleaned(kind, bytes, bytes);
}

static inline void assert_refused(
	enum picture_kind kind, const struct bytes *bytes, const char *what)
{
	if (picture_clean_part(kind, bytes, bytes->length, NULL) != PICTURE_INVALID)
		fail_msg("not refused: %s", what);
}

/* Without its last byte or more, a picture is none. */
static inline void assert_no_prefix_passes(enum picture_kind kind, const struct bytes *bytes)
{
	for (size_t length = 0; length < bytes->length; length++)
		if (picture_clean_part(kind, bytes, length, NULL) != PICTURE_INVALID)
			fail_msg("accepted: %zu of %zu bytes", length, bytes->length);
}

/* With any byte replaced it is a whole picture or none; the sanitizers see to the rest. */
static inline void assert_corruption_is_harmless(enum picture_kind kind, struct bytes *bytes)
{
	for (size_t at = 0; at < bytes->length; at++) {
		unsigned char right = bytes->data[at];

		for (int flip = 1; flip < 256; flip++) {
			enum picture_result result;

			bytes->data[at] = (unsigned char)(right ^ flip);
			result = picture_clean_part(kind, bytes, bytes->length, NULL);
			assert_true(result == PICTURE_OK || result == PICTURE_INVALID);
		}
		bytes->data[at] = right;
	}
}

#endif
