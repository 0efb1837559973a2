/*
 * Pictures: a copy of a JPEG, PNG or GIF without its metadata.
 *
 * A photograph tells where and when it was taken (Exif, XMP, IPTC, text chunks, comments). What stays is
 * a list of what may stay: the pixels as they were encoded, the colour profile, the resolution, the
 * animation, and the orientation of a JPEG. The pixels are not encoded anew. The copy streams, in about
 * 90 KB of memory (150 KB for PNG) whatever the size of the picture.
 */
#ifndef FITGATE_FILES_PICTURE_H
#define FITGATE_FILES_PICTURE_H

#include "core/stream.h"

enum picture_kind { PICTURE_UNKNOWN, PICTURE_JPEG, PICTURE_PNG, PICTURE_GIF };

/* A larger one is no picture to us: it costs whoever opens it four bytes of memory a pixel. */
enum { PICTURE_MAX_PIXELS = 40000000 };

enum picture_result {
	PICTURE_OK,
	PICTURE_INVALID,    /* no whole picture of that kind, or more than PICTURE_MAX_PIXELS */
	PICTURE_UNREADABLE, /* the source failed */
	PICTURE_UNWRITABLE, /* the sink failed */
	PICTURE_NO_MEMORY
};

/* By the extension without its dot, in any case: jpg, png, gif (contract §6.11; jpeg is none). */
enum picture_kind picture_kind_by_extension(const char *extension);

/* "image/jpeg" and so on; NULL for PICTURE_UNKNOWN. */
const char *picture_content_type(enum picture_kind kind);

/*
 * Copy a picture of that kind without its metadata. The picture is walked to its end: lengths, order,
 * check sums and the compressed data of PNG and GIF are verified, of JPEG all but the coefficients.
 * What comes after its end is not copied, and read at most in part. Faults may show late: unless it
 * returns PICTURE_OK, throw away what the sink has got. To clean a cleaned picture again changes nothing.
 */
enum picture_result picture_clean(
	enum picture_kind kind, const struct source *in, const struct sink *out);

#endif
