/*
 * The blocks of a GIF (CompuServe, Graphics Interchange Format 87a and 89a).
 */
#include "picture/gif/gif.h"

#include "picture/gif/gif_lzw.h"

#include <string.h>

enum {
	EXTENSION = 0x21,
	IMAGE = 0x2c,
	TRAILER = 0x3b,

	GRAPHIC_CONTROL = 0xf9,
	APPLICATION = 0xff,

	HEADER_SIZE = 6,
	SCREEN_SIZE = 7,
	BACKGROUND_AT = HEADER_SIZE + 5,
	IMAGE_SIZE = 10, /* including the introducer */
	GRAPHIC_CONTROL_LENGTH = 4,
	GRAPHIC_CONTROL_SIZE = 8, /* the whole extension, including the terminator */
	APPLICATION_NAME_SIZE = 11,
	SIDE_MAX = 0xffff,
	HAS_COLORS = 0x80,
	COLOR_BITS = 0x07
};

struct gif {
	struct filter *filter;
	uint32_t width; /* of the screen; 0: take it from the first image */
	uint32_t height;
	size_t screen_at; /* where the screen's width is in the output buffer */
	bool has_image;
	unsigned char control[GRAPHIC_CONTROL_SIZE]; /* of the next image; its last byte is 0 */
	size_t control_size;                         /* 0: it has none */
	uint64_t pixel_count;                        /* of all frames so far */
	struct lzw lzw;
};

static uint32_t le16(const unsigned char *bytes)
{
	return (uint32_t)bytes[1] << 8 | bytes[0];
}

static void put_le16(unsigned char *bytes, uint32_t value)
{
	bytes[0] = (unsigned char)value;
	bytes[1] = (unsigned char)(value >> 8);
}

static bool copy_block(struct filter *filter, size_t length)
{
	return filter_peek(filter, length) != NULL && filter_copy(filter, length);
}

/* The number of entries of the color table that the flags of the screen or an image announce. */
static size_t color_count(unsigned flags)
{
	return (flags & HAS_COLORS) == 0 ? 0 : (size_t)2 << (flags & COLOR_BITS);
}

static bool copy_colors(struct filter *filter, unsigned flags)
{
	return copy_block(filter, 3 * color_count(flags));
}

/* Look at the next sub-block, with its length byte. *length does not count that byte; it is 0 for the terminator. */
static const unsigned char *peek_sub_block(struct filter *filter, size_t *length)
{
	const unsigned char *block = filter_peek(filter, 1);

	if (block == NULL)
		return NULL;
	*length = block[0];
	return filter_peek(filter, 1 + *length);
}

static bool skip_sub_blocks(struct filter *filter)
{
	size_t length;

	do {
		if (peek_sub_block(filter, &length) == NULL)
			return false;
		filter_skip(filter, 1 + length);
	} while (length > 0);
	return true;
}

/* ---- the data of a frame ----------------------------------------------------------------------- */

/* What follows the codes that fill the frame is dropped: decoders ignore it, so it could hide data. */
static bool filter_data(struct gif *gif)
{
	struct filter *filter = gif->filter;
	const unsigned char *block;
	size_t length;

	while (!gif->lzw.ended) {
		block = peek_sub_block(filter, &length);
		if (block == NULL)
			return false;
		if (length == 0)
			return filter_stop(filter, PICTURE_GIF_PIXELS);
		if (!filter_check(filter, lzw_follow(&gif->lzw, block + 1, length)))
			return false;
		filter_skip(filter, 1 + length);
	}
	return lzw_end(&gif->lzw) && skip_sub_blocks(filter);
}

/*
 * If the first image does not fit in the screen, enlarge the screen to it, as Chrome does; Firefox and Safari
 * do the same with an image at the screen's origin. The header is still in the output buffer unless large blocks
 * come before the first image.
 */
static bool set_screen(struct gif *gif, uint32_t right, uint32_t bottom)
{
	unsigned char *screen = gif->filter->output + gif->screen_at;

	if (gif->has_image || (right <= gif->width && bottom <= gif->height))
		return true;
	if (gif->filter->has_flushed || right > SIDE_MAX || bottom > SIDE_MAX)
		return false;
	gif->width = right > gif->width ? right : gif->width;
	gif->height = bottom > gif->height ? bottom : gif->height;
	put_le16(screen, gif->width);
	put_le16(screen + 2, gif->height);
	return true;
}

