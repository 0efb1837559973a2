/*
 * The chunks of a PNG (W3C Portable Network Graphics, 3rd edition, which includes APNG).
 *
 * Accepts pictures with errors that decoders ignore, and leaves the errors out of the copy. The filter notices
 * that an animation is broken only after it has written the beginning of the animation. It then copies the still
 * image to its end, and its result asks the caller to clean the copy again without the animation.
 */
#include "picture/png/png.h"

#include "picture/png/png_internal.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC "\x89PNG\r\n\x1a\n"

enum {
	MAGIC_SIZE = 8,
	CHUNK_MAX = 0x7fffffff,
	SIDE_MAX = 1000000, /* of libpng */
	IHDR_SIZE = 13,
	ACTL_SIZE = 8,
	FCTL_SIZE = 26,
	CRITICAL_MAX = 3 * PNG_PALETTE_MAX, /* the longest critical chunk, except image data */
	ANCILLARY = 0x20                    /* the bit in the first character of a type */
};

bool png_write_chunk(struct png *png, uint32_t type, const unsigned char *data, size_t length)
{
	unsigned char header[PNG_CHUNK_HEADER_SIZE], crc[PNG_CRC_SIZE];

	filter_put_be32(header, (uint32_t)length);
	filter_put_be32(header + 4, type);
	filter_put_be32(crc, (uint32_t)crc32(crc32(0, header + 4, 4), data, (unsigned)length));
	return filter_write(png->filter, header, sizeof(header)) &&
	       filter_write(png->filter, data, length) &&
	       filter_write(png->filter, crc, sizeof(crc));
}

/* Skip the `left` unread bytes of a chunk, including its CRC. */
static bool skip(struct png *png, uint64_t left)
{
	size_t length;

	for (; left > 0; left -= length) {
		if (filter_peek_some(png->filter, left < FILTER_PEEK_MAX ? left : FILTER_PEEK_MAX,
			    &length) == NULL)
			return false;
		filter_skip(png->filter, length);
	}
	return true;
}

/* ---- critical chunks --------------------------------------------------------------------------- */

static bool is_depth_of(enum png_color color, unsigned depth)
{
	switch (color) {
	case PNG_GRAY:
		return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
	case PNG_INDEXED:
		return depth == 1 || depth == 2 || depth == 4 || depth == 8;
	case PNG_RGB:
	case PNG_GRAY_ALPHA:
	case PNG_RGB_ALPHA:
		return depth == 8 || depth == 16;
	}
	return false;
}

static unsigned channels_of(enum png_color color)
{
	switch (color) {
	case PNG_GRAY_ALPHA:
		return 2;
	case PNG_RGB:
		return 3;
	case PNG_RGB_ALPHA:
		return 4;
	case PNG_GRAY:
	case PNG_INDEXED:
		break;
	}
	return 1;
}

static enum picture_result read_header(struct png *png, const unsigned char *data)
{
	if (png->size != IHDR_SIZE)
		return PICTURE_PNG_HEADER;
	png->width = filter_be32(data);
	png->height = filter_be32(data + 4);
	png->color = data[9];
	if (png->width == 0 || png->height == 0 || png->width > CHUNK_MAX ||
		png->height > CHUNK_MAX || !is_depth_of(png->color, data[8]) || data[10] != 0 ||
		data[11] != 0 || data[12] > 1)
		return PICTURE_PNG_HEADER;
	if ((uint64_t)png->width * png->height > PICTURE_MAX_PIXELS)
		return PICTURE_TOO_MANY_PIXELS;
	if (png->width > SIDE_MAX || png->height > SIDE_MAX)
		return PICTURE_PNG_HEADER;
	png->pixel_bits = data[8] * channels_of(png->color);
	png->is_interlaced = data[12] == 1;
	return PICTURE_OK;
}

static bool is_palette_size(uint32_t size)
{
	return size > 0 && size % 3 == 0 && size <= 3 * PNG_PALETTE_MAX;
}

/* Only indexed pixels need a palette. Decoders ignore one of gray levels, and one of other colors that is malformed. */
static bool is_palette_ignored(const struct png *png)
{
	switch (png->color) {
	case PNG_GRAY:
	case PNG_GRAY_ALPHA:
		return true;
	case PNG_RGB:
	case PNG_RGB_ALPHA:
		return png->had_image || !is_palette_size(png->size);
	case PNG_INDEXED:
		break;
	}
	return false;
}

