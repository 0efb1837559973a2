/*
 * GIF (CompuServe, Graphics Interchange Format 87a and 89a).
 *
 * The codes of each frame are followed by the lengths of the strings they stand for, without the strings:
 * enough to know that they are legal and that they fill the frame.
 */
#include "files/filter.h"

#include <string.h>

enum {
	EXTENSION = 0x21,
	IMAGE = 0x2c,
	TRAILER = 0x3b,

	GRAPHIC_CONTROL = 0xf9,
	APPLICATION = 0xff,

	HEADER_SIZE = 6,
	SCREEN_SIZE = 7,
	IMAGE_SIZE = 10,          /* with its introducer */
	GRAPHIC_CONTROL_SIZE = 8, /* the whole of it, to its terminator */
	APPLICATION_NAME_SIZE = 11,
	HAS_COLOURS = 0x80,
	COLOUR_BITS = 0x07,

	CODE_BITS_MAX = 12,
	CODES_MAX = 1 << CODE_BITS_MAX,
	NO_CODE = -1
};

struct lzw {
	uint32_t bits; /* read and not yet part of a code */
	int bit_count;
	int code_bits;
	int first_code_bits;
	int clear; /* the code that empties the table; the next one is the end */
	int next;  /* the code that the table gets next */
	int previous;
	bool ended;
	uint64_t pixels;
	uint64_t wanted;
	uint16_t length
		[CODES_MAX]; /* of the string of each code; none is longer than there are codes */
};

static uint32_t le16(const unsigned char *bytes)
{
	return (uint32_t)bytes[1] << 8 | bytes[0];
}

static bool copy_block(struct filter *filter, size_t length)
{
	return filter_peek(filter, length) != NULL && filter_copy(filter, length);
}

/* A colour table, where the flags of a screen or an image announce one. */
static bool copy_colours(struct filter *filter, unsigned flags)
{
	return (flags & HAS_COLOURS) == 0 ||
	       copy_block(filter, 3 * ((size_t)2 << (flags & COLOUR_BITS)));
}

/* The next sub-block with its length byte; *length is without that, and 0 for the terminator. */
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

static void lzw_clear(struct lzw *lzw)
{
	lzw->code_bits = lzw->first_code_bits;
	lzw->next = lzw->clear + 2;
	lzw->previous = NO_CODE;
}

static void lzw_begin(struct lzw *lzw, int bits, uint64_t wanted)
{
	lzw->bits = 0;
	lzw->bit_count = 0;
	lzw->first_code_bits = bits + 1;
	lzw->clear = 1 << bits;
	lzw->ended = false;
	lzw->pixels = 0;
	lzw->wanted = wanted;
	for (int code = 0; code < lzw->clear; code++)
		lzw->length[code] = 1;
	lzw_clear(lzw);
}

/* The table gets the previous string and one pixel more. A full table stays as it is. */
static void lzw_add(struct lzw *lzw)
{
	if (lzw->next == CODES_MAX)
		return;
	lzw->length[lzw->next] = (uint16_t)(lzw->length[lzw->previous] + 1);
	lzw->next++;
	if (lzw->next == 1 << lzw->code_bits && lzw->code_bits < CODE_BITS_MAX)
		lzw->code_bits++;
}

/* false: no such code can stand here. */
static bool lzw_take(struct lzw *lzw, int code)
{
	if (code == lzw->clear) {
		lzw_clear(lzw);
		return true;
	}
	if (code == lzw->clear + 1) {
		lzw->ended = true;
		return true;
	}
	if (lzw->previous == NO_CODE) {
		if (code > lzw->clear)
			return false;
	} else {
		if (code > lzw->next)
			return false;
		lzw_add(lzw);
	}
	lzw->pixels += lzw->length[code];
	lzw->previous = code;
	return true;
}

/*
 * Follow the codes of a sub-block. Some encoders leave the end code out, some write more than fills the
 * frame, and browsers show both: once the frame is full, a code that makes no sense is an end too.
 */
static bool lzw_follow(struct lzw *lzw, const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length && !lzw->ended; i++) {
		/* Fewer bits than a code has are left of the byte before: 11 at most.
		 * NOLINTNEXTLINE(clang-analyzer-core.BitwiseShift) */
		lzw->bits |= (uint32_t)bytes[i] << lzw->bit_count;
		lzw->bit_count += 8;
		while (lzw->bit_count >= lzw->code_bits && !lzw->ended) {
			int width = lzw->code_bits;

			if (!lzw_take(lzw, (int)(lzw->bits & ((1U << width) - 1)))) {
				if (lzw->pixels < lzw->wanted)
					return false;
				lzw->ended = true;
			}
			lzw->bits >>= width;
			lzw->bit_count -= width;
		}
	}
	return !lzw->ended || lzw->pixels >= lzw->wanted;
}

