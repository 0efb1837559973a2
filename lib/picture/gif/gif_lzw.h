/*
 * Checks the LZW codes of a GIF frame (GIF 89a, appendix F), and writes them: each is valid, together they fill the
 * frame, and nothing follows them. For that, the length of each code's string is enough; the pixels are not decoded.
 */
#ifndef FITGATE_PICTURE_GIF_LZW_H
#define FITGATE_PICTURE_GIF_LZW_H

#include "picture/filter.h"

enum {
	LZW_CODE_BITS_MAX = 12,
	LZW_CODES_MAX = 1 << LZW_CODE_BITS_MAX,
	LZW_COLOR_BITS_MAX = LZW_CODE_BITS_MAX - 1,
	LZW_WRITTEN_COLOR_BITS_MIN = 2,
	LZW_WRITTEN_COLOR_BITS_MAX = 8,
	LZW_BLOCK_MAX = 255
};

/* The codes of a frame, as far as the table of its decoder has grown. */
struct lzw_table {
	int first_code_bits;
	int code_bits; /* of the next code */
	int clear;     /* the clear code; the end code is one more */
	int next;      /* the code that will be added next */
};

struct lzw {
	struct lzw_table read;
	uint32_t bits; /* read, but not yet used for a code */
	int bit_count;
	int previous;
	bool ended;
	uint64_t pixels; /* decoded so far */
	uint64_t frame_pixels;
	uint16_t length[LZW_CODES_MAX]; /* of each code's string: at most the number of codes */

	struct filter *filter;
	struct lzw_table written;
	uint32_t written_bits; /* not yet in the block */
	int written_bit_count;
	size_t block_length;
	unsigned char block[LZW_BLOCK_MAX];
};

/*
 * Start a frame of `frame_pixels` pixels, whose colors have `bits` bits (1 to LZW_COLOR_BITS_MAX). Returns the number of
 * bits that is written: 2 to 8. A frame has at most 256 colors, the format requires at least 2 bits, and not all browsers
 * show a frame of more or fewer.
 */
int lzw_begin(struct lzw *lzw, struct filter *filter, int bits, uint64_t frame_pixels);

/* Check and copy the codes of a sub-block. PICTURE_OK, or the reason why they are rejected. */
enum picture_result lzw_follow(struct lzw *lzw, const unsigned char *bytes, size_t length);

/* Write what is left of the frame, with its end code. false: the filter must stop. */
bool lzw_end(struct lzw *lzw);

#endif
