/*
 * PNG (W3C Portable Network Graphics, 3rd edition, APNG included).
 *
 * The image data passes through inflate while it is copied, to know that it is whole; what comes out is
 * counted and thrown away.
 */
#include "files/filter.h"

#define ZLIB_CONST /* zlib only reads what it is given */
#include <string.h>
#include <zlib.h>

/* The four letters of a chunk's type as a number. */
#define CHUNK(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

#define IHDR CHUNK('I', 'H', 'D', 'R')
#define PLTE CHUNK('P', 'L', 'T', 'E')
#define IDAT CHUNK('I', 'D', 'A', 'T')
#define IEND CHUNK('I', 'E', 'N', 'D')
#define TRNS CHUNK('t', 'R', 'N', 'S')
#define GAMA CHUNK('g', 'A', 'M', 'A')
#define CHRM CHUNK('c', 'H', 'R', 'M')
#define SRGB CHUNK('s', 'R', 'G', 'B')
#define ICCP CHUNK('i', 'C', 'C', 'P')
#define PHYS CHUNK('p', 'H', 'Y', 's')
#define ACTL CHUNK('a', 'c', 'T', 'L')
#define FCTL CHUNK('f', 'c', 'T', 'L')
#define FDAT CHUNK('f', 'd', 'A', 'T')

#define MAGIC "\x89PNG\r\n\x1a\n"

enum {
	MAGIC_SIZE = 8,
	CHUNK_HEADER_SIZE = 8,
	CRC_SIZE = 4,
	CHUNK_MAX = 0x7fffffff,
	IHDR_SIZE = 13,
	ACTL_SIZE = 8,
	FCTL_SIZE = 26, /* the longest of those judged by their content */
	SEQUENCE_SIZE = 4,
	PALETTE_MAX = 256,
	ICC_MAX = 4 << 20, /* those of printers have some hundred KB */
	FILTER_TYPE_MAX = 4,
	ADAM7_PASSES = 7,
	ANCILLARY = 0x20, /* the bit in the first letter of a type */

	PIXELS_SIZE = 0x4000
};

/* A frame of 40 megapixels of 16 bit RGBA has 305 MiB. More is a bomb: a small upload of many frames that
 * takes minutes to inflate. */
#define INFLATED_MAX ((uint64_t)512 << 20)

enum colour { GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };

/* What becomes of a chunk. */
enum verdict { REFUSE, DROP, KEEP };

/* A frame of the animation is announced by its fcTL. */
enum frame_state { NO_FRAME, FRAME_ANNOUNCED, FRAME_OPEN };

struct png {
	struct filter *filter;
	uint32_t width;
	uint32_t height;
	unsigned pixel_bits;
	enum colour colour;
	bool is_interlaced;

	uint32_t type; /* of the current chunk */
	uint32_t size; /* of its data */
	uint32_t crc;
	uint32_t previous_type;
	unsigned seen; /* a bit for each of the ancillary chunks that may stand once */
	uint32_t palette_size;
	bool had_image; /* the first IDAT */

	uint32_t frame_count; /* 0: no animation */
	uint32_t frames_seen;
	uint32_t next_sequence;

	enum frame_state state;
	uint32_t frame_width;
	uint32_t frame_height;
	uint64_t inflated; /* what all frames have so far */
	z_stream zlib;
	bool has_ended;     /* the zlib stream of this frame */
	int pass;           /* of the frame */
	uint32_t rows_left; /* in this pass, with the one that has begun; 0: the frame is full */
	uint64_t row_size;  /* with its filter type */
	uint64_t row_left;  /* 0: a filter type comes next */
	unsigned char pixels[PIXELS_SIZE];
};

/* ---- the data of a frame ----------------------------------------------------------------------- */

/* How many rows a pass has, and of how many bytes. Passes may be empty, and other than Adam7 there is one. */
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

