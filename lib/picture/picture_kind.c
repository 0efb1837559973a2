/*
 * The kinds of pictures and the texts of the results. Separate from the filters, so that programs that only need
 * these do not contain the code that reads pictures.
 */
#include "picture/picture.h"

#include "core/text.h"

static const struct {
	const char *extension; /* also the argument of picture_filter */
	const char *content_type;
} KINDS[] = {
	[PICTURE_JPEG] = {"jpg", "image/jpeg"},
	[PICTURE_PNG] = {"png", "image/png"},
	[PICTURE_GIF] = {"gif", "image/gif"},
	[PICTURE_PNG_STILL] = {"png-still", "image/png"},
};

enum picture_kind picture_kind_by_extension(const char *extension)
{
	for (enum picture_kind kind = PICTURE_JPEG; kind <= PICTURE_GIF; kind++)
		if (text_equal_ignoring_case(extension, KINDS[kind].extension))
			return kind;
	return text_equal_ignoring_case(extension, "jpeg") ? PICTURE_JPEG : PICTURE_UNKNOWN;
}

const char *picture_extension(enum picture_kind kind)
{
	return KINDS[kind].extension;
}

const char *picture_content_type(enum picture_kind kind)
{
	return KINDS[kind].content_type;
}

#define OTHER_KIND "the content does not match the extension of the file name"

static const char *const TEXTS[PICTURE_RESULT_COUNT] = {
	[PICTURE_OK] = "no error",
	[PICTURE_UNREADABLE] = "the source could not be read",
	[PICTURE_UNWRITABLE] = "the copy could not be written",
	[PICTURE_NO_MEMORY] = "out of memory",
	[PICTURE_NO_FILTER] = "the picture filter could not be run",
	[PICTURE_BROKEN_ANIMATION] = "PNG: the animation is broken",
	[PICTURE_KILLED_FILTER] = "the picture filter was killed",
	[PICTURE_OTHER_KIND] = OTHER_KIND,
	[PICTURE_IS_JPEG] = (OTHER_KIND ": it is JPEG"),
	[PICTURE_IS_PNG] = (OTHER_KIND ": it is PNG"),
	[PICTURE_IS_GIF] = (OTHER_KIND ": it is GIF"),
	[PICTURE_IS_WEBP] = (OTHER_KIND ": it is WebP"),
	[PICTURE_IS_HEIC] = (OTHER_KIND ": it is HEIC"),
	[PICTURE_IS_AVIF] = (OTHER_KIND ": it is AVIF"),
	[PICTURE_IS_TIFF] = (OTHER_KIND ": it is TIFF"),
	[PICTURE_IS_BMP] = (OTHER_KIND ": it is BMP"),
	[PICTURE_TRUNCATED] = "the file ends before the picture is complete",
	[PICTURE_TOO_MANY_PIXELS] = "more than 40 megapixels",
	[PICTURE_TOO_MANY_FRAME_PIXELS] = "more than 160 megapixels in all frames",
	[PICTURE_JPEG_MARKER] = "JPEG: a marker that is not allowed in a picture",
	[PICTURE_JPEG_LENGTH] = "JPEG: a segment without a length",
	[PICTURE_JPEG_CODING] = ("JPEG: lossless, arithmetic or 12-bit coding, which browsers "
				 "do not support"),
	[PICTURE_JPEG_FRAME] = "JPEG: invalid frame header",
	[PICTURE_JPEG_QUANTIZATION] = "JPEG: invalid quantization table",
	[PICTURE_JPEG_HUFFMAN] = "JPEG: invalid Huffman table",
	[PICTURE_JPEG_RESTART] = "JPEG: invalid restart interval",
	[PICTURE_JPEG_SCAN] = "JPEG: invalid scan header",
	[PICTURE_JPEG_SCANS] = "JPEG: more than 100 scans",
	[PICTURE_JPEG_PROGRESSION] = "JPEG: a scan refines what no scan before it has coded",
	[PICTURE_JPEG_CODES] = "JPEG: invalid Huffman codes",
	[PICTURE_JPEG_SHORT] = "JPEG: a scan is too short for its blocks",
	[PICTURE_JPEG_MARKERS] = "JPEG: restart markers are missing or out of order",
	[PICTURE_JPEG_INCOMPLETE] = "JPEG: a component has no scan",
	[PICTURE_PNG_LENGTH] = "PNG: invalid chunk length",
	[PICTURE_PNG_CHECKSUM] = "PNG: the checksum of a critical chunk does not match",
	[PICTURE_PNG_HEADER] = "PNG: invalid header",
	[PICTURE_PNG_PALETTE] = "PNG: invalid or missing palette",
	[PICTURE_PNG_ORDER] = "PNG: chunks in an invalid order",
	[PICTURE_PNG_UNKNOWN] = "PNG: an unknown critical chunk",
	[PICTURE_PNG_DATA] = "PNG: image data that is not compressed by zlib",
	[PICTURE_PNG_PIXELS] = "PNG: image data that does not fill the image exactly",
	[PICTURE_GIF_SCREEN] = "GIF: invalid screen",
	[PICTURE_GIF_BLOCK] = "GIF: an unknown block before the first image",
	[PICTURE_GIF_CODE_SIZE] = "GIF: a code size that is not 1 to 11",
	[PICTURE_GIF_CODES] = "GIF: invalid codes",
	[PICTURE_GIF_PIXELS] = "GIF: image data that does not fill the image",
	[PICTURE_GIF_EMPTY] = "GIF: no image",
};

const char *picture_result_text(enum picture_result result)
{
	return TEXTS[result];
}
