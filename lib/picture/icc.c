/*
 * Not a complete validator: it only checks that a decoder accepts the bytes as a profile, so that a segment that is
 * named a profile cannot carry other data.
 */
#include "picture/icc.h"

#include "picture/filter.h"

#include <string.h>

enum {
	VERSION_AT = 8,
	CLASS_AT = 12,
	COLOR_SPACE_AT = 16,
	CONNECTION_SPACE_AT = 20,
	SIGNATURE_AT = 36,
	INTENT_AT = 64,
	INTENT_MAX = 0xfffe,
	TAG_COUNT_AT = 128,
	TAG_SIZE = 12,
	TAGS_MAX = 100
};

uint32_t icc_size(const unsigned char *profile, size_t length)
{
	uint32_t size, tags;

	if (length < ICC_BEGINNING || memcmp(profile + SIGNATURE_AT, "acsp", 4) != 0)
		return 0;
	size = filter_be32(profile);
	tags = filter_be32(profile + TAG_COUNT_AT);
	if (size > ICC_MAX || tags < 1 || tags > TAGS_MAX || size < ICC_BEGINNING + tags * TAG_SIZE)
		return 0;
	for (size_t at = ICC_BEGINNING; tags > 0 && at + TAG_SIZE <= length;
		at += TAG_SIZE, tags--) {
		uint32_t offset = filter_be32(profile + at + 4),
			 bytes = filter_be32(profile + at + 8);

		if (offset < ICC_BEGINNING || offset > size || bytes > size - offset)
			return 0;
	}
	return size;
}

static bool is_at(const unsigned char *profile, size_t at, const char *text)
{
	return memcmp(profile + at, text, 4) == 0;
}

bool icc_describes(const unsigned char *profile, bool is_color)
{
	bool is_aligned = profile[VERSION_AT] < 4 || filter_be32(profile) % 4 == 0;
	bool is_device = !is_at(profile, CLASS_AT, "abst") && !is_at(profile, CLASS_AT, "link");

	return is_aligned && is_device && filter_be32(profile + INTENT_AT) <= INTENT_MAX &&
	       is_at(profile, COLOR_SPACE_AT, is_color ? "RGB " : "GRAY") &&
	       (is_at(profile, CONNECTION_SPACE_AT, "XYZ ") ||
		       is_at(profile, CONNECTION_SPACE_AT, "Lab "));
}