/* Go on to the first pass from this one on that has rows. */
static void begin_pass(struct png *png, int pass)
{
	int count = png->is_interlaced ? ADAM7_PASSES : 1;

	png->rows_left = 0;
	png->row_left = 0;
	for (png->pass = pass; png->pass < count && png->rows_left == 0; png->pass++)
		measure_pass(png, png->pass, &png->rows_left, &png->row_size);
}

static bool open_frame(struct png *png, uint32_t width, uint32_t height)
{
	uint32_t rows;
	uint64_t row_size;

	png->frame_width = width;
	png->frame_height = height;
	for (int pass = 0; pass < (png->is_interlaced ? ADAM7_PASSES : 1); pass++) {
		measure_pass(png, pass, &rows, &row_size);
		png->inflated += rows * row_size;
	}
	if (png->inflated > INFLATED_MAX || inflateReset(&png->zlib) != Z_OK)
		return false;
	png->state = FRAME_OPEN;
	png->has_ended = false;
	begin_pass(png, 0);
	return true;
}

/* Whether there is no frame any more that lacks data. */
static bool close_frame(struct png *png)
{
	if (png->state == FRAME_ANNOUNCED || (png->state == FRAME_OPEN && !png->has_ended))
		return false;
	png->state = NO_FRAME;
	return true;
}

/* Count what has been inflated. false: more than there are pixels, or an unknown filter type. */
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

/* The next piece of the frame's zlib stream, behind whose end nothing may follow. */
static bool inflate_piece(struct png *png, const unsigned char *bytes, size_t length)
{
	int result;

	png->zlib.next_in = bytes;
	png->zlib.avail_in = (unsigned)length;
	while (!png->has_ended) {
		png->zlib.next_out = png->pixels;
		png->zlib.avail_out = PIXELS_SIZE;
		result = inflate(&png->zlib, Z_NO_FLUSH);
		if (result == Z_MEM_ERROR)
			return filter_stop(png->filter, PICTURE_NO_MEMORY);
		if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
			return filter_refuse(png->filter);
		if (!take_rows(png, png->pixels, PIXELS_SIZE - png->zlib.avail_out))
			return filter_refuse(png->filter);
		png->has_ended = result == Z_STREAM_END;
		if (png->zlib.avail_out > 0)
			break;
	}
	if (png->has_ended && (png->rows_left > 0 || png->zlib.avail_in > 0))
		return filter_refuse(png->filter);
	return true;
}

/* ---- chunks ------------------------------------------------------------------------------------ */

static bool is_depth_of(enum colour colour, unsigned depth)
{
	switch (colour) {
	case GREY:
		return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
	case PALETTE:
		return depth == 1 || depth == 2 || depth == 4 || depth == 8;
	case RGB:
	case GREY_ALPHA:
	case RGB_ALPHA:
		return depth == 8 || depth == 16;
	}
	return false;
}

static unsigned channels_of(enum colour colour)
{
	switch (colour) {
	case GREY_ALPHA:
		return 2;
	case RGB:
		return 3;
	case RGB_ALPHA:
		return 4;
	case GREY:
	case PALETTE:
		break;
	}
	return 1;
}

static enum verdict judge_header(struct png *png, const unsigned char *data)
{
	if (png->size != IHDR_SIZE)
		return REFUSE;
	png->width = filter_be32(data);
	png->height = filter_be32(data + 4);
	png->colour = data[9];
	if (png->width == 0 || png->height == 0 || png->width > PICTURE_MAX_PIXELS ||
		(uint64_t)png->width * png->height > PICTURE_MAX_PIXELS)
		return REFUSE;
	if (!is_depth_of(png->colour, data[8]) || data[10] != 0 || data[11] != 0 || data[12] > 1)
		return REFUSE;
	png->pixel_bits = data[8] * channels_of(png->colour);
	png->is_interlaced = data[12] == 1;
	return KEEP;
}

static enum verdict judge_palette(struct png *png)
{
	if (png->had_image || png->palette_size > 0 || png->colour == GREY ||
		png->colour == GREY_ALPHA || png->size == 0 || png->size % 3 != 0 ||
		png->size / 3 > PALETTE_MAX)
		return REFUSE;
	png->palette_size = png->size / 3;
	return KEEP;
}

