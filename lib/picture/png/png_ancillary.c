/*
 * The ancillary chunks of PNG that are kept: those that affect how the pixels look.
 */
#include "picture/exif.h"
#include "picture/icc.h"
#include "picture/png/png_internal.h"

#include <string.h>

#define GAMA PNG_TYPE('g', 'A', 'M', 'A')
#define SRGB PNG_TYPE('s', 'R', 'G', 'B')
#define ICCP PNG_TYPE('i', 'C', 'C', 'P')
#define TRNS PNG_TYPE('t', 'R', 'N', 'S')
#define EXIF PNG_TYPE('e', 'X', 'I', 'f')

/* Every profile gets this name, and the compression method 0. */
#define ICC_NAME "ICC profile\0"

enum {
	CHUNK_MAX = FILTER_PEEK_MAX - PNG_CHUNK_HEADER_SIZE - PNG_CRC_SIZE,
	ICC_NAME_MAX = 79,
	EXIF_MAX = 0x10000,
	SRGB_INTENT_MAX = 3
};

enum place { ANYWHERE, BEFORE_IMAGE, BEFORE_PALETTE };

static const struct kept {
	uint32_t type, min, max;
	enum place place;
} KEPT[] = {
	{GAMA, 4, 4, BEFORE_PALETTE},
	{PNG_TYPE('c', 'H', 'R', 'M'), 32, 32, BEFORE_PALETTE},
	{SRGB, 1, 1, BEFORE_PALETTE},
	{PNG_TYPE('c', 'I', 'C', 'P'), 4, 4, BEFORE_PALETTE},
	{PNG_TYPE('m', 'D', 'C', 'V'), 24, 24, BEFORE_PALETTE},
	{PNG_TYPE('c', 'L', 'L', 'I'), 8, 8, BEFORE_PALETTE},
	{ICCP, 1, CHUNK_MAX, BEFORE_PALETTE},
	{PNG_TYPE('p', 'H', 'Y', 's'), 9, 9, BEFORE_IMAGE},
	{TRNS, 1, PNG_PALETTE_MAX, BEFORE_IMAGE},
	{EXIF, 1, EXIF_MAX, ANYWHERE},
};

enum { KEPT_COUNT = sizeof(KEPT) / sizeof(*KEPT) };

/* Find the entry of the current chunk's type; NULL: chunks of this type are dropped. */
static const struct kept *find_kept(const struct png *png)
{
	for (size_t i = 0; i < KEPT_COUNT; i++)
		if (KEPT[i].type == png->type)
			return &KEPT[i];
	return NULL;
}

uint32_t png_ancillary_max(const struct png *png)
{
	const struct kept *kept = find_kept(png);

	return kept == NULL ? 0 : kept->max;
}

/* tRNS has a byte for each palette entry, or one color, or is not allowed with the color type. */
static bool is_transparency(const struct png *png)
{
	switch (png->color) {
	case PNG_GRAY:
		return png->size == 2;
	case PNG_RGB:
		return png->size == 6;
	case PNG_INDEXED:
		return png->size <= png->palette_size;
	case PNG_GRAY_ALPHA:
	case PNG_RGB_ALPHA:
		break;
	}
	return false;
}

static bool is_in_place(const struct png *png, const struct kept *kept)
{
	if (kept->place != ANYWHERE && png->had_image)
		return false;
	return kept->place != BEFORE_PALETTE || png->palette_size == 0;
}

/* ---- color profiles ---------------------------------------------------------------------------- */

/*
 * Inflate a compressed profile to check it. Returns the length of its zlib stream, without the bytes after it; 0: it
 * is not a profile.
 */