static enum picture_result read_palette(struct png *png)
{
	if (png->had_image || png->palette_size > 0 || !is_palette_size(png->size))
		return PICTURE_PNG_PALETTE;
	png->palette_size = png->size / 3;
	return PICTURE_OK;
}

/* Leave out the colors that no pixel can have: decoders do. */
static void shorten_palette(struct png *png)
{
	uint32_t most = png->color == PNG_INDEXED ? 1U << png->pixel_bits : PNG_PALETTE_MAX;

	if (png->palette_size > most)
		png->palette_size = most;
}

static enum picture_result read_end(struct png *png)
{
	if (png->size != 0)
		return PICTURE_PNG_LENGTH;
	if (!png->had_image)
		return PICTURE_PNG_ORDER;
	if (png->animation == PNG_ANIMATED &&
		(!png_close_frame(png) || png->frames_seen != png->frame_count))
		png->animation = PNG_BROKEN;
	return PICTURE_OK;
}

static enum picture_result read_critical(struct png *png, const unsigned char *data)
{
	unsigned char type[4];

	filter_put_be32(type, png->type);
	if (crc32(crc32(0, type, 4), data, png->size) != filter_be32(data + png->size))
		return PICTURE_PNG_CHECKSUM;
	switch (png->type) {
	case PNG_IHDR:
		return read_header(png, data);
	case PNG_PLTE:
		return read_palette(png);
	default:
		return read_end(png);
	}
}

static bool filter_critical(struct png *png)
{
	const unsigned char *data;
	size_t written = png->size;

	if (png->type != PNG_IHDR && png->type != PNG_PLTE && png->type != PNG_IEND)
		return filter_stop(png->filter, PICTURE_PNG_UNKNOWN);
	if (png->type == PNG_PLTE && is_palette_ignored(png))
		return skip(png, (uint64_t)png->size + PNG_CRC_SIZE);
	if (png->size > CRITICAL_MAX)
		return filter_stop(png->filter, PICTURE_PNG_LENGTH);
	data = filter_peek(png->filter, png->size + PNG_CRC_SIZE);
	if (data == NULL || !filter_check(png->filter, read_critical(png, data)))
		return false;
	if (png->type == PNG_PLTE) {
		shorten_palette(png);
		written = 3 * (size_t)png->palette_size;
	}
	if (!png_write_chunk(png, png->type, data, written))
		return false;
	filter_skip(png->filter, png->size + PNG_CRC_SIZE);
	return true;
}

/* ---- image data -------------------------------------------------------------------------------- */

/*
 * Copy *left bytes of compressed data, and check the CRC after them, which stays unread. PICTURE_OK, or the reason
 * why they are rejected. *left gets the number of unread bytes.
 */
static enum picture_result copy_data(struct png *png, uint32_t *left, uint32_t crc)
{
	const unsigned char *bytes;
	enum picture_result result;
	size_t length;

	for (; *left > 0; *left -= (uint32_t)length) {
		bytes = filter_peek_some(png->filter, *left, &length);
		if (bytes == NULL)
			return PICTURE_OK; /* the filter must stop */
		crc = (uint32_t)crc32(crc, bytes, (unsigned)length);
		result = png_take_data(png, bytes, length);
		if (result != PICTURE_OK)
			return result;
		filter_skip(png->filter, length);
	}
	bytes = filter_peek(png->filter, PNG_CRC_SIZE);
	return bytes == NULL || filter_be32(bytes) == crc ? PICTURE_OK : PICTURE_PNG_CHECKSUM;
}

static uint32_t crc_of_type(uint32_t type)
{
	unsigned char bytes[4];

	filter_put_be32(bytes, type);
	return (uint32_t)crc32(0, bytes, 4);
}

/* The image can consist of several consecutive chunks. Later ones are dropped. */
static bool filter_image(struct png *png)
{
	enum picture_result result = PICTURE_OK;
	uint32_t left = png->size;

	if (png->had_image && png->previous_type != PNG_IDAT)
		return skip(png, (uint64_t)png->size + PNG_CRC_SIZE);
	if (png->color == PNG_INDEXED && png->palette_size == 0)
		return filter_stop(png->filter, PICTURE_PNG_PALETTE);
	if (!png->had_image)
		result = png_open_frame(png, png->width, png->height, false);
	png->had_image = true;
	if (result == PICTURE_OK)
		result = copy_data(png, &left, crc_of_type(PNG_IDAT));
	return filter_check(png->filter, result) && png->filter->result == PICTURE_OK &&
	       skip(png, PNG_CRC_SIZE);
}

