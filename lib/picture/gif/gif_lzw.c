/*
 * Codes are written one by one as they are read. With another number of bits for the colors, the numbers of the strings
 * differ by as much as the number of the clear code; the strings, and the order in which they are added, are the same.
 */
#include "picture/gif/gif_lzw.h"

enum { NO_CODE = -1, END = 1 /* more than the clear code */ };

static void table_clear(struct lzw_table *table)
{
	table->code_bits = table->first_code_bits;
	table->next = table->clear + 2;
}

static void table_begin(struct lzw_table *table, int bits)
{
	table->first_code_bits = bits + 1;
	table->clear = 1 << bits;
	table_clear(table);
}

/* After a code, which has added a string unless it is the first. A full table stays as it is. */
static void table_continue(struct lzw_table *table, bool is_first)
{
	if (!is_first && table->next < LZW_CODES_MAX)
		table->next++;
	if (table->next >= 1 << table->code_bits && table->code_bits < LZW_CODE_BITS_MAX)
		table->code_bits++;
}

static int written_bits(int bits)
{
	if (bits < LZW_WRITTEN_COLOR_BITS_MIN)
		return LZW_WRITTEN_COLOR_BITS_MIN;
	return bits > LZW_WRITTEN_COLOR_BITS_MAX ? LZW_WRITTEN_COLOR_BITS_MAX : bits;
}

int lzw_begin(struct lzw *lzw, struct filter *filter, int bits, uint64_t frame_pixels)
{
	table_begin(&lzw->read, bits);
	table_begin(&lzw->written, written_bits(bits));
	lzw->bits = 0;
	lzw->bit_count = 0;
	lzw->previous = NO_CODE;
	lzw->ended = false;
	lzw->pixels = 0;
	lzw->frame_pixels = frame_pixels;
	lzw->filter = filter;
	lzw->written_bits = 0;
	lzw->written_bit_count = 0;
	lzw->block_length = 0;
	for (int code = 0; code < lzw->read.clear; code++)
		lzw->length[code] = 1;
	return written_bits(bits);
}

/* ---- writing ----------------------------------------------------------------------------------- */

static bool write_block(struct lzw *lzw)
{
	unsigned char length = (unsigned char)lzw->block_length;

	lzw->block_length = 0;
	return filter_write(lzw->filter, &length, 1) &&
	       filter_write(lzw->filter, lzw->block, length);
}

static bool put_byte(struct lzw *lzw)
{
	lzw->block[lzw->block_length++] = (unsigned char)lzw->written_bits;
	lzw->written_bits >>= 8;
	lzw->written_bit_count -= 8;
	return lzw->block_length < LZW_BLOCK_MAX || write_block(lzw);
}

static int written_code(const struct lzw *lzw, int code)
{
	return code < lzw->read.clear ? code : code - lzw->read.clear + lzw->written.clear;
}

static bool write_code(struct lzw *lzw, int code)
{
	lzw->written_bits |= (uint32_t)written_code(lzw, code) << lzw->written_bit_count;
	lzw->written_bit_count += lzw->written.code_bits;
	while (lzw->written_bit_count >= 8)
		if (!put_byte(lzw))
			return false;
	return true;
}

bool lzw_end(struct lzw *lzw)
{
	return write_code(lzw, lzw->read.clear + END) &&
	       (lzw->written_bit_count == 0 || put_byte(lzw)) &&
	       (lzw->block_length == 0 || write_block(lzw)) && filter_write(lzw->filter, "", 1);
}

/* ---- reading ----------------------------------------------------------------------------------- */

/* Whether a code is a color, or one of the strings so far. The first after the clear code is a color. */
static bool is_valid(const struct lzw *lzw, int code)
{
	if (code < lzw->read.clear)
		return code < lzw->written.clear;
	return lzw->previous != NO_CODE && code <= lzw->read.next &&
	       written_code(lzw, code) < LZW_CODES_MAX;
}

/* The string that is added is the previous one and one pixel more. */
static void add_string(struct lzw *lzw)
{
	bool is_first = lzw->previous == NO_CODE;

	if (!is_first && lzw->read.next < LZW_CODES_MAX)
		lzw->length[lzw->read.next] = (uint16_t)(lzw->length[lzw->previous] + 1);
	table_continue(&lzw->read, is_first);
	table_continue(&lzw->written, is_first);
}

/* An end code before the frame is full is as invalid as an unknown one. */
static enum picture_result take_code(struct lzw *lzw, int code)
{
	if (code == lzw->read.clear) {
		if (!write_code(lzw, code))
			return PICTURE_UNWRITABLE;
		table_clear(&lzw->read);
		table_clear(&lzw->written);
		lzw->previous = NO_CODE;
		return PICTURE_OK;
	}
	if (code == lzw->read.clear + END || !is_valid(lzw, code))
		return PICTURE_GIF_CODES;
	if (!write_code(lzw, code))
		return PICTURE_UNWRITABLE;
	add_string(lzw);
	lzw->pixels += lzw->length[code];
	lzw->previous = code;
	lzw->ended = lzw->pixels >= lzw->frame_pixels;
	return PICTURE_OK;
}

/*
 * The codes end when the frame is full. Some encoders omit the end code, some write more pixels than the frame has, and
 * browsers show both.
 */
enum picture_result lzw_follow(struct lzw *lzw, const unsigned char *bytes, size_t length)
{
	enum picture_result result = PICTURE_OK;

	for (size_t i = 0; i < length && !lzw->ended && result == PICTURE_OK; i++) {
		/* The previous byte leaves fewer bits than a code has: 11 at most.
		 * NOLINTNEXTLINE(clang-analyzer-core.BitwiseShift) */
		lzw->bits |= (uint32_t)bytes[i] << lzw->bit_count;
		lzw->bit_count += 8;
		while (lzw->bit_count >= lzw->read.code_bits && !lzw->ended &&
			result == PICTURE_OK) {
			int width = lzw->read.code_bits;

			result = take_code(lzw, (int)(lzw->bits & ((1U << width) - 1)));
			lzw->bits >>= width;
			lzw->bit_count -= width;
		}
	}
	return result;
}