static size_t profile_length(const unsigned char *stream, size_t length, bool is_color)
{
	unsigned char beginning[0x1000], rest[0x1000];
	z_stream zlib = {.next_in = stream, .avail_in = (unsigned)length};
	size_t begun;
	uint32_t size;
	int result;

	if (inflateInit(&zlib) != Z_OK)
		return 0;
	zlib.next_out = beginning;
	zlib.avail_out = sizeof(beginning);
	result = inflate(&zlib, Z_NO_FLUSH);
	begun = sizeof(beginning) - zlib.avail_out;
	size = icc_size(beginning, begun);
	if (size > 0 && !icc_describes(beginning, is_color))
		size = 0;
	while (result == Z_OK && size > 0 && zlib.total_out <= size) {
		zlib.next_out = rest;
		zlib.avail_out = sizeof(rest);
		result = inflate(&zlib, Z_NO_FLUSH);
	}
	inflateEnd(&zlib);
	return result == Z_STREAM_END && size > 0 && zlib.total_out == size ? zlib.total_in : 0;
}

/* Copy a color profile under a fixed name: its own name is free text. */
static bool keep_profile(struct png *png, const unsigned char *data)
{
	const unsigned char *name_end =
		memchr(data, 0, png->size < ICC_NAME_MAX + 1 ? png->size : ICC_NAME_MAX + 1);
	const size_t name_size = sizeof(ICC_NAME); /* including the NUL and the method */
	size_t before, length;
	unsigned char header[PNG_CHUNK_HEADER_SIZE], crc_bytes[PNG_CRC_SIZE];
	uLong crc;

	if (name_end == NULL)
		return true;
	before = (size_t)(name_end - data) + 2;
	if (before >= png->size || name_end[1] != 0)
		return true;
	length = profile_length(data + before, png->size - before, png_is_color(png));
	if (length == 0)
		return true;
	filter_put_be32(header, (uint32_t)(name_size + length));
	filter_put_be32(header + 4, ICCP);
	crc = crc32(crc32(0, header + 4, 4), (const unsigned char *)ICC_NAME, (unsigned)name_size);
	crc = crc32(crc, data + before, (unsigned)length);
	filter_put_be32(crc_bytes, (uint32_t)crc);
	return filter_write(png->filter, header, sizeof(header)) &&
	       filter_write(png->filter, ICC_NAME, name_size) &&
	       filter_write(png->filter, data + before, length) &&
	       filter_write(png->filter, crc_bytes, sizeof(crc_bytes));
}

/* ---- chunks ------------------------------------------------------------------------------------ */

static bool keep_orientation(struct png *png, const unsigned char *data)
{
	unsigned char exif[EXIF_SIZE];
	int orientation = exif_orientation(data, png->size);

	if (orientation == 0)
		return true;
	exif_write(orientation, exif);
	return png_write_chunk(png, EXIF, exif, sizeof(exif));
}

static bool has_right_crc(const struct png *png, const unsigned char *data)
{
	unsigned char type[4];

	filter_put_be32(type, png->type);
	return crc32(crc32(0, type, 4), data, png->size) == filter_be32(data + png->size);
}

/* Of sRGB and iCCP only one is allowed; decoders go by the first. */
static bool is_allowed(const struct png *png, const struct kept *kept)
{
	for (size_t i = 0; i < KEPT_COUNT; i++)
		if ((png->seen >> i & 1) != 0 &&
			(KEPT[i].type == kept->type ||
				(KEPT[i].type == ICCP && kept->type == SRGB) ||
				(KEPT[i].type == SRGB && kept->type == ICCP)))
			return false;
	return is_in_place(png, kept);
}

/* Decoders ignore a chunk with another value. */
static bool is_valid(const struct png *png, const unsigned char *data)
{
	switch (png->type) {
	case GAMA:
		return filter_be32(data) > 0;
	case SRGB:
		return data[0] <= SRGB_INTENT_MAX;
	case TRNS:
		return is_transparency(png);
	default:
		return true;
	}
}

bool png_keep_ancillary(struct png *png, const unsigned char *data)
{
	const struct kept *kept = find_kept(png);

	if (kept == NULL || png->size < kept->min || !is_allowed(png, kept) ||
		!is_valid(png, data) || !has_right_crc(png, data))
		return true;
	png->seen |= 1U << (kept - KEPT);
	if (kept->type == ICCP)
		return keep_profile(png, data);
	if (kept->type == EXIF)
		return keep_orientation(png, data);
	return png_write_chunk(png, png->type, data, png->size);
}
