/*
 * Reads the bits of the compressed data of a JPEG (T.81 F.2.2.5), and copies the bytes that they are in.
 */
#ifndef FITGATE_PICTURE_JPEG_BITS_H
#define FITGATE_PICTURE_JPEG_BITS_H

#include "picture/jpeg/jpeg_internal.h"

#include <endian.h>
#include <string.h>

/*
 * The next bits of the data. A loop that copies this into a variable can keep it in the processor's registers.
 *
 * `bits` has them from the highest on. After the `count` bits come those that follow in the data, or zeros; filling sets
 * them again to what they are.
 */
struct jpeg_window {
	uint64_t bits;
	int count;                 /* less than JPEG_WORD_BITS */
	const unsigned char *next; /* the byte after those of the `count` bits */
	const unsigned char *end;  /* of the buffered bytes */
};

struct jpeg_bits {
	struct filter *filter;
	const unsigned char *bytes; /* the unread bytes of the filter */
	struct jpeg_window window;
	bool has_ended;             /* a marker follows, or the end of the file */
	enum picture_result result; /* why jpeg_bits_decode() and jpeg_bits_get() have failed */
};

enum {
	JPEG_WORD_BITS = 64,
	JPEG_FILLED_BITS = 56, /* at least as many are there after filling, unless the data ends */
	JPEG_AHEAD_MAX = 16 /* the bytes of a word of bits: eight, each with the zero after 0xff */
};

/* Begin to read at the filter's next byte. */
void jpeg_bits_begin(struct jpeg_bits *bits, struct filter *filter);

/* Take bytes until there are JPEG_FILLED_BITS bits, or until the data ends. */
void jpeg_bits_fill(struct jpeg_bits *bits);

/* Take the next byte, which is known to be data, with the zero that is stuffed after 0xff. */
static inline void jpeg_window_take_byte(struct jpeg_window *window)
{
	window->bits |= (uint64_t)*window->next << (JPEG_WORD_BITS - 8 - window->count);
	window->count += 8;
	window->next += *window->next == 0xff ? 2 : 1;
}

/* Take bytes until there are JPEG_FILLED_BITS bits. false: the data or the buffered bytes may end before. */
static inline bool jpeg_window_fill(struct jpeg_window *window)
{
	static const uint64_t lowest = 0x0101010101010101, highest = 0x8080808080808080;
	uint64_t word;

	if (window->end - window->next < JPEG_AHEAD_MAX)
		return false;
	memcpy(&word, window->next, sizeof(word));
	/* only a byte of 0xff loses its highest bit if 1 is added */
	if ((word & ~(word + lowest) & highest) == 0) {
		window->bits |= be64toh(word) >> window->count;
		window->next += (JPEG_WORD_BITS - 1 - window->count) >> 3;
		window->count |= JPEG_FILLED_BITS;
		return true;
	}
	while (window->count < JPEG_FILLED_BITS) {
		if (window->next[0] == 0xff && window->next[1] != 0)
			return false;
		jpeg_window_take_byte(window);
	}
	return true;
}

/* Go past bits that are there: at most `count`. */
static inline void jpeg_window_consume(struct jpeg_window *window, int count)
{
	window->bits <<= count;
	window->count -= count;
}

/* Read a code. Returns its value; -1: there is none, `result` has the reason. */
int jpeg_bits_decode(struct jpeg_bits *bits, const struct jpeg_huffman *table);

/* Read the next `count` bits, at most 16, as a number; -1: there are fewer, `result` has the reason. */
int jpeg_bits_get(struct jpeg_bits *bits, int count);

/* Copy the bytes of which bits have been read; the next one is then the filter's next. false: the filter must stop. */
bool jpeg_bits_end(struct jpeg_bits *bits);

#endif
