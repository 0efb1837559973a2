/*
 * JPEGs in memory, for the tests of lib/picture/jpeg.
 */
#ifndef FITGATE_TESTS_JPEG_BYTES_H
#define FITGATE_TESTS_JPEG_BYTES_H

#include "../picture/picture_bytes.h"

#define SOI  "\xff\xd8"
#define EOI  "\xff\xd9"
#define JFIF "\xff\xe0\0\x10JFIF\0\1\1\1\0\x48\0\x48\0\0"
#define ADOBE                                                                                      \
	"\xff\xee\0\x0e"                                                                           \
	"Adobe\0\x64\0\0\0\0\0"
#define XMP "\xff\xe1\0\x22http://ns.adobe.com/xap/1.0/\0<x>"
#define IPTC                                                                                       \
	"\xff\xed\0\x14Photoshop 3.0\0"                                                            \
	"8BIM"
#define MPF "\xff\xe2\0\x0aMPF\0abcd"
#define COMMENT                                                                                    \
	"\xff\xfe\0\x09"                                                                           \
	"comment"
#define DRI_1     "\xff\xdd\0\4\0\1"
#define DHT_DC    "\xff\xc4\0\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" /* one code of one bit */
#define DHT_AC    "\xff\xc4\0\x14\x10\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define TABLES    DHT_DC DHT_AC
#define SOF_8X8   "\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0"
#define SOF_24X8  "\xff\xc0\0\x0b\x08\0\x08\0\x18\1\1\x11\0" /* three blocks */
#define SOF_THREE "\xff\xc0\0\x11\x08\0\x08\0\x08\3\1\x11\0\2\x11\0\3\x11\0"
#define SOF_FOUR  "\xff\xc0\0\x14\x08\0\x08\0\x08\4\1\x11\0\2\x11\0\3\x11\0\4\x11\0"
#define SOF_STEPS "\xff\xc2\0\x0b\x08\0\x08\0\x08\1\1\x11\0"
#define SOS       "\xff\xda\0\x08\1\1\0\0\x3f\0"
#define SOS_2ND   "\xff\xda\0\x08\1\2\0\0\x3f\0"
#define SOS_3RD   "\xff\xda\0\x08\1\3\0\0\x3f\0"
#define SOS_THREE "\xff\xda\0\x0c\3\1\0\2\0\3\0\0\x3f\0"
#define SOS_FOUR  "\xff\xda\0\x0e\4\1\0\2\0\3\0\4\0\0\x3f\0"
#define SOS_DC    "\xff\xda\0\x08\1\1\0\0\0\0"
#define SOS_AC    "\xff\xda\0\x08\1\1\0\1\x3f\0"
#define DATA      "\x3f" /* the two codes of a block, then one bits */
#define DATA_3    "\x03" /* of three blocks */
#define DATA_4    "\0"   /* of four */

#define EXIF_BIG                                                                                   \
	"\xff\xe1\0\x22"                                                                           \
	"Exif\0\0MM\0\x2a\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0"
#define EXIF_LITTLE                                                                                \
	"\xff\xe1\0\x22"                                                                           \
	"Exif\0\0II\x2a\0\x08\0\0\0\1\0\x12\x01\3\0\1\0\0\0"
#define NO_NEXT     "\0\0\0\0"
#define UPSIDE_DOWN EXIF_BIG "\3\0\0" NO_NEXT

/* A quantization table that is all ones. */
static inline void add_quantization(struct bytes *jpeg)
{
	ADD(jpeg, "\xff\xdb\0\x43\0");
	for (int i = 0; i < 64; i++)
		add_byte(jpeg, 1);
}

static inline struct bytes *begin(void)
{
	static struct bytes jpeg;

	jpeg.length = 0;
	ADD(&jpeg, SOI);
	add_quantization(&jpeg);
	return &jpeg;
}

/* A picture: the start and the quantization table, then these bytes. */
static inline struct bytes *picture(const char *rest, size_t length)
{
	struct bytes *jpeg = begin();

	add(jpeg, rest, length);
	return jpeg;
}

#define PICTURE(literal) picture(literal, sizeof(literal) - 1)
#define REST             SOF_8X8 TABLES SOS DATA EOI

#define ACCEPT(literal)       assert_unchanged(PICTURE_JPEG, PICTURE(literal))
#define REFUSE(literal, what) assert_rejected(PICTURE_JPEG, PICTURE(literal), what)

/* `segments` before the picture become `expected`. */
static inline void assert_segments(
	const char *segments, size_t length, const char *expected, size_t expected_length)
{
	static struct bytes left;
	struct bytes *jpeg;

	jpeg = begin();
	add(jpeg, expected, expected_length);
	ADD(jpeg, REST);
	left.length = 0;
	add_all(&left, jpeg);

	jpeg = begin();
	add(jpeg, segments, length);
	ADD(jpeg, REST);
	assert_cleaned(PICTURE_JPEG, jpeg, &left);
}

#define BECOMES(segments, expected)                                                                \
	assert_segments(segments, sizeof(segments) - 1, expected, sizeof(expected) - 1)

#endif
