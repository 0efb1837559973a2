/*
 * GIFs in memory, for the tests of lib/picture/gif.
 */
#ifndef FITGATE_TESTS_GIF_BYTES_H
#define FITGATE_TESTS_GIF_BYTES_H

#include "picture_bytes.h"

enum { CLEAR = 4, END = 5 }; /* of pixels of two bits */

#define SCREEN                                                                                     \
	"GIF89a\2\0\2\0\x81\0\0"                                                                   \
	"\0\0\0\xff\0\0\0\xff\0\0\0\xff"
#define CONTROL "\x21\xf9\4\4\x0a\0\0\0"
#define IMAGE   "\x2c\0\0\0\0\2\0\2\0\0\2"
#define LOOP    "\x21\xff\x0bNETSCAPE2.0\3\1\5\0\0"
#define COMMENT                                                                                    \
	"\x21\xfe\7"                                                                               \
	"comment\0"
#define XMP        "\x21\xff\x0bXMP DataXMP\4wher\2el\0"
#define PLAIN_TEXT "\x21\1\x0c\0\0\0\0\1\0\1\0\1\1\1\1\2hi\0"
#define UNKNOWN    "\x21\x77\3abc\0"
#define TRAILER    ";"

/* Sub-blocks of three-bit codes with the terminator; the code table must stay small for them. */
static inline void add_codes(struct bytes *gif, const int *codes, size_t count)
{
	unsigned bits = 0;
	int bit_count = 0;
	struct {
		unsigned char data[255];
		size_t length;
	} block = {.length = 0};

	for (size_t i = 0; i < count; i++) {
		bits |= (unsigned)codes[i] << bit_count;
		for (bit_count += 3; bit_count >= 8; bit_count -= 8, bits >>= 8)
			block.data[block.length++] = (unsigned char)bits;
	}
	if (bit_count > 0)
		block.data[block.length++] = (unsigned char)bits;
	add_byte(gif, (unsigned)block.length);
	add(gif, block.data, block.length);
	add_byte(gif, 0);
}

/* A frame of 2 x 2 pixels. */
static inline void add_frame(struct bytes *gif)
{
	static const int CODES[] = {CLEAR, 0, 1, CLEAR, 2, 3, END};

	ADD(gif, IMAGE);
	add_codes(gif, CODES, UNIT_COUNT(CODES));
}

/* Codes of any width, put into sub-blocks. */
struct packer {
	struct bytes *gif;
	unsigned char block[255];
	size_t length;
	unsigned bits;
	int bit_count;
};

static inline void flush_block(struct packer *packer)
{
	if (packer->length == 0)
		return;
	add_byte(packer->gif, (unsigned)packer->length);
	add(packer->gif, packer->block, packer->length);
	packer->length = 0;
}

static inline void pack(struct packer *packer, unsigned code, int width)
{
	packer->bits |= code << packer->bit_count;
	for (packer->bit_count += width; packer->bit_count >= 8; packer->bit_count -= 8) {
		packer->block[packer->length++] = (unsigned char)packer->bits;
		packer->bits >>= 8;
		if (packer->length == sizeof(packer->block))
			flush_block(packer);
	}
}

static inline struct bytes *begin(void)
{
	static struct bytes gif;

	gif.length = 0;
	ADD(&gif, SCREEN);
	return &gif;
}

static inline struct bytes *plain(void)
{
	struct bytes *gif = begin();

	add_frame(gif);
	ADD(gif, TRAILER);
	return gif;
}

#endif