/*
 * Read an image descriptor and correct its size: a frame without a size has that of the screen. A later frame may
 * extend past the screen, and is clipped. The limit of pixels applies to the area up to the frame's lower right corner.
 */
static enum picture_result read_image(struct gif *gif, unsigned char image[IMAGE_SIZE])
{
	uint32_t left = le16(image + 1), top = le16(image + 3);
	uint32_t width = le16(image + 5), height = le16(image + 7);

	width = width == 0 ? gif->width : width;
	height = height == 0 ? gif->height : height;
	if (width == 0 || height == 0)
		return PICTURE_GIF_SCREEN;
	if ((uint64_t)(left + width) * (top + height) > PICTURE_MAX_PIXELS)
		return PICTURE_TOO_MANY_PIXELS;
	gif->pixel_count += (uint64_t)width * height;
	if (gif->pixel_count > PICTURE_MAX_FRAME_PIXELS)
		return PICTURE_TOO_MANY_FRAME_PIXELS;
	put_le16(image + 5, width);
	put_le16(image + 7, height);
	return set_screen(gif, left + width, top + height) ? PICTURE_OK : PICTURE_GIF_SCREEN;
}

/* The data of a frame, from the number of bits of its colors on. */
static bool filter_frame(struct gif *gif, uint64_t pixels)
{
	struct filter *filter = gif->filter;
	const unsigned char *peeked = filter_peek(filter, 1);
	unsigned char bits, written;

	if (peeked == NULL)
		return false;
	bits = peeked[0];
	if (bits < 1 || bits > LZW_COLOR_BITS_MAX)
		return filter_stop(filter, PICTURE_GIF_CODE_SIZE);
	filter_skip(filter, 1);
	written = (unsigned char)lzw_begin(&gif->lzw, filter, bits, pixels);
	return filter_write(filter, &written, 1) && filter_data(gif);
}

static bool filter_image(struct gif *gif)
{
	struct filter *filter = gif->filter;
	const unsigned char *peeked = filter_peek(filter, IMAGE_SIZE);
	unsigned char image[IMAGE_SIZE];

	if (peeked == NULL)
		return false;
	memcpy(image, peeked, IMAGE_SIZE);
	filter_skip(filter, IMAGE_SIZE);
	if (!filter_check(filter, read_image(gif, image)) ||
		!filter_write(filter, gif->control, gif->control_size) ||
		!filter_write(filter, image, IMAGE_SIZE) || !copy_colors(filter, image[9]))
		return false;
	gif->control_size = 0;
	gif->has_image = true;
	return filter_frame(gif, (uint64_t)le16(image + 5) * le16(image + 7));
}

/* ---- extensions -------------------------------------------------------------------------------- */

/* Of a loop extension, keep only the first number of repetitions. */
static bool filter_loop(struct filter *filter, const char *name)
{
	const unsigned char *block;
	size_t length;

	do {
		block = peek_sub_block(filter, &length);
		if (block == NULL)
			return false;
		if (length == 3 && block[1] == 1)
			return filter_write(filter, "\x21\xff\x0b", 3) &&
			       filter_write(filter, name, APPLICATION_NAME_SIZE) &&
			       filter_write(filter, block, 4) && filter_write(filter, "", 1) &&
			       skip_sub_blocks(filter);
		filter_skip(filter, 1 + length);
	} while (length > 0);
	return true;
}

static bool filter_application(struct filter *filter)
{
	static const char *const LOOPS[] = {"NETSCAPE2.0", "ANIMEXTS1.0"};
	size_t length;
	const unsigned char *block = peek_sub_block(filter, &length);

	if (block == NULL)
		return false;
	if (length != APPLICATION_NAME_SIZE)
		return skip_sub_blocks(filter);
	for (size_t i = 0; i < sizeof(LOOPS) / sizeof(*LOOPS); i++)
		if (memcmp(block + 1, LOOPS[i], APPLICATION_NAME_SIZE) == 0) {
			filter_skip(filter, 1 + length);
			return filter_loop(filter, LOOPS[i]);
		}
	return skip_sub_blocks(filter);
}

