/*
 * Buffered reading from a source and writing to a sink, for the filters of the picture formats.
 *
 * The functions that return bool return false when the filter must stop; `result` then has the reason. If the
 * source ends where a filter needs more bytes, the reason is PICTURE_TRUNCATED.
 */
#ifndef FITGATE_PICTURE_FILTER_H
#define FITGATE_PICTURE_FILTER_H

#include "picture/picture.h"

#include <stdint.h>

enum {
	FILTER_PEEK_MAX = 1 << 20, /* holds the longest JPEG segment, or a large color profile */
	FILTER_OUTPUT_SIZE = 0x10000
};

struct filter {
	const struct source *in;
	const struct sink *out;
	enum picture_result result;
	size_t begin; /* unread input is in input[begin..end) */
	size_t end;
	size_t pending;       /* unwritten output is in output[0..pending) */
	bool has_flushed;     /* the beginning of the copy is no longer in output[] */
	unsigned char *input; /* grows to what is peeked at */
	size_t room;
	unsigned char output[FILTER_OUTPUT_SIZE];
};

/* Look at the next `length` bytes (at most FILTER_PEEK_MAX) without consuming them. Valid until the next peek.
 * NULL: the filter must stop. */
const unsigned char *filter_peek(struct filter *filter, size_t length);

/* The same for the bytes that are buffered: at least one, at most `max`. *length gets their number. */
const unsigned char *filter_peek_some(struct filter *filter, size_t max, size_t *length);

/* Whether `length` more bytes can be peeked at. false: the source has ended, or failed (`result` is not PICTURE_OK). */
bool filter_has(struct filter *filter, size_t length);

/* Consume bytes that were peeked at. */
void filter_skip(struct filter *filter, size_t length);

/* Consume bytes that were peeked at, and write them. */
bool filter_copy(struct filter *filter, size_t length);

bool filter_write(struct filter *filter, const void *bytes, size_t length);

/* Double the room of a buffer that is not larger than FILTER_PEEK_MAX, or allocate one (NULL, 0). The caller frees it. */
bool filter_grow(struct filter *filter, unsigned char **buffer, size_t *room);

/* Write the output buffer to the sink. */
bool filter_flush(struct filter *filter);

/* Record why the filter must stop; the first reason stays. Always false. */
bool filter_stop(struct filter *filter, enum picture_result result);

/* true if the result is PICTURE_OK; otherwise as filter_stop(). */
bool filter_check(struct filter *filter, enum picture_result result);

/* Big-endian numbers, as in JPEG, PNG and ICC. */
static inline uint32_t filter_be16(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

static inline uint32_t filter_be32(const unsigned char *bytes)
{
	return filter_be16(bytes) << 16 | filter_be16(bytes + 2);
}

static inline void filter_put_be16(unsigned char *bytes, uint32_t value)
{
	bytes[0] = (unsigned char)(value >> 8);
	bytes[1] = (unsigned char)value;
}

static inline void filter_put_be32(unsigned char *bytes, uint32_t value)
{
	filter_put_be16(bytes, value >> 16);
	filter_put_be16(bytes + 2, value & 0xffff);
}

#endif