/* ---- animation --------------------------------------------------------------------------------- */

/* Without an animation, its chunks are dropped like unknown ones. */
static void break_animation(struct png *png)
{
	if (png->animation == PNG_ANIMATED)
		png->animation = PNG_BROKEN;
}

/* fcTL and fdAT are numbered in one sequence. */
static bool is_next_in_sequence(struct png *png, const unsigned char *data)
{
	return filter_be32(data) == png->next_sequence++;
}

static bool begin_animation(struct png *png, const unsigned char *data)
{
	if (png->size != ACTL_SIZE || filter_be32(data) == 0)
		return true; /* dropped: there is no animation */
	png->frame_count = filter_be32(data);
	png->animation = PNG_ANIMATED;
	return png_write_chunk(png, PNG_ACTL, data, png->size);
}

/* If the first fcTL precedes the IDATs, the image is the first frame and fills the canvas. Others must fit in it. */
static bool read_frame_control(struct png *png, const unsigned char *data)
{
	uint64_t width, height, left, top;

	if (png->size != FCTL_SIZE || !png_close_frame(png) || !is_next_in_sequence(png, data) ||
		png->frames_seen == png->frame_count)
		return false;
	width = filter_be32(data + 4);
	height = filter_be32(data + 8);
	left = filter_be32(data + 12);
	top = filter_be32(data + 16);
	if (width == 0 || height == 0 || left + width > png->width || top + height > png->height)
		return false;
	if (!png->had_image && (width != png->width || height != png->height))
		return false;
	png->frame = PNG_FRAME_ANNOUNCED;
	png->frame_width = (uint32_t)width;
	png->frame_height = (uint32_t)height;
	png->frames_seen++;
	return true;
}

static bool write_frame_control(struct png *png, const unsigned char *data)
{
	unsigned char written[FCTL_SIZE];

	memcpy(written, data, FCTL_SIZE);
	filter_put_be32(written, png->next_written_sequence++);
	return png_write_chunk(png, PNG_FCTL, written, FCTL_SIZE);
}

/* Copy an acTL or fcTL chunk. An error in it breaks the animation, but the still image remains usable. */
static bool filter_control(struct png *png)
{
	const unsigned char *data;
	bool is_done = true, is_intact;

	if (png->size > FCTL_SIZE) {
		break_animation(png);
		return skip(png, (uint64_t)png->size + PNG_CRC_SIZE);
	}
	data = filter_peek(png->filter, png->size + PNG_CRC_SIZE);
	if (data == NULL)
		return false;
	is_intact = crc32(crc_of_type(png->type), data, png->size) == filter_be32(data + png->size);
	if (is_intact && png->animation == PNG_NOT_ANIMATED && png->type == PNG_ACTL &&
		!png->had_image)
		is_done = begin_animation(png, data);
	else if (is_intact && png->animation == PNG_ANIMATED && png->type == PNG_FCTL &&
		 read_frame_control(png, data))
		is_done = write_frame_control(png, data);
	else
		break_animation(png);
	filter_skip(png->filter, png->size + PNG_CRC_SIZE);
	return is_done;
}

/* Begin the data of a frame after the first. false: the animation is broken. */
static bool begin_frame_data(
	struct png *png, const unsigned char *data, enum picture_result *result)
{
	if (png->size < PNG_SEQUENCE_SIZE || !png->had_image || !is_next_in_sequence(png, data))
		return false;
	if (png->frame == PNG_FRAME_ANNOUNCED)
		*result = png_open_frame(png, png->frame_width, png->frame_height, true);
	return png->frame == PNG_FRAME_OPEN || *result != PICTURE_OK;
}

static bool filter_frame_data(struct png *png)
{
	const unsigned char *data = filter_peek(png->filter, PNG_SEQUENCE_SIZE + PNG_CRC_SIZE);
	enum picture_result result = PICTURE_OK;
	uint32_t crc, left;

	if (data == NULL)
		return false;
	if (png->animation == PNG_ANIMATED && !begin_frame_data(png, data, &result))
		png->animation = PNG_BROKEN;
	if (png->animation != PNG_ANIMATED)
		return skip(png, (uint64_t)png->size + PNG_CRC_SIZE);
	if (!filter_check(png->filter, result))
		return false;
	crc = (uint32_t)crc32(crc_of_type(PNG_FDAT), data, PNG_SEQUENCE_SIZE);
	filter_skip(png->filter, PNG_SEQUENCE_SIZE);
	left = png->size - PNG_SEQUENCE_SIZE;
	result = copy_data(png, &left, crc);
	if (result == PICTURE_NO_MEMORY)
		return filter_stop(png->filter, result);
	if (result != PICTURE_OK)
		png->animation = PNG_BROKEN;
	return png->filter->result == PICTURE_OK && skip(png, (uint64_t)left + PNG_CRC_SIZE);
}

