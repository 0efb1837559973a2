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

#define PICTURE_OTHER_KIND_TEXT "the content does not match the extension of the file name"

/* The results of cleaning a picture, each with its text for the log. */
#define PICTURE_RESULTS(X)                                                                         \
	X(PICTURE_OK, "no error")                                                                  \
	X(PICTURE_UNREADABLE, "the source could not be read")                                      \
	X(PICTURE_UNWRITABLE, "the copy could not be written")                                     \
	X(PICTURE_NO_MEMORY, "out of memory")                                                      \
	X(PICTURE_NO_FILTER, "the picture filter could not be run")                                \
	/* the still image is copied, its animation is not: clean the copy as PICTURE_PNG_STILL */ \
	X(PICTURE_BROKEN_ANIMATION, "PNG: the animation is broken")                                \
	/* the results from here on reject the picture: see picture_is_refused() */                \
	X(PICTURE_KILLED_FILTER, "the picture filter was killed")                                  \
	X(PICTURE_OTHER_KIND, PICTURE_OTHER_KIND_TEXT)                                             \
	X(PICTURE_IS_JPEG, PICTURE_OTHER_KIND_TEXT ": it is JPEG")                                 \
	X(PICTURE_IS_PNG, PICTURE_OTHER_KIND_TEXT ": it is PNG")                                   \
	X(PICTURE_IS_GIF, PICTURE_OTHER_KIND_TEXT ": it is GIF")                                   \
	X(PICTURE_IS_WEBP, PICTURE_OTHER_KIND_TEXT ": it is WebP")                                 \
	X(PICTURE_IS_HEIC, PICTURE_OTHER_KIND_TEXT ": it is HEIC")                                 \
	X(PICTURE_IS_AVIF, PICTURE_OTHER_KIND_TEXT ": it is AVIF")                                 \
	X(PICTURE_IS_TIFF, PICTURE_OTHER_KIND_TEXT ": it is TIFF")                                 \
	X(PICTURE_IS_BMP, PICTURE_OTHER_KIND_TEXT ": it is BMP")                                   \
	X(PICTURE_TRUNCATED, "the file ends before the picture is complete")                       \
	X(PICTURE_TOO_MANY_PIXELS, "more than 40 megapixels")                                      \
	X(PICTURE_TOO_MANY_FRAME_PIXELS, "more than 160 megapixels in all frames")                 \
	X(PICTURE_JPEG_MARKER, "JPEG: a marker that is not allowed in a picture")                  \
	X(PICTURE_JPEG_LENGTH, "JPEG: a segment without a length")                                 \
	X(PICTURE_JPEG_CODING, "JPEG: lossless, arithmetic or 12-bit coding, which browsers "      \
			       "do not support")                                                   \
	X(PICTURE_JPEG_FRAME, "JPEG: invalid frame header")                                        \
	X(PICTURE_JPEG_QUANTIZATION, "JPEG: invalid quantization table")                           \
	X(PICTURE_JPEG_HUFFMAN, "JPEG: invalid Huffman table")                                     \
	X(PICTURE_JPEG_RESTART, "JPEG: invalid restart interval")                                  \
	X(PICTURE_JPEG_SCAN, "JPEG: invalid scan header")                                          \
	X(PICTURE_JPEG_SCANS, "JPEG: more than 100 scans")                                         \
	X(PICTURE_JPEG_PROGRESSION, "JPEG: a scan refines what no scan before it has coded")       \
	X(PICTURE_JPEG_CODES, "JPEG: invalid Huffman codes")                                       \
	X(PICTURE_JPEG_SHORT, "JPEG: a scan is too short for its blocks")                          \
	X(PICTURE_JPEG_MARKERS, "JPEG: restart markers are missing or out of order")               \
	X(PICTURE_JPEG_INCOMPLETE, "JPEG: a component has no scan")                                \
	X(PICTURE_PNG_LENGTH, "PNG: invalid chunk length")                                         \
	X(PICTURE_PNG_CHECKSUM, "PNG: the checksum of a critical chunk does not match")            \
	X(PICTURE_PNG_HEADER, "PNG: invalid header")                                               \
	X(PICTURE_PNG_PALETTE, "PNG: invalid or missing palette")                                  \
	X(PICTURE_PNG_ORDER, "PNG: chunks in an invalid order")                                    \
	X(PICTURE_PNG_UNKNOWN, "PNG: an unknown critical chunk")                                   \
	X(PICTURE_PNG_DATA, "PNG: image data that is not compressed by zlib")                      \
	X(PICTURE_PNG_PIXELS, "PNG: image data that does not fill the image exactly")              \
	X(PICTURE_GIF_SCREEN, "GIF: invalid screen")                                               \
	X(PICTURE_GIF_BLOCK, "GIF: an unknown block before the first image")                       \
	X(PICTURE_GIF_CODE_SIZE, "GIF: a code size that is not 1 to 11")                           \
	X(PICTURE_GIF_CODES, "GIF: invalid codes")                                                 \
	X(PICTURE_GIF_PIXELS, "GIF: image data that does not fill the image")                      \
	X(PICTURE_GIF_EMPTY, "GIF: no image")

#define PICTURE_RESULT_ITEM(result, text) result,
enum picture_result { PICTURE_RESULTS(PICTURE_RESULT_ITEM) PICTURE_RESULT_COUNT };

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
