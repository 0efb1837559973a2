/*
 * Bytes are taken in ahead of the codes, and those without a bit that was read are given back at the end.
 */
#include "picture/jpeg/jpeg_bits.h"

static size_t taken(const struct jpeg_bits *bits)
{
	return (size_t)(bits->window.next - bits->bytes);
}

/* Find the unread bytes of the filter; the bits of the first `kept` of them are taken already. */
static void look(struct jpeg_bits *bits, size_t kept)
{
	const struct filter *filter = bits->filter;

	bits->bytes = filter->input + filter->begin;
	bits->window.next = bits->bytes + kept;
	bits->window.end = filter->input + filter->end;
}

void jpeg_bits_begin(struct jpeg_bits *bits, struct filter *filter)
{
	*bits = (struct jpeg_bits){.filter = filter};
	look(bits, 0);
}

/* Copy what cannot be given back any more, and read further. false: the file ends here, or reading failed. */
static bool read_on(struct jpeg_bits *bits)
{
	size_t kept = taken(bits) < JPEG_AHEAD_MAX ? taken(bits) : JPEG_AHEAD_MAX;
	bool has_more;

	if (!filter_copy(bits->filter, taken(bits) - kept))
		return false;
	has_more = filter_has(bits->filter, kept + 2);
	look(bits, kept);
	return has_more;
}

/* Whether a byte that belongs to the data can be taken. */
static bool has_byte(struct jpeg_bits *bits)
{
	struct jpeg_window *window = &bits->window;
	bool is_followed = window->end - window->next > 1 || read_on(bits);

	return window->next < window->end &&
	       (window->next[0] != 0xff || (is_followed && window->next[1] == 0));
}

void jpeg_bits_fill(struct jpeg_bits *bits)
{
	if (jpeg_window_fill(&bits->window))
		return;
	while (bits->window.count < JPEG_FILLED_BITS && !bits->has_ended) {
		bits->has_ended = !has_byte(bits);
		if (!bits->has_ended)
			jpeg_window_take_byte(&bits->window);
	}
}

static int fail(struct jpeg_bits *bits)
{
	bool is_end = bits->window.next >= bits->window.end;

	bits->result = bits->window.count >= JPEG_CODE_BITS_MAX ? PICTURE_JPEG_CODES
		       : is_end                                 ? PICTURE_TRUNCATED
								: PICTURE_JPEG_SHORT;
	return -1;
}

int jpeg_bits_decode(struct jpeg_bits *bits, const struct jpeg_huffman *table)
{
	struct jpeg_window *window = &bits->window;
	uint32_t next;
	int length, fast;

	if (window->count < JPEG_CODE_BITS_MAX)
		jpeg_bits_fill(bits);
	next = (uint32_t)(window->bits >> (JPEG_WORD_BITS - JPEG_CODE_BITS_MAX));
	fast = table->fast[next >> (JPEG_CODE_BITS_MAX - JPEG_FAST_BITS)];
	if (fast != 0) {
		length = fast >> 8;
		if (length > window->count)
			return fail(bits);
		jpeg_window_consume(window, length);
		return fast & 0xff;
	}
	for (length = JPEG_FAST_BITS + 1; length <= JPEG_CODE_BITS_MAX; length++)
		if (next < table->end[length])
			break;
	if (length > JPEG_CODE_BITS_MAX || length > window->count)
		return fail(bits);
	jpeg_window_consume(window, length);
	return table->values[table->first[length] + (int)(next >> (JPEG_CODE_BITS_MAX - length))];
}

int jpeg_bits_get(struct jpeg_bits *bits, int count)
{
	uint64_t next;

	if (bits->window.count < count)
		jpeg_bits_fill(bits);
	if (bits->window.count < count)
		return fail(bits);
	next = bits->window.bits >> 1 >> (JPEG_WORD_BITS - 1 - count); /* `count` can be 0 */
	jpeg_window_consume(&bits->window, count);
	return (int)next;
}

bool jpeg_bits_end(struct jpeg_bits *bits)
{
	const unsigned char *end = bits->window.next;

	for (int left = bits->window.count; left >= 8; left -= 8) {
		bool is_stuffed = end - bits->bytes >= 2 && end[-1] == 0 && end[-2] == 0xff;

		end -= is_stuffed ? 2 : 1;
	}
	return filter_copy(bits->filter, (size_t)(end - bits->bytes));
}
