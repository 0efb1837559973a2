/*
 * Copies the compressed data of a JPEG's scans.
 *
 * The Huffman codes are followed, without computing coefficients, to find where the data of a scan ends: the file may
 * end there without a marker, and bytes after the data are dropped. It also shows that the scan is complete.
 */
#include "picture/jpeg/jpeg_bits.h"

#include <stdlib.h>

enum {
	RESTARTS = JPEG_RST7 - JPEG_RST0 + 1,
	DC_BITS_MAX = 11, /* the difference of two coefficients of 8-bit samples (T.81 table F.1) */
	LAST = JPEG_COEFFICIENTS - 1,
	COEFFICIENT_BITS = 15,
	PIECE = 16 /* bits that are skipped together */
};

/* An interval between two restarts. */
struct interval {
	struct jpeg_bits bits;
	const struct jpeg_scan *scan;
	uint32_t first; /* MCU */
	uint32_t end;   /* the MCU after the last */
	uint32_t empty; /* how many blocks without new coefficients come next */
};

static bool skip_bits(struct jpeg_bits *bits, int count)
{
	for (; count > PIECE; count -= PIECE)
		if (jpeg_bits_get(bits, PIECE) < 0)
			return false;
	return jpeg_bits_get(bits, count) >= 0;
}

static bool reject_codes(struct jpeg_bits *bits)
{
	bits->result = PICTURE_JPEG_CODES;
	return false;
}

/* ---- blocks of all coefficients, and of DC ----------------------------------------------------- */

/* Follow a code and its value, whose number of bits is the low half of the code. Returns the code; -1: it is invalid. */
static int follow_code(struct jpeg_bits *bits, const struct jpeg_huffman *table)
{
	int code = jpeg_bits_decode(bits, table);

	return code >= 0 && skip_bits(bits, code & 0x0f) ? code : -1;
}

/* The same with a copy of the window. Only long codes, and those at the end of the buffer, need the rest of `bits`. */
static inline int take_code(
	struct jpeg_bits *bits, struct jpeg_window *window, const struct jpeg_huffman *table)
{
	int fast = 0, code;

	if (jpeg_window_fill(window))
		fast = table->fast[window->bits >> (JPEG_WORD_BITS - JPEG_FAST_BITS)];
	if (fast != 0) {
		code = fast & 0xff;
		jpeg_window_consume(window, (fast >> 8) + (code & 0x0f));
		return code;
	}
	bits->window = *window;
	code = follow_code(bits, table);
	*window = bits->window;
	return code;
}

/* Take the steps that filled bits suffice for. Returns the coefficient after them; `at`: take the next code alone. */
static inline int take_steps(struct jpeg_window *window, const struct jpeg_huffman *table, int at)
{
	/* a fixed number, so that the processor predicts the end of the loop */
	for (int i = 0; i < JPEG_FILLED_BITS / JPEG_STEP_LENGTH_MAX && at <= LAST; i++) {
		struct jpeg_step step =
			table->steps[window->bits >> (JPEG_WORD_BITS - JPEG_STEP_BITS)];

		if (at + step.before > LAST)
			break;
		jpeg_window_consume(window, step.length);
		at += step.coefficients;
	}
	return at;
}

/* A block of all coefficients, or of DC. */
static inline bool follow_block(struct interval *interval, struct jpeg_window *window,
	const struct jpeg_scan_component *component)
{
	int code = take_code(&interval->bits, window, component->dc);
	int at = interval->scan->is_progressive ? JPEG_COEFFICIENTS : 1;

	if (code > DC_BITS_MAX)
		return reject_codes(&interval->bits);
	while (code >= 0 && at <= LAST) {
		int before = at;

		if (jpeg_window_fill(window))
			at = take_steps(window, component->ac, at);
		if (at > before)
			continue;
		code = take_code(&interval->bits, window, component->ac);
		at = jpeg_after_ac(code, at);
	}
	return code >= 0;
}

/* Most of the time for a picture is spent here, so the window is in a variable. */
static bool follow_interleaved(struct interval *interval)
{
	const struct jpeg_scan *scan = interval->scan;
	struct jpeg_window window = interval->bits.window;

	for (uint32_t mcu = interval->first; mcu < interval->end; mcu++)
		for (int i = 0; i < scan->component_count; i++)
			for (uint32_t j = 0; j < scan->components[i].blocks; j++)
				if (!follow_block(interval, &window, &scan->components[i]))
					return false;
	interval->bits.window = window;
	return true;
}

/* A bit for each block. */
static bool follow_dc_refinement(struct interval *interval)
{
	const struct jpeg_scan *scan = interval->scan;
	uint32_t blocks = 0;

	for (int i = 0; i < scan->component_count; i++)
		blocks += scan->components[i].blocks;
	return skip_bits(&interval->bits, (int)((interval->end - interval->first) * blocks));
}

/* ---- blocks of AC in progressive scans (T.81 G.1.2.2, G.1.2.3) --------------------------------- */

static uint64_t bit_of(unsigned coefficient)
{
	return 1ULL << (coefficient < LAST ? coefficient : LAST);
}

/* Read how many blocks from this one on have no new coefficients; `run` is that of the code. */
static bool follow_empty(struct interval *interval, int run)
{
	int more = jpeg_bits_get(&interval->bits, run);

	interval->empty = (1U << run) + (uint32_t)(more < 0 ? 0 : more);
	return more >= 0;
}

