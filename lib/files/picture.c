/*
 * The kinds of pictures, and the way into their walkers.
 *
 * Own code, because no library does this as a stream: libjpeg passes coefficients on without loss, but
 * only with those of the whole picture in memory, libpng inflates and compresses anew, giflib holds all
 * frames. zlib does what is its own: the check sums and the compressed data of PNG.
 */
#include "files/filter.h"

#include "core/text.h"

#include <stdlib.h>

static const struct {
	const char *extension;
	const char *content_type;
	bool (*filter)(struct filter *filter);
} KINDS[] = {
	[PICTURE_JPEG] = {"jpg", "image/jpeg", jpeg_filter},
	[PICTURE_PNG] = {"png", "image/png", png_filter},
	[PICTURE_GIF] = {"gif", "image/gif", gif_filter},
};

enum picture_kind picture_kind_by_extension(const char *extension)
{
	for (enum picture_kind kind = PICTURE_JPEG; kind <= PICTURE_GIF; kind++)
		if (text_equal_ignoring_case(extension, KINDS[kind].extension))
			return kind;
	return PICTURE_UNKNOWN;
}

const char *picture_content_type(enum picture_kind kind)
{
	return KINDS[kind].content_type;
}

enum picture_result picture_clean(
	enum picture_kind kind, const struct source *in, const struct sink *out)
{
	enum picture_result result;
	struct filter *filter;

	if (kind == PICTURE_UNKNOWN)
		return PICTURE_INVALID;
	filter = malloc(sizeof(*filter));
	if (filter == NULL)
		return PICTURE_NO_MEMORY;
	filter->in = in;
	filter->out = out;
	filter->result = PICTURE_OK;
	filter->begin = filter->end = filter->pending = 0;
	if (KINDS[kind].filter(filter))
		filter_flush(filter);
	result = filter->result;
	free(filter);
	return result;
}
