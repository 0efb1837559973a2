/*
 * Inflates the image data of PNG while it is copied, to check that it is complete and to drop what follows it. The
 * inflated bytes are only counted.
 *
 * The zlib container (RFC 1950) is read and written here, and zlib inflates its content (RFC 1951). So an Adler-32
 * that does not match is replaced by the correct one: decoders ignore it.
 */
#include "picture/png/png_internal.h"

#include <string.h>

enum {
	FILTER_TYPE_MAX = 4,
	ADAM7_PASSES = 7,
	DEFLATE = 8,    /* the only method of zlib */
	WINDOW_MAX = 7, /* the binary logarithm of the window's size, minus WINDOW_MIN */
	WINDOW_MIN = 8,
	PRESET_DICTIONARY = 0x20
};

/* In all frames. 40 megapixels of 16-bit RGBA are 305 MiB. */
#define INFLATED_MAX ((uint64_t)512 << 20)

/* ---- rows -------------------------------------------------------------------------------------- */

/*
 * Compute the number of rows in a pass and the bytes in a row. A pass of Adam7 can be empty. Without interlacing,
 * there is one pass.
 */
static void measure_pass(const struct png *png, int pass, uint32_t *rows, uint64_t *row_size)
{
	static const struct {
		uint32_t left, top, across, down;
	} ADAM7[ADAM7_PASSES] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
		{0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
	uint32_t columns = png->frame_width;

	*rows = png->frame_height;
	if (png->is_interlaced) {
		columns =
			(columns + ADAM7[pass].across - 1 - ADAM7[pass].left) / ADAM7[pass].across;
		*rows = (*rows + ADAM7[pass].down - 1 - ADAM7[pass].top) / ADAM7[pass].down;
	}
	if (columns == 0)
		*rows = 0;
	*row_size = 1 + ((uint64_t)columns * png->pixel_bits + 7) / 8;
}

/* Continue with the first pass that has rows, from this one on. */
static void begin_pass(struct png *png, int pass)
{
	int count = png->is_interlaced ? ADAM7_PASSES : 1;

	png->rows_left = 0;
	png->row_left = 0;
	for (png->pass = pass; png->pass < count && png->rows_left == 0; png->pass++)
		measure_pass(png, png->pass, &png->rows_left, &png->row_size);
}

/* Count inflated bytes. false: more than the frame has, or an unknown filter type. */
static bool take_rows(struct png *png, const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		size_t part = length;

		if (png->rows_left == 0)
			return false;
		if (png->row_left == 0) {
			if (bytes[0] > FILTER_TYPE_MAX)
				return false;
			png->row_left = png->row_size;
		}
		if (part > png->row_left)
			part = (size_t)png->row_left;
		png->row_left -= part;
		bytes += part;
		length -= part;
		if (png->row_left == 0 && --png->rows_left == 0)
			begin_pass(png, png->pass);
	}
	return true;
}

/* ---- the stream -------------------------------------------------------------------------------- */

static bool flush_data(struct png *png)
{
	size_t length = png->data_length, sequence = png->is_animation_data ? PNG_SEQUENCE_SIZE : 0;

	png->data_length = sequence;
	if (length <= sequence)
		return true;
	if (sequence > 0)
		filter_put_be32(png->data, png->next_written_sequence++);
	return png_write_chunk(png, sequence > 0 ? PNG_FDAT : PNG_IDAT, png->data, length);
}

static bool add_data(struct png *png, const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		size_t part;

		if (png->data_length >= png->data_room &&
			!filter_grow(png->filter, &png->data, &png->data_room))
			return false;
		part = png->data_room - png->data_length;
		if (part > length)
			part = length;
		memcpy(png->data + png->data_length, bytes, part);
		png->data_length += part;
		bytes += part;
		length -= part;
		if (png->data_length == PNG_DATA_SIZE && !flush_data(png))
			return false;
	}
	return true;
}

enum picture_result png_open_frame(
	struct png *png, uint32_t width, uint32_t height, bool is_animation)
{
	uint32_t rows;
	uint64_t row_size;

