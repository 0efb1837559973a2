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
	filter = malloc(sizeof(*filter));
	if (filter == NULL)
		return PICTURE_NO_MEMORY;
	filter->in = in;
	filter->out = out;
	filter->result = PICTURE_OK;
	filter->begin = filter->end = filter->pending = 0;
	filter->has_flushed = false;
	if (FILTERS[kind](filter))
		filter_flush(filter);
	result = filter->result;
	free(filter);
	return result;
}
