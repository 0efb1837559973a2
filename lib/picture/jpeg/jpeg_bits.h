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
	uint64_t bits; /* the last `count` are unread */
	int count;
	bool has_ended;             /* a marker follows, or the end of the file */
	enum picture_result result; /* why jpeg_bits_decode() and jpeg_bits_get() have failed */
};

/* Begin to read at the filter's next byte. */
void jpeg_bits_begin(struct jpeg_bits *bits, struct filter *filter);

/* Read a code. Returns its value; -1: there is none, `result` has the reason. */
int jpeg_bits_decode(struct jpeg_bits *bits, const struct jpeg_huffman *table);

/* Read the next `count` bits, at most 16, as a number; -1: there are fewer, `result` has the reason. */
int jpeg_bits_get(struct jpeg_bits *bits, int count);

/* Copy the bytes of which bits have been read; the next one is then the filter's next. false: the filter must stop. */
bool jpeg_bits_end(struct jpeg_bits *bits);

#endif
