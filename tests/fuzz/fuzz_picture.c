/*
 * Fuzzing files/picture (libFuzzer). The first byte picks the kind, the rest is the picture.
 *
 * What must hold: the result depends on the bytes alone, not on how they come; the cleaned picture is a
 * whole one, cleaning it again changes nothing, and it holds no chunk, segment or extension but those
 * that may stay.
 */
#include "files/picture.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

enum { OUTPUT_MAX = 1 << 22, PNG_SIGNATURE_SIZE = 8, PNG_CHUNK_EXTRA = 12 };

struct input {
	const uint8_t *bytes;
	size_t length;
	size_t step;
	size_t taken;
};

struct output {
	uint8_t *bytes;
	size_t length;
};

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ssize_t read_input(void *state, void *buffer, size_t size)
{
	struct input *input = state;
	size_t left = input->length - input->taken;

	if (size > left)
		size = left;
	if (size > input->step)
		size = input->step;
	memcpy(buffer, input->bytes + input->taken, size);
	input->taken += size;
	return (ssize_t)size;
}

static bool write_output(void *state, const void *bytes, size_t length)
{
	struct output *output = state;

	if (length > OUTPUT_MAX - output->length)
		return false;
	memcpy(output->bytes + output->length, bytes, length);
	output->length += length;
	return true;
}

static enum picture_result clean(enum picture_kind kind, const uint8_t *bytes, size_t length,
	size_t step, struct output *output)
{
	struct input input = {bytes, length, step, 0};
	struct source in = {read_input, &input};
	struct sink out = {write_output, output};

	output->length = 0;
	return picture_clean(kind, &in, &out);
}

static uint32_t be16(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

static uint32_t be32(const uint8_t *bytes)
{
	return be16(bytes) << 16 | be16(bytes + 2);
}

/* ---- what may stay ----------------------------------------------------------------------------- */

static bool is_kept_segment(const uint8_t *segment, size_t length)
{
	switch (segment[1]) {
	case 0xe0:
		return memcmp(segment + 4, "JFIF", 5) == 0 || memcmp(segment + 4, "JFXX", 5) == 0;
	case 0xe1:
		return memcmp(segment + 4, "Exif\0", 6) == 0 && length == 2 + 34;
	case 0xe2:
		return memcmp(segment + 4, "ICC_PROFILE", 12) == 0;
	case 0xee:
		return memcmp(segment + 4, "Adobe", 5) == 0;
	default:
		return segment[1] < 0xe0;
	}
}

static void check_jpeg(const uint8_t *bytes, size_t length)
{
	size_t at = 2;

	while (bytes[at + 1] != 0xd9) {
		size_t size = 2 + be16(bytes + at + 2);

		REQUIRE(at + size < length && bytes[at] == 0xff);
		REQUIRE(is_kept_segment(bytes + at, size));
		if (bytes[at + 1] == 0xda)
			while (bytes[at + size] != 0xff || bytes[at + size + 1] == 0x00 ||
				(bytes[at + size + 1] & 0xf8) == 0xd0)
				size++;
		at += size;
	}
	REQUIRE(at + 2 == length);
}

static void check_png(const uint8_t *bytes, size_t length)
{
	static const char KEPT[] =
		"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP pHYs acTL fcTL fdAT";
	size_t at = PNG_SIGNATURE_SIZE;
	char type[5] = "";

	while (at < length) {
		REQUIRE(length - at >= PNG_CHUNK_EXTRA);
		memcpy(type, bytes + at + 4, 4);
		REQUIRE(strlen(type) == 4 && strstr(KEPT, type) != NULL);
		at += PNG_CHUNK_EXTRA + be32(bytes + at);
	}
	REQUIRE(at == length && strcmp(type, "IEND") == 0);
}

static size_t colours_size(uint8_t flags)
{
	return (flags & 0x80) == 0 ? 0 : (size_t)3 * (2U << (flags & 7));
}

static size_t sub_blocks_end(const uint8_t *bytes, size_t at)
{
	while (bytes[at] != 0)
		at += 1 + (size_t)bytes[at];
	return at + 1;
}

static void check_gif(const uint8_t *bytes, size_t length)
{
	size_t at = 13 + colours_size(bytes[10]);

	while (bytes[at] != 0x3b) {
		if (bytes[at] == 0x2c) {
			at = sub_blocks_end(bytes, at + 11 + colours_size(bytes[at + 9]));
			continue;
		}
		REQUIRE(bytes[at] == 0x21);
		REQUIRE(bytes[at + 1] == 0xf9 ||
			memcmp(bytes + at + 3, "NETSCAPE2.0\3\1", 13) == 0 ||
			memcmp(bytes + at + 3, "ANIMEXTS1.0\3\1", 13) == 0);
		at = bytes[at + 1] == 0xf9 ? at + 8 : at + 19;
		REQUIRE(at < length && bytes[at - 1] == 0);
	}
	REQUIRE(at + 1 == length);
}

/* ---- libFuzzer --------------------------------------------------------------------------------- */

/* Set the check sum of each chunk right, or nothing behind it would ever be tried. */
static void mend_png(uint8_t *bytes, size_t length)
{
	size_t at = PNG_SIGNATURE_SIZE;

	while (at + PNG_CHUNK_EXTRA <= length &&
		be32(bytes + at) <= length - at - PNG_CHUNK_EXTRA) {
		size_t size = be32(bytes + at);
		uint32_t crc = (uint32_t)crc32(0, bytes + at + 4, (unsigned)(4 + size));

		for (int i = 0; i < 4; i++)
			bytes[at + 8 + size + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
		at += PNG_CHUNK_EXTRA + size;
	}
}

static enum picture_kind kind_of(uint8_t selector)
{
	return PICTURE_JPEG + selector % 3;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (size > 1 && kind_of(data[0]) == PICTURE_PNG && seed % 8 != 0)
		mend_png(data + 1, size - 1);
	return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[OUTPUT_MAX], second[OUTPUT_MAX];
	static void (*const CHECKS[])(const uint8_t *, size_t) = {
		[PICTURE_JPEG] = check_jpeg, [PICTURE_PNG] = check_png, [PICTURE_GIF] = check_gif};
	struct output cleaned = {first, 0}, again = {second, 0};
	enum picture_result result;
	enum picture_kind kind;

	if (size == 0)
		return 0;
	kind = kind_of(data[0]);
	result = clean(kind, data + 1, size - 1, SIZE_MAX, &cleaned);
	REQUIRE(result == PICTURE_OK || result == PICTURE_INVALID);
	REQUIRE(clean(kind, data + 1, size - 1, 7, &again) == result);
	if (result != PICTURE_OK)
		return 0;
	REQUIRE(again.length == cleaned.length && memcmp(first, second, again.length) == 0);
	CHECKS[kind](first, cleaned.length);
	REQUIRE(clean(kind, first, cleaned.length, SIZE_MAX, &again) == PICTURE_OK);
	REQUIRE(again.length == cleaned.length && memcmp(first, second, again.length) == 0);
	return 0;
}
