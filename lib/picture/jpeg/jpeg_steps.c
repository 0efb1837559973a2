/*
 * Computes what several codes of a Huffman table say together. A photograph has hundreds of thousands of codes, and most
 * of them are short.
 */
#include "picture/jpeg/jpeg_bits.h"

enum { RUN_OF_ZEROS = 15, BEFORE_MAX = JPEG_COEFFICIENTS - 2 };

/* Go past a code of AC coefficients (T.81 F.2.2.2) and its value. false: they are not in the bits as a whole. */
static bool add_code(
	struct jpeg_step *step, struct jpeg_bits *bits, const struct jpeg_huffman *table)
{
	int code = jpeg_bits_decode(bits, table), size = code & 0x0f, run = code >> 4;
	bool ends_block = size == 0 && run != RUN_OF_ZEROS;

	if (code < 0 || size > bits->count)
		return false;
	jpeg_bits_consume(bits, size);
	step->bits = (unsigned char)(JPEG_STEP_BITS - bits->count);
	step->before = step->coefficients;
	step->coefficients =
		(unsigned char)(ends_block ? JPEG_COEFFICIENTS : step->before + run + 1);
	return true;
}

void jpeg_compute_steps(struct jpeg_huffman *table)
{
	if (table->has_steps)
		return;
	for (uint32_t next = 0; next < 1U << JPEG_STEP_BITS; next++) {
		struct jpeg_step step = {.bits = 0};
		struct jpeg_bits bits = {
			.bits = (uint64_t)next << (64 - JPEG_STEP_BITS),
			.count = JPEG_STEP_BITS,
			.has_ended = true,
		};

		while (step.coefficients <= BEFORE_MAX && add_code(&step, &bits, table))
			;
		table->steps[next] = step;
	}
	table->has_steps = true;
}