static enum verdict judge_image(struct png *png)
{
	if (png->previous_type == IDAT)
		return KEEP;
	if (png->had_image || (png->colour == PALETTE && png->palette_size == 0))
		return REFUSE;
	png->had_image = true;
	return open_frame(png, png->width, png->height) ? KEEP : REFUSE;
}

static enum verdict judge_end(struct png *png)
{
	if (!png->had_image || !close_frame(png) || png->size != 0 ||
		png->frames_seen != png->frame_count)
		return REFUSE;
	return KEEP;
}

static enum verdict judge_animation(struct png *png, const unsigned char *data)
{
	if (png->size != ACTL_SIZE || png->frame_count > 0 || png->had_image)
		return REFUSE;
	png->frame_count = filter_be32(data);
	return png->frame_count > 0 ? KEEP : REFUSE;
}

/* fcTL and fdAT are numbered in one sequence. */
static bool is_next_in_sequence(struct png *png, const unsigned char *data)
{
	return png->frame_count > 0 && filter_be32(data) == png->next_sequence++;
}

/* In front of the IDATs they are the first frame, which fills the canvas; other frames lie inside it. */
static enum verdict judge_frame(struct png *png, const unsigned char *data)
{
	uint64_t width, height, left, top;

	if (png->size != FCTL_SIZE || !close_frame(png) || !is_next_in_sequence(png, data) ||
		png->frames_seen == png->frame_count)
		return REFUSE;
	width = filter_be32(data + 4);
	height = filter_be32(data + 8);
	left = filter_be32(data + 12);
	top = filter_be32(data + 16);
	if (width == 0 || height == 0 || left + width > png->width || top + height > png->height)
		return REFUSE;
	if (!png->had_image && (width != png->width || height != png->height))
		return REFUSE;
	png->state = FRAME_ANNOUNCED;
	png->frame_width = (uint32_t)width;
	png->frame_height = (uint32_t)height;
	png->frames_seen++;
	return KEEP;
}

static enum verdict judge_frame_data(struct png *png, const unsigned char *data)
{
	if (png->size < SEQUENCE_SIZE || !png->had_image || !is_next_in_sequence(png, data))
		return REFUSE;
	if (png->state == FRAME_OPEN)
		return KEEP;
	if (png->state != FRAME_ANNOUNCED)
		return REFUSE;
	return open_frame(png, png->frame_width, png->frame_height) ? KEEP : REFUSE;
}

/* An entry of the palette each, or the one colour that is transparent. 0: has no place here. */
static uint32_t transparency_max(const struct png *png)
{
	switch (png->colour) {
	case GREY:
		return 2;
	case RGB:
		return 6;
	case PALETTE:
		return png->palette_size;
	case GREY_ALPHA:
	case RGB_ALPHA:
		break;
	}
	return 0;
}

/* What is misplaced or has the wrong size goes: decoders pass over it too. */
static enum verdict judge_ancillary(struct png *png)
{
	static const struct {
		uint32_t type, min, max;
		bool may_follow_palette;
	} KEPT[] = {{GAMA, 4, 4, false}, {CHRM, 32, 32, false}, {SRGB, 1, 1, false},
		{ICCP, 1, ICC_MAX, false}, {PHYS, 9, 9, true}, {TRNS, 1, PALETTE_MAX, true}};
	unsigned bit = 1;

	for (size_t i = 0; i < sizeof(KEPT) / sizeof(*KEPT); i++, bit <<= 1) {
		if (png->type != KEPT[i].type)
			continue;
		if (png->had_image || (png->seen & bit) != 0 || png->size < KEPT[i].min ||
			png->size > KEPT[i].max ||
			(png->palette_size > 0 && !KEPT[i].may_follow_palette) ||
			(png->type == TRNS && png->size > transparency_max(png)))
			return DROP;
		png->seen |= bit;
		return KEEP;
	}
	return DROP;
}

