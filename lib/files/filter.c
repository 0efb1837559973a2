/*
 * Buffers between a source, a walker and a sink. Input is looked at in place and mostly written from
 * there, so that the data of a large picture is copied only by the kernel.
 */
#include "files/filter.h"

#include <string.h>

bool filter_stop(struct filter *filter, enum picture_result result)
{
	if (filter->result == PICTURE_OK)
		filter->result = result;
	return false;
}

bool filter_refuse(struct filter *filter)
{
	return filter_stop(filter, PICTURE_INVALID);
}

/* Read once more, behind what is unread, which moves to the front: it is less than a walker wants to see. */
static bool fill(struct filter *filter)
{
	ssize_t got;

	filter->end -= filter->begin;
	if (filter->begin > 0)
		memmove(filter->input, filter->input + filter->begin, filter->end);
	filter->begin = 0;
	got = filter->in->read(
		filter->in->state, filter->input + filter->end, FILTER_PEEK_MAX - filter->end);
	if (got < 0)
		return filter_stop(filter, PICTURE_UNREADABLE);
	if (got == 0)
		return filter_refuse(filter);
	filter->end += (size_t)got;
	return true;
}

const unsigned char *filter_peek(struct filter *filter, size_t length)
{
	while (filter->end - filter->begin < length)
		if (!fill(filter))
			return NULL;
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

static bool emit(struct filter *filter, const void *bytes, size_t length)
{
	if (!filter->out->write(filter->out->state, bytes, length))
		return filter_stop(filter, PICTURE_UNWRITABLE);
	return true;
}

bool filter_flush(struct filter *filter)
{
	size_t length = filter->pending;

	filter->pending = 0;
	return length == 0 || emit(filter, filter->output, length);
}

bool filter_write(struct filter *filter, const void *bytes, size_t length)
{
	if (length > FILTER_OUTPUT_SIZE - filter->pending && !filter_flush(filter))
		return false;
	if (length >= FILTER_OUTPUT_SIZE)
		return emit(filter, bytes, length);
	memcpy(filter->output + filter->pending, bytes, length);
	filter->pending += length;
	return true;
}
