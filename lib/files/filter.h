/*
 * A source and a sink through buffers, for the walkers of picture formats. For nobody else.
 *
 * The functions that return bool return false when the walk is over, and `result` then says why. The end
 * of the source where a walker wants more is PICTURE_INVALID: the picture is truncated.
 */
#ifndef FITGATE_FILES_FILTER_H
#define FITGATE_FILES_FILTER_H

#include "files/picture.h"

#include <stdint.h>

enum {
	FILTER_PEEK_MAX = 0x10000 + 4, /* the longest JPEG segment with its marker fits */
	FILTER_OUTPUT_SIZE = 0x4000
};

struct filter {
	const struct source *in;
	const struct sink *out;
	enum picture_result result;
	size_t begin; /* unread input is in input[begin..end) */
	size_t end;
	size_t pending; /* unwritten output is in output[0..pending) */
	unsigned char input[FILTER_PEEK_MAX];
	unsigned char output[FILTER_OUTPUT_SIZE];
};

/* The next `length` bytes (at most FILTER_PEEK_MAX), still unread; good until the next peek. NULL: over. */
const unsigned char *filter_peek(struct filter *filter, size_t length);

/* The next bytes, as many as there are at hand, at least one and at most `max`; otherwise the same. */
const unsigned char *filter_peek_some(struct filter *filter, size_t max, size_t *length);

/* Pass over bytes that were peeked at. */
void filter_skip(struct filter *filter, size_t length);

/* Copy bytes that were peeked at. */
bool filter_copy(struct filter *filter, size_t length);

bool filter_write(struct filter *filter, const void *bytes, size_t length);

/* What is still in the output buffer goes to the sink. */
bool filter_flush(struct filter *filter);

/* The walk is over for this reason, unless there was one before. Returns false. */
bool filter_stop(struct filter *filter, enum picture_result result);

/* The same with PICTURE_INVALID. */
bool filter_refuse(struct filter *filter);

/* Big-endian numbers, as JPEG and PNG have them. */
static inline uint32_t filter_be16(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

static inline uint32_t filter_be32(const unsigned char *bytes)
{
	return filter_be16(bytes) << 16 | filter_be16(bytes + 2);
}

/* The formats. Each walks one picture and returns whether it is whole; nothing is flushed. */
bool jpeg_filter(struct filter *filter);
bool png_filter(struct filter *filter);
bool gif_filter(struct filter *filter);

#endif