	png->frame_width = width;
	png->frame_height = height;
	png->pixel_count += (uint64_t)width * height;
	for (int pass = 0; pass < (png->is_interlaced ? ADAM7_PASSES : 1); pass++) {
		measure_pass(png, pass, &rows, &row_size);
		png->inflated += rows * row_size;
	}
	if (png->pixel_count > PICTURE_MAX_FRAME_PIXELS || png->inflated > INFLATED_MAX)
		return PICTURE_TOO_MANY_FRAME_PIXELS;
	png->frame = PNG_FRAME_OPEN;
	png->has_ended = false;
	png->zlib_header_size = 0;
	png->checksum = (uint32_t)adler32(0, NULL, 0);
	png->is_animation_data = is_animation;
	png->data_length = is_animation ? PNG_SEQUENCE_SIZE : 0;
	begin_pass(png, 0);
	return PICTURE_OK;
}

bool png_close_frame(struct png *png)
{
	if (png->frame == PNG_FRAME_ANNOUNCED || (png->frame == PNG_FRAME_OPEN && !png->has_ended))
		return false;
	png->frame = PNG_NO_FRAME;
	return true;
}

/* Read the zlib header, which can be split between pieces. *taken gets the number of bytes that were read. */
static enum picture_result take_header(
	struct png *png, const unsigned char *bytes, size_t length, size_t *taken)
{
	unsigned char *header = png->zlib_header;

	for (*taken = 0; *taken < length && png->zlib_header_size < 2; (*taken)++)
		header[png->zlib_header_size++] = bytes[*taken];
	if (png->zlib_header_size < 2 || *taken == 0)
		return PICTURE_OK;
	if ((header[0] & 0x0f) != DEFLATE || header[0] >> 4 > WINDOW_MAX ||
		filter_be16(header) % 31 != 0 || (header[1] & PRESET_DICTIONARY) != 0)
		return PICTURE_PNG_DATA;
	if (inflateReset2(&png->zlib, -((header[0] >> 4) + WINDOW_MIN)) != Z_OK)
		return PICTURE_NO_MEMORY;
	add_data(png, header, 2);
	return PICTURE_OK;
}

/* Call inflate once. */
static enum picture_result inflate_once(struct png *png)
{
	const unsigned char *from = png->zlib.next_in;
	size_t made;
	int result;

	png->zlib.next_out = png->pixels;
	png->zlib.avail_out = PNG_PIXELS_SIZE;
	result = inflate(&png->zlib, Z_NO_FLUSH);
	if (result == Z_MEM_ERROR)
		return PICTURE_NO_MEMORY;
	if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
		return PICTURE_PNG_DATA;
	made = PNG_PIXELS_SIZE - png->zlib.avail_out;
	png->checksum = (uint32_t)adler32(png->checksum, png->pixels, (unsigned)made);
	if (!take_rows(png, png->pixels, made))
		return PICTURE_PNG_PIXELS;
	add_data(png, from, (size_t)(png->zlib.next_in - from));
	png->has_ended = result == Z_STREAM_END;
	return PICTURE_OK;
}

static enum picture_result end_stream(struct png *png)
{
	unsigned char checksum[4];

	if (png->rows_left > 0)
		return PICTURE_PNG_PIXELS;
	filter_put_be32(checksum, png->checksum);
	add_data(png, checksum, sizeof(checksum));
	flush_data(png);
	return PICTURE_OK;
}

enum picture_result png_take_data(struct png *png, const unsigned char *bytes, size_t length)
{
	enum picture_result result;
	size_t taken;

	if (png->has_ended)
		return PICTURE_OK;
	result = take_header(png, bytes, length, &taken);
	if (result != PICTURE_OK || png->zlib_header_size < 2)
		return result;
	png->zlib.next_in = bytes + taken;
	png->zlib.avail_in = (unsigned)(length - taken);
	do
		result = inflate_once(png);
	while (result == PICTURE_OK && !png->has_ended && png->zlib.avail_out == 0);
	return result == PICTURE_OK && png->has_ended ? end_stream(png) : result;
}