/*
 * The duration of a frame and its transparent color, written with the frame: the last one before it counts. A block that
 * is too long is truncated, a short one dropped.
 */
static bool filter_graphic_control(struct gif *gif)
{
	static const unsigned char START[] = {EXTENSION, GRAPHIC_CONTROL, GRAPHIC_CONTROL_LENGTH};
	size_t length;
	const unsigned char *block = peek_sub_block(gif->filter, &length);

	if (block == NULL)
		return false;
	if (length >= GRAPHIC_CONTROL_LENGTH) {
		memcpy(gif->control, START, sizeof(START));
		memcpy(gif->control + sizeof(START), block + 1, GRAPHIC_CONTROL_LENGTH);
		gif->control_size = GRAPHIC_CONTROL_SIZE;
	}
	return skip_sub_blocks(gif->filter);
}

static bool filter_extension(struct gif *gif)
{
	struct filter *filter = gif->filter;
	const unsigned char *extension = filter_peek(filter, 2);
	unsigned label;

	if (extension == NULL)
		return false;
	label = extension[1];
	filter_skip(filter, 2);
	if (label == GRAPHIC_CONTROL)
		return filter_graphic_control(gif);
	return label == APPLICATION ? filter_application(filter) : skip_sub_blocks(filter);
}

/* ---- the picture ------------------------------------------------------------------------------- */

static bool filter_screen(struct gif *gif)
{
	struct filter *filter = gif->filter;
	const unsigned char *peeked = filter_peek(filter, HEADER_SIZE + SCREEN_SIZE);
	unsigned char header[HEADER_SIZE + SCREEN_SIZE];
	unsigned flags;

	if (peeked == NULL)
		return false;
	if (memcmp(peeked, "GIF87a", HEADER_SIZE) != 0 &&
		memcmp(peeked, "GIF89a", HEADER_SIZE) != 0)
		return filter_stop(filter, PICTURE_OTHER_KIND);
	memcpy(header, peeked, sizeof(header));
	filter_skip(filter, sizeof(header));
	gif->width = le16(header + HEADER_SIZE);
	gif->height = le16(header + HEADER_SIZE + 2);
	if ((uint64_t)gif->width * gif->height > PICTURE_MAX_PIXELS)
		return filter_stop(filter, PICTURE_TOO_MANY_PIXELS);
	flags = header[HEADER_SIZE + 4];
	if (header[BACKGROUND_AT] >= color_count(flags))
		header[BACKGROUND_AT] = 0; /* browsers ignore the background */
	gif->screen_at = filter->pending + HEADER_SIZE;
	return filter_write(filter, header, sizeof(header)) && copy_colors(filter, flags);
}

/* Write the trailer, also if the file has none. */
static bool filter_end(struct gif *gif)
{
	if (gif->filter->result != PICTURE_OK)
		return false;
	if (!gif->has_image)
		return filter_stop(gif->filter, PICTURE_GIF_EMPTY);
	return filter_write(gif->filter, (const unsigned char[]){TRAILER}, 1);
}

/*
 * Copy the blocks up to the trailer. As in browsers, the end of the file or an unknown block after the first image
 * ends the picture too, and zeros between blocks are skipped.
 */
static bool filter_blocks(struct gif *gif)
{
	struct filter *filter = gif->filter;

	while (filter_has(filter, 1)) {
		int block = *filter_peek(filter, 1);

		if (block == TRAILER)
			break;
		if (block == EXTENSION) {
			if (!filter_extension(gif))
				return false;
		} else if (block == IMAGE) {
			if (!filter_image(gif))
				return false;
		} else if (block == 0) {
			filter_skip(filter, 1);
		} else if (gif->has_image) {
			break;
		} else {
			return filter_stop(filter, PICTURE_GIF_BLOCK);
		}
	}
	return filter_end(gif);
}

bool gif_filter(struct filter *filter)
{
	struct gif gif = {.filter = filter};

	return filter_screen(&gif) && filter_blocks(&gif);
}
