/*
 * Computes what several codes of a Huffman table say together. A photograph has hundreds of thousands of codes, and most
 * of them are short.
 */
#include "picture/jpeg/jpeg_bits.h"

enum { RUN_OF_ZEROS = 15, BEFORE_MAX = JPEG_COEFFICIENTS - 2 };

/*
 * Add the next code of AC coefficients (T.81 F.2.2.2) to a step, and go past it and its value. false: the code is not whole
 * or invalid, or its value is not whole, so that nothing is known of what follows.
 */
static bool add_code(
	struct jpeg_step *step, struct jpeg_bits *bits, const struct jpeg_huffman *table)
{
	int code = jpeg_bits_decode(bits, table), size = code & 0x0f, run = code >> 4;
	bool ends_block = size == 0 && run != RUN_OF_ZEROS;

	if (code < 0)
		return false;
	step->bits = (uint16_t)(JPEG_STEP_BITS - bits->count + size);
	step->before = step->coefficients;
	step->coefficients =
		(unsigned char)(ends_block ? JPEG_COEFFICIENTS : step->before + run + 1);
	if (size > bits->count)
		return false;
	jpeg_bits_consume(bits, size);
	return true;
}

void jpeg_compute_steps(struct jpeg_huffman *table)
{
	if (table->has_steps)
		return;
	for (uint32_t next = 0; next < 1U << JPEG_STEP_BITS; next++) {
		struct jpeg_step step = {.bits = 0};
		struct jpeg_bits bits = {
			.bits = (uint64_t)next << (JPEG_WORD_BITS - JPEG_STEP_BITS),
			.count = JPEG_STEP_BITS,
			.has_ended = true,
		};

		while (step.coefficients <= BEFORE_MAX && add_code(&step, &bits, table))
			;
		table->steps[next] = step;
	}
	table->has_steps = true;
}
