/*
 * Buffers between a source, a filter and a sink.
 */
#include "picture/filter.h"

#include <stdlib.h>
#include <string.h>

enum {
	READ_MAX = 0x10000,
	FIRST_ROOM = 2 * READ_MAX /* enough for most pictures */
};

bool filter_stop(struct filter *filter, enum picture_result result)
{
	if (filter->result == PICTURE_OK)
		filter->result = result;
	return false;
}

bool filter_check(struct filter *filter, enum picture_result result)
{
	return result == PICTURE_OK || filter_stop(filter, result);
}

bool filter_grow(struct filter *filter, unsigned char **buffer, size_t *room)
{
	size_t more = *room == 0 ? FIRST_ROOM : 2 * *room;
	unsigned char *grown = more > FILTER_PEEK_MAX ? NULL : realloc(*buffer, more);

	if (grown == NULL)
		return filter_stop(filter, PICTURE_NO_MEMORY);
	*buffer = grown;
	*room = more;
	return true;
}

/*
 * Move the unread bytes to the front of the buffer and append more from the source. false: the source has failed,
 * or has ended (then `result` stays PICTURE_OK).
 */
static bool fill(struct filter *filter)
{
	ssize_t got;
	size_t room;

	filter->end -= filter->begin;
	if (filter->begin > 0)
		memmove(filter->input, filter->input + filter->begin, filter->end);
	filter->begin = 0;
	if (filter->end == filter->room && !filter_grow(filter, &filter->input, &filter->room))
		return false;
	room = filter->room - filter->end;
	got = filter->in->read(
		filter->in->state, filter->input + filter->end, room < READ_MAX ? room : READ_MAX);
	if (got < 0)
		return filter_stop(filter, PICTURE_UNREADABLE);
	filter->end += (size_t)got;
	return got > 0;
}

bool filter_has(struct filter *filter, size_t length)
{
	while (filter->end - filter->begin < length)
		if (!fill(filter))
			return false;
	return true;
}

const unsigned char *filter_peek(struct filter *filter, size_t length)
{
	if (!filter_has(filter, length)) {
		filter_stop(filter, PICTURE_TRUNCATED);
		return NULL;
	}
	return filter->input + filter->begin;
}

const unsigned char *filter_peek_some(struct filter *filter, size_t max, size_t *length)
{
	const unsigned char *bytes = filter_peek(filter, 1);

	*length = filter->end - filter->begin;
	if (*length > max)
		*length = max;
	return bytes;
}

void filter_skip(struct filter *filter, size_t length)
{
	filter->begin += length;
}

bool filter_copy(struct filter *filter, size_t length)
{
	if (!filter_write(filter, filter->input + filter->begin, length))
		return false;
	filter_skip(filter, length);
	return true;
}

bool filter_flush(struct filter *filter)
{
	size_t length = filter->pending;

	filter->pending = 0;
	filter->has_flushed = true;
	if (length > 0 && !filter->out->write(filter->out->state, filter->output, length))
		return filter_stop(filter, PICTURE_UNWRITABLE);
	return true;
}

/* Whole buffers are written: a file system takes half the time for whole pages, several together. */
bool filter_write(struct filter *filter, const void *bytes, size_t length)
{
	const unsigned char *from = bytes;

	while (length > 0) {
		size_t room = FILTER_OUTPUT_SIZE - filter->pending;
		size_t some = length < room ? length : room;

		memcpy(filter->output + filter->pending, from, some);
		filter->pending += some;
		from += some;
		length -= some;
		if (some == room && !filter_flush(filter))
			return false;
	}
	return true;
}
