/*
 * Reads TIFF in both byte orders, because cameras use both, and writes it big-endian.
 */
#include "picture/exif.h"

#include "picture/filter.h"

#include <string.h>

enum {
	TIFF_HEADER_SIZE = 8,
	TIFF_ENTRY_SIZE = 12,
	TIFF_ORIENTATION = 0x0112,
	TIFF_SHORT = 3,
	ORIENTATION_AT = 19 /* in the template of exif_write() */
};

static uint32_t tiff16(const unsigned char *bytes, bool is_big)
{
	return is_big ? filter_be16(bytes) : (uint32_t)bytes[1] << 8 | bytes[0];
}

static uint32_t tiff32(const unsigned char *bytes, bool is_big)
{
	return is_big ? filter_be32(bytes) : tiff16(bytes + 2, false) << 16 | tiff16(bytes, false);
}

int exif_orientation(const unsigned char *tiff, size_t length)
{
	bool is_big = length >= TIFF_HEADER_SIZE && tiff[0] == 'M';
	uint32_t directory, count;

	if (length < TIFF_HEADER_SIZE ||
		(memcmp(tiff, "MM\0\x2a", 4) != 0 && memcmp(tiff, "II\x2a\0", 4) != 0))
		return 0;
	directory = tiff32(tiff + 4, is_big);
	if (directory > length - 2)
		return 0;
	count = tiff16(tiff + directory, is_big);
	tiff += directory + 2;
	length -= directory + 2;
	for (; count > 0 && length >= TIFF_ENTRY_SIZE; count--) {
		if (tiff16(tiff, is_big) == TIFF_ORIENTATION) {
			uint32_t value = tiff16(tiff + 8, is_big);

			if (tiff16(tiff + 2, is_big) != TIFF_SHORT ||
				tiff32(tiff + 4, is_big) != 1 || value < 1 || value > 8)
				return 0;
			return (int)value;
		}
		tiff += TIFF_ENTRY_SIZE;
		length -= TIFF_ENTRY_SIZE;
	}
	return 0;
}

void exif_write(int orientation, unsigned char tiff[EXIF_SIZE])
{
	static const char TEMPLATE[EXIF_SIZE + 1] =
		"MM\0\x2a\0\0\0\x08"           /* TIFF, the directory at 8 */
		"\0\1"                         /* one entry */
		"\x01\x12\0\3\0\0\0\1\0\0\0\0" /* orientation, one SHORT */
		"\0\0\0\0";                    /* no other directory */

	memcpy(tiff, TEMPLATE, EXIF_SIZE);
	tiff[ORIENTATION_AT] = (unsigned char)orientation;
}
