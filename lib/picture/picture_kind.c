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

const char *picture_result_text(enum picture_result result)
{
#define PICTURE_RESULT_TEXT(result, text) [result] = (text),
	static const char *const TEXTS[] = {PICTURE_RESULTS(PICTURE_RESULT_TEXT)};

	return TEXTS[result];
}