/* ---- chunks ------------------------------------------------------------------------------------ */

static bool filter_ancillary(struct png *png)
{
	const unsigned char *data;

	if (png->size > png_ancillary_max(png))
		return skip(png, (uint64_t)png->size + PNG_CRC_SIZE);
	if (png_ancillary_max(png) == 0)
		return skip(png, PNG_CRC_SIZE);
	data = filter_peek(png->filter, png->size + PNG_CRC_SIZE);
	if (data == NULL || !png_keep_ancillary(png, data))
		return false;
	filter_skip(png->filter, png->size + PNG_CRC_SIZE);
	return true;
}

static bool filter_by_type(struct png *png)
{
	switch (png->type) {
	case PNG_IDAT:
		return filter_image(png);
	case PNG_ACTL:
	case PNG_FCTL:
		return filter_control(png);
	case PNG_FDAT:
		return filter_frame_data(png);
	default:
		return (png->type >> 24 & ANCILLARY) != 0 ? filter_ancillary(png)
							  : filter_critical(png);
	}
}

static bool filter_chunk(struct png *png)
{
	const unsigned char *chunk = filter_peek(png->filter, PNG_CHUNK_HEADER_SIZE);
	bool is_done;

	if (chunk == NULL)
		return false;
	png->size = filter_be32(chunk);
	png->type = filter_be32(chunk + 4);
	if (png->size > CHUNK_MAX)
		return filter_stop(png->filter, PICTURE_PNG_LENGTH);
	if ((png->type == PNG_IHDR) != (png->previous_type == 0))
		return filter_stop(png->filter, PICTURE_PNG_ORDER);
	if (png->previous_type == PNG_IDAT && png->type != PNG_IDAT && !png->is_animation_data &&
		!png_close_frame(png))
		return filter_stop(png->filter, PICTURE_PNG_PIXELS);
	filter_skip(png->filter, PNG_CHUNK_HEADER_SIZE);
	is_done = filter_by_type(png);
	png->previous_type = png->type;
	return is_done;
}

/* A frame of the animation that was only announced, or is incomplete, does not matter to the image. */
static bool is_image_complete(struct png *png)
{
	return png->had_image && png->filter->result == PICTURE_OK &&
	       (png->is_animation_data || png->frame == PNG_FRAME_ANNOUNCED ||
		       png_close_frame(png));
}

/* The file may end with the image. */
static bool add_end(struct png *png)
{
	png->size = 0;
	return filter_check(png->filter, read_end(png)) &&
	       png_write_chunk(png, PNG_IEND, (const unsigned char *)"", 0);
}

static bool filter_chunks(struct png *png)
{
	const unsigned char *start = filter_peek(png->filter, MAGIC_SIZE);

	if (start == NULL)
		return false;
	if (memcmp(start, MAGIC, MAGIC_SIZE) != 0)
		return filter_stop(png->filter, PICTURE_OTHER_KIND);
	if (!filter_copy(png->filter, MAGIC_SIZE))
		return false;
	while (png->previous_type != PNG_IEND) {
		if (!filter_has(png->filter, PNG_CHUNK_HEADER_SIZE) && is_image_complete(png))
			return add_end(png);
		if (!filter_chunk(png))
			return false;
	}
	return true;
}

static bool filter_png(struct filter *filter, enum png_animation animation)
{
	struct png *png = calloc(1, sizeof(*png));
	bool is_whole;

	if (png == NULL || inflateInit2(&png->zlib, -MAX_WBITS) != Z_OK) {
		free(png);
		return filter_stop(filter, PICTURE_NO_MEMORY);
	}
	png->filter = filter;
	png->animation = animation;
	is_whole = filter_chunks(png);
	if (is_whole && png->animation == PNG_BROKEN && filter_flush(filter))
		is_whole = filter_stop(filter, PICTURE_BROKEN_ANIMATION);
	inflateEnd(&png->zlib);
	free(png->data);
	free(png);
	return is_whole;
}

bool png_filter(struct filter *filter)
{
	return filter_png(filter, PNG_NOT_ANIMATED);
}

bool png_filter_still(struct filter *filter)
{
	return filter_png(filter, PNG_STILL);
}
