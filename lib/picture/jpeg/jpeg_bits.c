/*
 * Bytes are taken in ahead of the codes, and those without a bit that was read are given back at the end.
 */
#include "picture/jpeg/jpeg_bits.h"

enum { AHEAD_MAX = 16 }; /* the bytes that `bits` can hold: eight, each with the zero after 0xff */

static void look(struct jpeg_bits *bits)
{
	size_t available = 0;

	bits->bytes = NULL;
	if (filter_has(bits->filter, 1))
		bits->bytes = filter_peek_some(bits->filter, FILTER_PEEK_MAX, &available);
	bits->available = available;
}

void jpeg_bits_begin(struct jpeg_bits *bits, struct filter *filter)
{
	*bits = (struct jpeg_bits){.filter = filter};
	look(bits);
}

/* Copy what cannot be given back any more, and read further. false: the file ends here, or reading failed. */
static bool read_on(struct jpeg_bits *bits)
{
	size_t kept = bits->taken < AHEAD_MAX ? bits->taken : AHEAD_MAX;
	bool has_more;

	if (!filter_copy(bits->filter, bits->taken - kept))
		return false;
	bits->taken = kept;
	has_more = filter_has(bits->filter, kept + 2);
	look(bits);
	return has_more;
}

/* A zero is stuffed after a byte of 0xff that is data. */
void jpeg_bits_fill(struct jpeg_bits *bits)
{
	while (bits->count < JPEG_BITS_WANTED && !bits->has_ended) {
		size_t at = bits->taken;
		bool is_followed = at + 1 < bits->available || read_on(bits);

		at = bits->taken;
		if (at >= bits->available ||
			(bits->bytes[at] == 0xff && (!is_followed || bits->bytes[at + 1] != 0))) {
			bits->has_ended = true;
			return;
		}
		bits->bits |= (uint64_t)bits->bytes[at] << (JPEG_WORD_BITS - 8 - bits->count);
		bits->count += 8;
		bits->taken += bits->bytes[at] == 0xff ? 2 : 1;
	}
}

static int fail(struct jpeg_bits *bits)
{
	bool is_end = bits->taken >= bits->available;

	bits->result = bits->count >= JPEG_CODE_BITS_MAX ? PICTURE_JPEG_CODES
		       : is_end                          ? PICTURE_TRUNCATED
							 : PICTURE_JPEG_SHORT;
	return -1;
}

int jpeg_bits_decode(struct jpeg_bits *bits, const struct jpeg_huffman *table)
{
	uint32_t next;
	int length, fast;

	jpeg_bits_take_in(bits);
	next = (uint32_t)(bits->bits >> (JPEG_WORD_BITS - JPEG_CODE_BITS_MAX));
	fast = table->fast[next >> (JPEG_CODE_BITS_MAX - JPEG_FAST_BITS)];
	if (fast != 0) {
		length = fast >> 8;
		if (length > bits->count)
			return fail(bits);
		jpeg_bits_consume(bits, length);
		return fast & 0xff;
	}
	for (length = JPEG_FAST_BITS + 1; length <= JPEG_CODE_BITS_MAX; length++)
		if (next < table->end[length])
			break;
	if (length > JPEG_CODE_BITS_MAX || length > bits->count)
		return fail(bits);
	jpeg_bits_consume(bits, length);
	return table->values[table->first[length] + (int)(next >> (JPEG_CODE_BITS_MAX - length))];
}

int jpeg_bits_get(struct jpeg_bits *bits, int count)
{
	uint64_t next;

	jpeg_bits_take_in(bits);
	if (bits->count < count)
		return fail(bits);
	next = bits->bits >> 1 >> (JPEG_WORD_BITS - 1 - count); /* `count` can be 0 */
	jpeg_bits_consume(bits, count);
	return (int)next;
}

bool jpeg_bits_end(struct jpeg_bits *bits)
{
	for (; bits->count >= 8; bits->count -= 8) {
		bool is_stuffed = bits->taken >= 2 && bits->bytes[bits->taken - 1] == 0 &&
				  bits->bytes[bits->taken - 2] == 0xff;

		bits->taken -= is_stuffed ? 2 : 1;
	}
	return filter_copy(bits->filter, bits->taken);
}
