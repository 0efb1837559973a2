/*
 * Copies a JPEG, PNG or GIF without its metadata.
 *
 * Metadata reveals where and when a photograph was taken (Exif, XMP, IPTC, text chunks, comments). The copy keeps
 * only what is on an explicit list: the pixels as they were encoded, the color profile, the resolution, the
 * animation, and the orientation. Nothing is encoded again. The picture is streamed, with less than 3 MB of memory
 * for a picture of any size; a progressive JPEG takes a bit more for each of its coefficients, 20 MB at most.
 */
#ifndef FITGATE_PICTURE_PICTURE_H
#define FITGATE_PICTURE_PICTURE_H

#include "core/stream.h"

enum picture_kind {
	PICTURE_UNKNOWN,
	PICTURE_JPEG,
	PICTURE_PNG,
	PICTURE_GIF,
	PICTURE_PNG_STILL /* a PNG; its animation is dropped */
};

enum {
	PICTURE_MAX_PIXELS = 40000000, /* decoding takes four bytes of memory per pixel */
	PICTURE_MAX_FRAME_PIXELS =
		160000000 /* in all frames of an animation: decoding takes time */
};

/* The results of cleaning a picture. */
enum picture_result {
	PICTURE_OK,
	PICTURE_UNREADABLE,
	PICTURE_UNWRITABLE,
	PICTURE_NO_MEMORY,
	PICTURE_NO_FILTER,
	/* the still image is copied, its animation is not: clean the copy as PICTURE_PNG_STILL */
	PICTURE_BROKEN_ANIMATION,
	/* the results from here on reject the picture: see picture_is_refused() */
	PICTURE_KILLED_FILTER,
	PICTURE_OTHER_KIND,
	PICTURE_IS_JPEG,
	PICTURE_IS_PNG,
	PICTURE_IS_GIF,
	PICTURE_IS_WEBP,
	PICTURE_IS_HEIC,
	PICTURE_IS_AVIF,
	PICTURE_IS_TIFF,
	PICTURE_IS_BMP,
	PICTURE_TRUNCATED,
	PICTURE_TOO_MANY_PIXELS,
	PICTURE_TOO_MANY_FRAME_PIXELS,
	PICTURE_JPEG_MARKER,
	PICTURE_JPEG_LENGTH,
	PICTURE_JPEG_CODING,
	PICTURE_JPEG_FRAME,
	PICTURE_JPEG_QUANTIZATION,
	PICTURE_JPEG_HUFFMAN,
	PICTURE_JPEG_RESTART,
	PICTURE_JPEG_SCAN,
	PICTURE_JPEG_SCANS,
	PICTURE_JPEG_PROGRESSION,
	PICTURE_JPEG_CODES,
	PICTURE_JPEG_SHORT,
	PICTURE_JPEG_MARKERS,
	PICTURE_JPEG_INCOMPLETE,
	PICTURE_PNG_LENGTH,
	PICTURE_PNG_CHECKSUM,
	PICTURE_PNG_HEADER,
	PICTURE_PNG_PALETTE,
	PICTURE_PNG_ORDER,
	PICTURE_PNG_UNKNOWN,
	PICTURE_PNG_DATA,
	PICTURE_PNG_PIXELS,
	PICTURE_GIF_SCREEN,
	PICTURE_GIF_BLOCK,
	PICTURE_GIF_CODE_SIZE,
	PICTURE_GIF_CODES,
	PICTURE_GIF_PIXELS,
	PICTURE_GIF_EMPTY,
	PICTURE_RESULT_COUNT
};

/* Whether the picture itself is the cause, not the server. */
static inline bool picture_is_refused(enum picture_result result)
{
	return result >= PICTURE_KILLED_FILTER;
}

/* The text of a result for the log. Static. */
const char *picture_result_text(enum picture_result result);

/* Map an extension without its dot, in any case: jpg, jpeg, png, gif (contract §6.11). */
enum picture_kind picture_kind_by_extension(const char *extension);

/* "jpg", "png", ..., without a dot; NULL for PICTURE_UNKNOWN. */
const char *picture_extension(enum picture_kind kind);

/* "image/jpeg", "image/png", ...; NULL for PICTURE_UNKNOWN. */
const char *picture_content_type(enum picture_kind kind);

/*
 * Copy a picture of this kind without its metadata. Lengths, order, checksums and the compressed data are verified
 * up to the end of the picture. Bytes after the end are not copied, and might not be read. An error can be found late: unless the result is PICTURE_OK, discard what
 * the sink has received. (PICTURE_BROKEN_ANIMATION: clean that copy, as PICTURE_PNG_STILL.) Cleaning a cleaned
 * picture changes nothing.
 */
enum picture_result picture_clean(
	enum picture_kind kind, const struct source *in, const struct sink *out);

#endif