/* The first scan of these coefficients. `nonzero` is NULL if no later scan refines them. */
static bool follow_first(struct interval *interval, uint64_t *nonzero)
{
	const struct jpeg_scan *scan = interval->scan;
	struct jpeg_bits *bits = &interval->bits;

	for (int at = scan->start; at <= scan->end; at++) {
		int code = jpeg_bits_decode(bits, scan->components[0].ac);
		int size = code & 0x0f, run = code >> 4;

		if (code < 0)
			return false;
		if (size == 0 && run != JPEG_RUN_OF_ZEROS)
			return follow_empty(interval, run);
		if (size + scan->low > COEFFICIENT_BITS)
			return reject_codes(bits);
		at += run;
		if (size > 0 && nonzero != NULL)
			*nonzero |= bit_of(at);
		if (!skip_bits(bits, size))
			return false;
	}
	return true;
}

/* The bits that refine the nonzero coefficients up to the `run`-th that is zero. *at gets its number, or `end` + 1. */
static bool follow_corrections(struct interval *interval, uint64_t nonzero, int run, int *at)
{
	int corrections = 0;

	for (; *at <= interval->scan->end; ++*at) {
		if ((nonzero & bit_of(*at)) != 0)
			corrections++;
		else if (--run < 0)
			break;
	}
	return skip_bits(&interval->bits, corrections);
}

/* A later scan of these coefficients. */
static bool follow_refinement(struct interval *interval, uint64_t *nonzero)
{
	const struct jpeg_scan *scan = interval->scan;
	struct jpeg_bits *bits = &interval->bits;
	int at = scan->start;

	for (; interval->empty == 0 && at <= scan->end; at++) {
		int code = jpeg_bits_decode(bits, scan->components[0].ac);
		int size = code & 0x0f, run = code >> 4;

		if (code < 0)
			return false;
		if (size > 1)
			return reject_codes(bits);
		if (size == 0 && run != JPEG_RUN_OF_ZEROS) {
			if (!follow_empty(interval, run))
				return false;
			break;
		}
		if (!skip_bits(bits, size) || !follow_corrections(interval, *nonzero, run, &at))
			return false;
		if (size > 0)
			*nonzero |= bit_of(at);
	}
	if (interval->empty == 0)
		return true;
	return follow_corrections(interval, *nonzero, JPEG_COEFFICIENTS, &at);
}

static bool follow_single(struct interval *interval)
{
	const struct jpeg_scan *scan = interval->scan;
	uint64_t *nonzero = scan->components[0].component->nonzero;

	for (uint32_t mcu = interval->first; mcu < interval->end; mcu++) {
		if (scan->refines) {
			if (!follow_refinement(interval, nonzero + mcu))
				return false;
		} else if (interval->empty == 0) {
			if (!follow_first(interval, nonzero == NULL ? NULL : nonzero + mcu))
				return false;
		}
		if (interval->empty > 0)
			interval->empty--;
	}
	return true;
}

/* ---- scans ------------------------------------------------------------------------------------- */

bool jpeg_next_marker(struct filter *filter, int *marker)
{
	while (filter_has(filter, JPEG_MARKER_SIZE)) {
		const unsigned char *bytes = filter_peek(filter, JPEG_MARKER_SIZE);

		*marker = bytes[1];
		if (bytes[0] == 0xff && *marker != 0 && *marker != 0xff)
			return true;
		filter_skip(filter, 1);
	}
	return false;
}

/* The refinement of a coefficient takes a bit only if it is not zero, so these are noted if scans refine them. */
static bool prepare_nonzero(const struct jpeg_scan *scan)
{
	struct jpeg_component *component = scan->components[0].component;

	if (!scan->is_progressive || scan->start == 0 || scan->low == 0 ||
		component->nonzero != NULL)
		return true;
	component->nonzero = calloc(scan->mcus, sizeof(*component->nonzero));
	return component->nonzero != NULL;
}

static bool copy_interval(
	struct jpeg *jpeg, const struct jpeg_scan *scan, uint32_t first, uint32_t end)
{
	struct interval interval = {.scan = scan, .first = first, .end = end};
	bool is_complete;

	jpeg_bits_begin(&interval.bits, jpeg->filter);
	if (scan->start > 0)
		is_complete = follow_single(&interval);
	else if (scan->refines)
		is_complete = follow_dc_refinement(&interval);
	else
		is_complete = follow_interleaved(&interval);
	if (!is_complete)
		return filter_stop(jpeg->filter, interval.bits.result);
	return jpeg_bits_end(&interval.bits);
}

/* Bytes before the restart marker are dropped, as in libjpeg. */
static bool copy_restart(struct filter *filter, uint32_t number)
{
	int marker;

	if (!jpeg_next_marker(filter, &marker))
		return filter_stop(filter, PICTURE_TRUNCATED);
	if (marker != JPEG_RST0 + (int)(number % RESTARTS))
		return filter_stop(filter, PICTURE_JPEG_MARKERS);
	return filter_copy(filter, JPEG_MARKER_SIZE);
}

bool jpeg_copy_scan(struct jpeg *jpeg, const struct jpeg_scan *scan)
{
	uint32_t size = jpeg->restart_interval == 0 ? scan->mcus : jpeg->restart_interval;

	if (!prepare_nonzero(scan))
		return filter_stop(jpeg->filter, PICTURE_NO_MEMORY);
	for (int i = 0; !scan->is_progressive && i < scan->component_count; i++)
		jpeg_compute_steps(scan->components[i].ac);
	for (uint32_t first = 0, number = 0; first < scan->mcus; first += size, number++) {
		uint32_t left = scan->mcus - first;

		if (first > 0 && !copy_restart(jpeg->filter, number - 1))
			return false;
		if (!copy_interval(jpeg, scan, first, first + (left < size ? left : size)))
			return false;
	}
	return true;
}