/* Nobody can know what an unknown chunk means that is not ancillary. */
static enum verdict judge(struct png *png, const unsigned char *data)
{
	if ((png->type == IHDR) != (png->previous_type == 0))
		return REFUSE;
	if (png->previous_type == IDAT && png->type != IDAT && !close_frame(png))
		return REFUSE;
	switch (png->type) {
	case IHDR:
		return judge_header(png, data);
	case PLTE:
		return judge_palette(png);
	case IDAT:
		return judge_image(png);
	case IEND:
		return judge_end(png);
	case ACTL:
		return judge_animation(png, data);
	case FCTL:
		return judge_frame(png, data);
	case FDAT:
		return judge_frame_data(png, data);
	default:
		return (png->type >> 24 & ANCILLARY) != 0 ? judge_ancillary(png) : REFUSE;
	}
}

static bool pass(struct png *png, size_t length, bool is_kept)
{
	if (is_kept)
		return filter_copy(png->filter, length);
	filter_skip(png->filter, length);
	return true;
}

static bool pass_data(struct png *png, uint32_t size, bool is_kept, bool is_compressed)
{
	const unsigned char *bytes;
	size_t length;

	for (; size > 0; size -= (uint32_t)length) {
		bytes = filter_peek_some(png->filter, size, &length);
		if (bytes == NULL)
			return false;
		png->crc = (uint32_t)crc32(png->crc, bytes, (unsigned)length);
		if (is_compressed && !inflate_piece(png, bytes, length))
			return false;
		if (!pass(png, length, is_kept))
			return false;
	}
	return true;
}

static bool pass_chunk(struct png *png, bool is_kept)
{
	uint32_t plain = png->size;
	const unsigned char *crc;

	if (png->type == IDAT)
		plain = 0;
	else if (png->type == FDAT)
		plain = SEQUENCE_SIZE;
	if (!pass(png, CHUNK_HEADER_SIZE, is_kept) || !pass_data(png, plain, is_kept, false) ||
		!pass_data(png, png->size - plain, is_kept, true))
		return false;
	crc = filter_peek(png->filter, CRC_SIZE);
	if (crc == NULL)
		return false;
	if (filter_be32(crc) != png->crc)
		return filter_refuse(png->filter);
	return pass(png, CRC_SIZE, is_kept);
}

static bool filter_chunk(struct png *png)
{
	const unsigned char *chunk = filter_peek(png->filter, CHUNK_HEADER_SIZE);
	enum verdict verdict;

	if (chunk == NULL)
		return false;
	png->size = filter_be32(chunk);
	png->type = filter_be32(chunk + 4);
	png->crc = (uint32_t)crc32(0, chunk + 4, 4);
	if (png->size > CHUNK_MAX)
		return filter_refuse(png->filter);
	chunk = filter_peek(
		png->filter, CHUNK_HEADER_SIZE + (png->size < FCTL_SIZE ? png->size : FCTL_SIZE));
	if (chunk == NULL)
		return false;
	verdict = judge(png, chunk + CHUNK_HEADER_SIZE);
	if (verdict == REFUSE)
		return filter_refuse(png->filter);
	png->previous_type = png->type;
	return pass_chunk(png, verdict == KEEP);
}

static bool filter_chunks(struct png *png)
{
	const unsigned char *start = filter_peek(png->filter, MAGIC_SIZE);

	if (start == NULL)
		return false;
	if (memcmp(start, MAGIC, MAGIC_SIZE) != 0)
		return filter_refuse(png->filter);
	if (!filter_copy(png->filter, MAGIC_SIZE))
		return false;
	while (png->previous_type != IEND)
		if (!filter_chunk(png))
			return false;
	return true;
}

bool png_filter(struct filter *filter)
{
	struct png png = {.filter = filter};
	bool is_whole;

	if (inflateInit(&png.zlib) != Z_OK)
		return filter_stop(filter, PICTURE_NO_MEMORY);
	is_whole = filter_chunks(&png);
	inflateEnd(&png.zlib);
	return is_whole;
}
