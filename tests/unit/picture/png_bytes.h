/*
 * PNGs in memory, for the tests of lib/picture/png. zlib creates the image data.
 */
#ifndef FITGATE_TESTS_PNG_BYTES_H
#define FITGATE_TESTS_PNG_BYTES_H

#include "picture_bytes.h"

#include <zlib.h>

#define SIGNATURE "\x89PNG\r\n\x1a\n"

enum { GRAY = 0, RGB = 2, PALETTE = 3, GRAY_ALPHA = 4, RGB_ALPHA = 6 };

static inline void add_chunk(struct bytes *png, const char *type, const void *data, size_t length)
{
	size_t begin = png->length + 4;

	add_be32(png, (uint32_t)length);
	add(png, type, 4);
	add(png, data, length);
	add_be32(png, (uint32_t)crc32(0, png->data + begin, (unsigned)(4 + length)));
}

/* A chunk whose data is a string literal. */
#define CHUNK(png, type, literal) add_chunk(png, type, literal, sizeof(literal) - 1)

static inline void add_header(struct bytes *png, uint32_t width, uint32_t height, unsigned depth,
	unsigned color, unsigned interlace)
{
	static struct bytes data;

	data.length = 0;
	add_be32(&data, width);
	add_be32(&data, height);
	add_byte(&data, depth);
	add_byte(&data, color);
	ADD(&data, "\0\0");
	add_byte(&data, interlace);
	add_chunk(png, "IHDR", data.data, data.length);
}

/* A zlib stream of `length` bytes of the value `value`. */
static inline const struct bytes *deflated(size_t length, unsigned char value)
{
	static struct bytes stream;
	unsigned char pixels[4096];
	z_stream zlib = {.next_out = stream.data, .avail_out = PICTURE_BYTES_MAX};

	memset(pixels, value, sizeof(pixels));
	assert_int_equal(deflateInit2(&zlib, 1, Z_DEFLATED, 15, 8, Z_RLE), Z_OK);
	while (length > 0) {
		zlib.next_in = pixels;
		zlib.avail_in = length < sizeof(pixels) ? (unsigned)length : sizeof(pixels);
		length -= zlib.avail_in;
		assert_int_equal(deflate(&zlib, Z_NO_FLUSH), Z_OK);
	}
	assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
	stream.length = zlib.total_out;
	assert_int_equal(deflateEnd(&zlib), Z_OK);
	return &stream;
}

/* Rows that are all zero: filter type 0, pixels 0. */
static inline void add_image(struct bytes *png, size_t length)
{
	const struct bytes *stream = deflated(length, 0);

	add_chunk(png, "IDAT", stream->data, stream->length);
}

static inline void end(struct bytes *png)
{
	add_chunk(png, "IEND", "", 0);
}

static inline struct bytes *begin_with(
	uint32_t width, uint32_t height, unsigned depth, unsigned color, unsigned interlace)
{
	static struct bytes png;

	png.length = 0;
	ADD(&png, SIGNATURE);
	add_header(&png, width, height, depth, color, interlace);
	return &png;
}

enum { IMAGE_SIZE = 2 * (1 + 2 * 3) }; /* of a picture that begins like this */

/* 2 x 2 pixels of eight bits. */
static inline struct bytes *begin(unsigned color)
{
	return begin_with(2, 2, 8, color, 0);
}

static inline struct bytes *plain(void)
{
	struct bytes *png = begin(RGB);

	add_image(png, IMAGE_SIZE);
	end(png);
	return png;
}

/* The picture of begin(RGB) as it is written. */
static inline const struct bytes *plain_picture(void)
{
	static struct bytes copy;

	copy.length = 0;
	add_all(&copy, plain());
	return &copy;
}

#endif
