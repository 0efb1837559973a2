/*
 * lib/picture. The first byte selects the kind, the rest is the picture.
 *
 * Invariants: the result depends on the bytes only, not on the pieces in which they arrive; a cleaned picture is
 * valid, cleaning it again changes nothing, and it has no chunks, segments or extensions but those on the list.
 */
#include "shared/input.h"

#include "picture/picture.h"

#include <string.h>
#include <zlib.h>

enum { OUTPUT_MAX = 1 << 22, PNG_SIGNATURE_SIZE = 8, PNG_CHUNK_EXTRA = 12 };

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
static enum picture_result clean_once(enum picture_kind kind, const uint8_t *bytes, size_t length,
	size_t step, struct output *output)
{
	struct pieces pieces = {bytes, length, step};
	struct source in = {pieces_read, &pieces};
	struct sink out = {output_write, output};

	output->length = 0;
	return picture_clean(kind, &in, &out);
}

/* As an upload is cleaned: of a broken animation the still image stays. */
static enum picture_result clean(enum picture_kind kind, const uint8_t *bytes, size_t length,
	size_t step, struct output *output)
{
	static char first[OUTPUT_MAX];
	size_t first_length;

	enum picture_result result = clean_once(kind, bytes, length, step, output);

	if (result != PICTURE_BROKEN_ANIMATION)
		return result;
	first_length = output->length;
	memcpy(first, output->bytes, first_length);
	result = clean_once(PICTURE_PNG_STILL, (const uint8_t *)first, first_length, step, output);
	require(result == PICTURE_OK);
	return result;
}

static uint32_t be16(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

static uint32_t be32(const uint8_t *bytes)
{
	return be16(bytes) << 16 | be16(bytes + 2);
}

/* ---- what is kept ------------------------------------------------------------------------------ */

static bool is_kept_segment(const uint8_t *segment, size_t length)
{
	switch (segment[1]) {
	case 0xe0:
		return memcmp(segment + 4, "JFIF", 5) == 0 && length == 2 + 2 + 14;
	case 0xe1:
		return memcmp(segment + 4, "Exif\0", 6) == 0 && length == 2 + 34;
	case 0xe2:
		return memcmp(segment + 4, "ICC_PROFILE", 12) == 0;
	case 0xee:
		return memcmp(segment + 4, "Adobe", 5) == 0 && length == 2 + 2 + 12;
	default:
		return segment[1] < 0xe0;
	}
}

static void check_jpeg(const uint8_t *bytes, size_t length)
{
	size_t at = 2;

	while (bytes[at + 1] != 0xd9) {
		size_t size = 2 + be16(bytes + at + 2);

		require(at + size < length && bytes[at] == 0xff);
		require(is_kept_segment(bytes + at, size));
		if (bytes[at + 1] == 0xda)
			while (bytes[at + size] != 0xff || bytes[at + size + 1] == 0x00 ||
				(bytes[at + size + 1] & 0xf8) == 0xd0)
				size++;
		at += size;
	}
	require(at + 2 == length);
}

static void check_png(const uint8_t *bytes, size_t length)
{
	static const char KEPT[] =
		"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB cICP mDCV cLLI iCCP pHYs eXIf acTL fcTL fdAT";
	size_t at = PNG_SIGNATURE_SIZE;
	char type[5] = "";

	while (at < length) {
		require(length - at >= PNG_CHUNK_EXTRA);
		memcpy(type, bytes + at + 4, 4);
		require(strlen(type) == 4 && strstr(KEPT, type) != NULL);
		at += PNG_CHUNK_EXTRA + be32(bytes + at);
	}
	require(at == length && strcmp(type, "IEND") == 0);
}

static size_t colors_size(uint8_t flags)
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
	size_t at = 13 + colors_size(bytes[10]);

	while (bytes[at] != 0x3b) {
		if (bytes[at] == 0x2c) {
			at = sub_blocks_end(bytes, at + 11 + colors_size(bytes[at + 9]));
			continue;
		}
		require(bytes[at] == 0x21);
		require(bytes[at + 1] == 0xf9 ||
			memcmp(bytes + at + 3, "NETSCAPE2.0\3\1", 13) == 0 ||
			memcmp(bytes + at + 3, "ANIMEXTS1.0\3\1", 13) == 0);
		at = bytes[at + 1] == 0xf9 ? at + 8 : at + 19;
		require(at < length && bytes[at - 1] == 0);
	}
	require(at + 1 == length);
}

/* ---- libFuzzer --------------------------------------------------------------------------------- */

/* Correct the checksum of each chunk: otherwise no mutation would get past the first one. */
static void repair_png(uint8_t *bytes, size_t length)
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
		repair_png(data + 1, size - 1);
	return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[OUTPUT_MAX], second[OUTPUT_MAX];
	static void (*const CHECKS[])(const uint8_t *, size_t) = {
		[PICTURE_JPEG] = check_jpeg, [PICTURE_PNG] = check_png, [PICTURE_GIF] = check_gif};
	struct output cleaned = {(char *)first, 0, OUTPUT_MAX},
		      again = {(char *)second, 0, OUTPUT_MAX};
	enum picture_result result;
	enum picture_kind kind;

	if (size == 0)
		return 0;
	kind = kind_of(data[0]);
	result = clean(kind, data + 1, size - 1, 0, &cleaned);
	require(result == PICTURE_OK || picture_is_refused(result));
	/* which of several rules a picture is found to break first may depend on how its bytes come */
	require((clean(kind, data + 1, size - 1, 7, &again) == PICTURE_OK) ==
		(result == PICTURE_OK));
	if (result != PICTURE_OK)
		return 0;
	require(again.length == cleaned.length && memcmp(first, second, again.length) == 0);
	CHECKS[kind](first, cleaned.length);
	require(clean(kind, first, cleaned.length, 0, &again) == PICTURE_OK);
	require(again.length == cleaned.length && memcmp(first, second, again.length) == 0);
	return 0;
}
