/*
 * Reads the bits of the compressed data of a JPEG (T.81 F.2.2.5), and copies the bytes that they are in.
 */
#ifndef FITGATE_PICTURE_JPEG_BITS_H
#define FITGATE_PICTURE_JPEG_BITS_H

#include "picture/jpeg/jpeg_internal.h"

#include <endian.h>
#include <string.h>

struct jpeg_bits {
	struct filter *filter;
	const unsigned char *bytes; /* the unread bytes of the filter */
	size_t available;
	size_t taken;  /* of them, the bytes whose bits are or were in `bits` */
	uint64_t bits; /* the next `count` bits, from the highest on; then zeros */
	int count;
	bool has_ended;             /* a marker follows, or the end of the file */
	enum picture_result result; /* why jpeg_bits_decode() and jpeg_bits_get() have failed */
};

enum {
	JPEG_WORD_BITS = 64, /* that `bits` can hold */
	JPEG_BITS_WANTED =
		32 /* a code and its value: what jpeg_bits_take_in() provides, unless the data end */
};

/* Begin to read at the filter's next byte. */
void jpeg_bits_begin(struct jpeg_bits *bits, struct filter *filter);

/* Take bytes in one by one. */
void jpeg_bits_fill(struct jpeg_bits *bits);

/* Take as many of the next eight bytes in as there is room for. false: there are fewer, or one of them is 0xff. */
static inline bool jpeg_bits_fill_word(struct jpeg_bits *bits)
{
	static const uint64_t lowest = 0x0101010101010101, highest = 0x8080808080808080;
	int taken = (JPEG_WORD_BITS - bits->count) / 8;
	uint64_t word;

	if (bits->available - bits->taken < sizeof(word))
		return false;
	memcpy(&word, bits->bytes + bits->taken, sizeof(word));
	/* only a byte of 0xff loses its highest bit if 1 is added */
	if ((word & ~(word + lowest) & highest) != 0)
		return false;
	word = be64toh(word) >> (JPEG_WORD_BITS - 8 * taken);
	bits->bits |= word << (JPEG_WORD_BITS - 8 * taken - bits->count);
	bits->count += 8 * taken;
	bits->taken += (size_t)taken;
	return true;
}

/* Have JPEG_BITS_WANTED bits, or those that are left. */
static inline void jpeg_bits_take_in(struct jpeg_bits *bits)
{
	if (bits->count < JPEG_BITS_WANTED && !jpeg_bits_fill_word(bits))
		jpeg_bits_fill(bits);
}

/* Go past bits that are there: fewer than 64, at most `count`. */
static inline void jpeg_bits_consume(struct jpeg_bits *bits, int count)
{
	bits->bits <<= count;
	bits->count -= count;
}

/* Read a code. Returns its value; -1: there is none, `result` has the reason. */
int jpeg_bits_decode(struct jpeg_bits *bits, const struct jpeg_huffman *table);

/* Read the next `count` bits, at most 16, as a number; -1: there are fewer, `result` has the reason. */
int jpeg_bits_get(struct jpeg_bits *bits, int count);

/* Copy the bytes of which bits have been read; the next one is then the filter's next. false: the filter must stop. */
bool jpeg_bits_end(struct jpeg_bits *bits);

#endif