/* Sub-blocks after the one with the end code mean nothing, and are a place to hide things: they go. */
static bool filter_data(struct filter *filter, struct lzw *lzw)
{
	const unsigned char *block;
	size_t length;

	while (!lzw->ended) {
		block = peek_sub_block(filter, &length);
		if (block == NULL)
			return false;
		if (length == 0)
			break;
		if (!lzw_follow(lzw, block + 1, length))
			return filter_refuse(filter);
		if (!filter_copy(filter, 1 + length))
			return false;
	}
	if (lzw->pixels < lzw->wanted)
		return filter_refuse(filter);
	return skip_sub_blocks(filter) && filter_write(filter, "", 1);
}

/*
 * A frame may reach past the screen: browsers clip it, or enlarge the screen by the first one. So the
 * limit holds for where it ends.
 */
static bool filter_image(struct filter *filter)
{
	const unsigned char *image = filter_peek(filter, IMAGE_SIZE);
	uint64_t right, bottom, wanted;
	struct lzw lzw;
	unsigned flags;

	if (image == NULL)
		return false;
	right = le16(image + 1) + le16(image + 5);
	bottom = le16(image + 3) + le16(image + 7);
	wanted = (uint64_t)le16(image + 5) * le16(image + 7);
	if (wanted == 0 || right * bottom > PICTURE_MAX_PIXELS)
		return filter_refuse(filter);
	flags = image[9];
	if (!filter_copy(filter, IMAGE_SIZE) || !copy_colours(filter, flags))
		return false;
	image = filter_peek(filter, 1);
	if (image == NULL)
		return false;
	if (image[0] < 1 || image[0] > 8)
		return filter_refuse(filter);
	lzw_begin(&lzw, image[0], wanted);
	return filter_copy(filter, 1) && filter_data(filter, &lzw);
}

/* ---- extensions -------------------------------------------------------------------------------- */

/* The number of repetitions is all that an animation needs of its extension: the first one there. */
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

/* How long a frame stays, and its transparent colour. */
static bool filter_graphic_control(struct filter *filter)
{
	const unsigned char *block = filter_peek(filter, GRAPHIC_CONTROL_SIZE);

	if (block == NULL)
		return false;
	if (block[2] != 4 || block[7] != 0)
		return filter_refuse(filter);
	return filter_copy(filter, GRAPHIC_CONTROL_SIZE);
}

static bool filter_extension(struct filter *filter)
{
	const unsigned char *extension = filter_peek(filter, 2);

	if (extension == NULL)
		return false;
	if (extension[1] == GRAPHIC_CONTROL)
		return filter_graphic_control(filter);
	filter_skip(filter, 2);
	return extension[1] == APPLICATION ? filter_application(filter) : skip_sub_blocks(filter);
}

/* ---- the picture ------------------------------------------------------------------------------- */

static bool filter_screen(struct filter *filter)
{
	const unsigned char *header = filter_peek(filter, HEADER_SIZE + SCREEN_SIZE);
	uint64_t pixels;

	if (header == NULL)
		return false;
	if (memcmp(header, "GIF87a", HEADER_SIZE) != 0 &&
		memcmp(header, "GIF89a", HEADER_SIZE) != 0)
		return filter_refuse(filter);
	pixels = (uint64_t)le16(header + HEADER_SIZE) * le16(header + HEADER_SIZE + 2);
	if (pixels == 0 || pixels > PICTURE_MAX_PIXELS)
		return filter_refuse(filter);
	return filter_copy(filter, HEADER_SIZE + SCREEN_SIZE) &&
	       copy_colours(filter, header[HEADER_SIZE + 4]);
}

bool gif_filter(struct filter *filter)
{
	const unsigned char *block;
	bool has_image = false;

	if (!filter_screen(filter))
		return false;
	while ((block = filter_peek(filter, 1)) != NULL) {
		switch (block[0]) {
		case EXTENSION:
			if (!filter_extension(filter))
				return false;
			break;
		case IMAGE:
			if (!filter_image(filter))
				return false;
			has_image = true;
			break;
		case TRAILER:
			return has_image ? filter_copy(filter, 1) : filter_refuse(filter);
		default:
			return filter_refuse(filter);
		}
	}
	return false;
}
