/*
 * Selects the filter of the format.
 *
 * The parsers are written for this project, because no library can do this on a stream: libjpeg copies coefficients
 * without loss, but holds those of the whole picture in memory; libpng inflates and compresses again; giflib holds
 * all frames. zlib computes the checksums and inflates the data of PNG.
 */
#include "picture/filter.h"
#include "picture/gif/gif.h"
#include "picture/jpeg/jpeg.h"
#include "picture/png/png.h"

#include <stdlib.h>
#include <string.h>

/* What the content is, by its first bytes; PICTURE_OTHER_KIND if it is nothing known. */
static enum picture_result recognize(struct filter *filter)
{
	static const struct {
		enum picture_result kind;
		unsigned char at, length;
		const char *bytes;
	} KINDS[] = {
#define KIND(kind, at, bytes) {(kind), (at), sizeof(bytes) - 1, (bytes)}
		KIND(PICTURE_IS_JPEG, 0, "\xff\xd8"),
		KIND(PICTURE_IS_PNG, 0, "\x89PNG\r\n\x1a\n"),
		KIND(PICTURE_IS_GIF, 0, "GIF87a"),
		KIND(PICTURE_IS_GIF, 0, "GIF89a"),
		KIND(PICTURE_IS_WEBP, 8, "WEBP"),
		/* the brands of HEIF: the codec, or only "images" and "sequences" */
		KIND(PICTURE_IS_AVIF, 4, "ftypavi"),
		KIND(PICTURE_IS_HEIC, 4, "ftyphe"),
		KIND(PICTURE_IS_HEIC, 4, "ftypmif1"),
		KIND(PICTURE_IS_HEIC, 4, "ftypmsf1"),
		KIND(PICTURE_IS_TIFF, 0, "II*\0"),
		KIND(PICTURE_IS_TIFF, 0, "MM\0*"),
		KIND(PICTURE_IS_BMP, 0, "BM"),
#undef KIND
	};

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		const size_t at = KINDS[i].at, length = KINDS[i].length;

		if (filter_has(filter, at + length) &&
			memcmp(filter->input + filter->begin + at, KINDS[i].bytes, length) == 0)
			return KINDS[i].kind;
	}
	return PICTURE_OTHER_KIND;
}

enum picture_result picture_clean(
	enum picture_kind kind, const struct source *in, const struct sink *out)
{
	static bool (*const FILTERS[])(struct filter *filter) = {[PICTURE_JPEG] = jpeg_filter,
		[PICTURE_PNG] = png_filter,
		[PICTURE_GIF] = gif_filter,
		[PICTURE_PNG_STILL] = png_filter_still};
	enum picture_result result;
	struct filter *filter;

	if (kind == PICTURE_UNKNOWN)
		return PICTURE_OTHER_KIND;
	filter = calloc(1, sizeof(*filter));
	if (filter == NULL)
		return PICTURE_NO_MEMORY;
	filter->in = in;
	filter->out = out;
	filter->result = PICTURE_OK;
	if (FILTERS[kind](filter))
		filter_flush(filter);
	result = filter->result;
	if (result == PICTURE_OTHER_KIND) /* the filter has consumed nothing */
		result = recognize(filter);
	free(filter->input);
	free(filter);
	return result;
}
