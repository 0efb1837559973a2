/*
 * Computes what several codes of a Huffman table say together. A photograph has hundreds of thousands of codes, and most
 * of them are short.
 */
#include "picture/jpeg/jpeg_bits.h"

enum { BEFORE_MAX = JPEG_COEFFICIENTS - 2 };

/*
 * Add the next code of AC coefficients to a step, and go past it and its value. false: the code is not whole or invalid or
 * makes the step too long, or its value is not whole, so that nothing is known of what follows.
 */
static bool add_code(
	struct jpeg_step *step, struct jpeg_bits *bits, const struct jpeg_huffman *table)
{
	int code = jpeg_bits_decode(bits, table), size = code & 0x0f;
	int length = JPEG_STEP_BITS - bits->window.count + size;

	if (code < 0 || length > JPEG_STEP_LENGTH_MAX)
		return false;
	step->length = (uint16_t)length;
	step->before = step->coefficients;
	step->coefficients = (unsigned char)jpeg_after_ac(code, step->before);
	if (size > bits->window.count)
		return false;
	jpeg_window_consume(&bits->window, size);
	return true;
}

void jpeg_compute_steps(struct jpeg_huffman *table)
{
	if (table->has_steps)
		return;
	for (uint32_t next = 0; next < 1U << JPEG_STEP_BITS; next++) {
		struct jpeg_step step = {.length = 0};
		struct jpeg_bits bits = {
			.window = {.bits = (uint64_t)next << (JPEG_WORD_BITS - JPEG_STEP_BITS),
				.count = JPEG_STEP_BITS},
			.has_ended = true,
		};

		while (step.coefficients <= BEFORE_MAX && add_code(&step, &bits, table))
			;
		table->steps[next] = step;
	}
	table->has_steps = true;
}
