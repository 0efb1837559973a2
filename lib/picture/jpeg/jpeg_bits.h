/*
 * Reads the bits of the compressed data of a JPEG (T.81 F.2.2.5), and copies the bytes that they are in.
 */
#ifndef FITGATE_PICTURE_JPEG_BITS_H
#define FITGATE_PICTURE_JPEG_BITS_H

#include "picture/jpeg/jpeg_internal.h"

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

/* A code, and the bits of its value: what jpeg_bits_take_in() provides at least, unless the data end. */
enum { JPEG_BITS_WANTED = 32 };

/* Begin to read at the filter's next byte. */
void jpeg_bits_begin(struct jpeg_bits *bits, struct filter *filter);

/* Fill `bits`; the function to call is jpeg_bits_take_in(). */
void jpeg_bits_fill(struct jpeg_bits *bits);

/* Have JPEG_BITS_WANTED bits, or those that are left. */
static inline void jpeg_bits_take_in(struct jpeg_bits *bits)
{
	if (bits->count < JPEG_BITS_WANTED)
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
