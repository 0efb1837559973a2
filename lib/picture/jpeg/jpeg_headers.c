/*
 * Checks the tables and headers of a JPEG, and notes what they define for the scans.
 */
#include "picture/jpeg/jpeg_internal.h"

#include <string.h>

enum {
	SIDE_MAX = 65500, /* of decoders */
	SAMPLING_MAX = 4,
	BLOCKS_PER_MCU_MAX = 10,
	LOW_BIT_MAX = 13,
	LAST = JPEG_COEFFICIENTS - 1
};

static uint32_t divide_up(uint32_t dividend, uint32_t divisor)
{
	return (dividend + divisor - 1) / divisor;
}

/* ---- the frame header (T.81 B.2.2) ------------------------------------------------------------- */

static bool read_component(struct jpeg *jpeg, const unsigned char *bytes)
{
	struct jpeg_component component = {.id = bytes[0],
		.written_id = bytes[0],
		.across = bytes[1] >> 4,
		.down = bytes[1] & 0x0f,
		.quantization = bytes[2]};

	if (component.across < 1 || component.across > SAMPLING_MAX || component.down < 1 ||
		component.down > SAMPLING_MAX || component.quantization >= JPEG_TABLES_MAX)
		return false;
	memset(component.low_bit, -1, sizeof(component.low_bit));
	if (component.across > jpeg->across_max)
		jpeg->across_max = component.across;
	if (component.down > jpeg->down_max)
		jpeg->down_max = component.down;
	jpeg->components[jpeg->component_count++] = component;
	return true;
}

/* If components have the same id, decoders go by their order: number the components, so that the ids are unique. */
static void number_components(struct jpeg *jpeg)
{
	bool is_ambiguous = false;

	for (int i = 0; i < jpeg->component_count; i++)
		for (int j = 0; j < i; j++)
			is_ambiguous |= jpeg->components[i].id == jpeg->components[j].id;
	for (int i = 0; is_ambiguous && i < jpeg->component_count; i++)
		jpeg->components[i].written_id = i + 1;
}

/* Decoders enlarge a component only by whole numbers. */
static bool can_enlarge(const struct jpeg *jpeg)
{
	for (int i = 0; i < jpeg->component_count; i++)
		if (jpeg->across_max % jpeg->components[i].across != 0 ||
			jpeg->down_max % jpeg->components[i].down != 0)
			return false;
	return true;
}

/* Browsers show one component as gray, three as colors, and four as inks. */
static bool is_component_count(int count)
{
	return count == 1 || count == 3 || count == 4;
}

/* Rejects a height of 0, which a DNL segment after the first scan would define: browsers do not support that. */
static enum picture_result read_frame(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	const unsigned char *data = segment->data;
	int count;

	if (jpeg->frame != 0 || segment->length < 6)
		return PICTURE_JPEG_FRAME;
	jpeg->frame = segment->marker;
	jpeg->height = filter_be16(data + 1);
	jpeg->width = filter_be16(data + 3);
	count = data[5];
	if (data[0] != 8)
		return PICTURE_JPEG_CODING;
	if (jpeg->width == 0 || jpeg->height == 0 || jpeg->width > SIDE_MAX ||
		jpeg->height > SIDE_MAX)
		return PICTURE_JPEG_FRAME;
	if ((uint64_t)jpeg->width * jpeg->height > PICTURE_MAX_PIXELS)
		return PICTURE_TOO_MANY_PIXELS;
	if (!is_component_count(count) || segment->length != 6 + 3 * (size_t)count)
		return PICTURE_JPEG_FRAME;
	for (int i = 0; i < count; i++)
		if (!read_component(jpeg, data + 6 + 3 * (size_t)i))
			return PICTURE_JPEG_FRAME;
	number_components(jpeg);
	return can_enlarge(jpeg) ? PICTURE_OK : PICTURE_JPEG_FRAME;
}

/* Accepts the coding processes that browsers show. Cameras do not write others. */
enum picture_result jpeg_read_header(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	switch (segment->marker) {
	case JPEG_SOF0:
	case JPEG_SOF1:
	case JPEG_SOF2:
		return read_frame(jpeg, segment);
	case JPEG_DHT:
		return jpeg_read_huffman(jpeg, segment) ? PICTURE_OK : PICTURE_JPEG_HUFFMAN;
	case JPEG_DQT:
		return jpeg_read_quantization(jpeg, segment) ? PICTURE_OK
							     : PICTURE_JPEG_QUANTIZATION;
	case JPEG_DRI:
		return jpeg_read_restart_interval(jpeg, segment) ? PICTURE_OK
								 : PICTURE_JPEG_RESTART;
	default:
		return segment->marker > JPEG_SOF2 && segment->marker <= JPEG_SOF15
			       ? PICTURE_JPEG_CODING
			       : PICTURE_JPEG_MARKER;
	}
}

/* ---- scan headers (T.81 B.2.3) ----------------------------------------------------------------- */

/*
 * The spectral selection and the successive approximation (T.81 G.1.1.1). In a sequential frame, decoders ignore
 * these numbers, and some encoders write arbitrary ones: `bytes` gets the right ones.
 */
static bool read_progression(const struct jpeg *jpeg, unsigned char *bytes, struct jpeg_scan *scan)
{
	static const unsigned char SEQUENTIAL[] = {0, LAST, 0};
	int high = bytes[2] >> 4;

	scan->is_progressive = jpeg->frame == JPEG_SOF2;
	if (!scan->is_progressive) {
		memcpy(bytes, SEQUENTIAL, sizeof(SEQUENTIAL));
		return true;
	}
	scan->start = bytes[0];
	scan->end = bytes[1];
	scan->low = bytes[2] & 0x0f;
	scan->refines = high != 0;
	if (scan->low > LOW_BIT_MAX || (scan->refines && scan->low != high - 1))
		return false;
	if (scan->start == 0)
		return scan->end == 0;
	return scan->start <= scan->end && scan->end <= LAST && scan->component_count == 1;
}

/* Find the tables that a component uses. Refinements of DC are plain bits and need no table. */
static bool find_tables(struct jpeg *jpeg, const struct jpeg_scan *scan, int selector,
	struct jpeg_scan_component *component)
{
	int dc = selector >> 4, ac = selector & 0x0f;
	bool needs_dc = scan->start == 0 && !scan->refines;
	bool needs_ac = scan->start > 0 || !scan->is_progressive;

	if (dc >= JPEG_TABLES_MAX || ac >= JPEG_TABLES_MAX)
		return false;
	component->dc = &jpeg->dc_tables[dc];
	component->ac = &jpeg->ac_tables[ac];
	return (!needs_dc || component->dc->is_defined) && (!needs_ac || component->ac->is_defined);
}

static bool is_in_scan(const struct jpeg_scan *scan, const struct jpeg_component *component)
{
	for (int i = 0; i < scan->component_count; i++)
		if (scan->components[i].component == component)
			return true;
	return false;
}

/* Of several components with the same id, find the first that is not yet in the scan, as libjpeg does. -1: none. */
static int find_component(const struct jpeg *jpeg, const struct jpeg_scan *scan, int id)
{
	for (int i = 0; i < jpeg->component_count; i++)
		if (jpeg->components[i].id == id && !is_in_scan(scan, &jpeg->components[i]))
			return i;
	return -1;
}

/*
 * A scan refines exactly the bit below those that the scans before it have coded. A complete coefficient may be coded
 * again, but only as a whole.
 */
static bool continues_progression(const struct jpeg_scan *scan, struct jpeg_component *component)
{
	for (int i = scan->start; i <= scan->end; i++) {
		int known = component->low_bit[i];

		if (scan->refines ? known != scan->low + 1
				  : known > 0 || (known == 0 && scan->low > 0))
			return false;
		component->low_bit[i] = (short)scan->low;
	}
	return true;
}

/* Read the entry of a component, and replace its id by the new one. */
static enum picture_result read_scan_component(struct jpeg *jpeg, struct jpeg_scan *scan,
	unsigned char *bytes, struct jpeg_scan_component *entry)
{
	int index = find_component(jpeg, scan, bytes[0]);
	struct jpeg_component *component = &jpeg->components[index < 0 ? 0 : index];

	if (index < 0 || (jpeg->quantization_tables >> component->quantization & 1) == 0 ||
		!find_tables(jpeg, scan, bytes[1], entry))
		return PICTURE_JPEG_SCAN;
	/* the other coefficients (AC) refine what DC has defined */
	if (scan->start > 0 && (jpeg->scanned >> index & 1) == 0)
		return PICTURE_JPEG_PROGRESSION;
	if (scan->is_progressive && !continues_progression(scan, component))
		return PICTURE_JPEG_PROGRESSION;
	bytes[0] = (unsigned char)component->written_id;
	jpeg->scanned |= 1U << index;
	entry->component = component;
	entry->blocks = component->across * component->down;
	return PICTURE_OK;
}

/* Compute the number of MCUs (T.81 A.2). In a scan of a single component, each block is an MCU. */
static bool measure_scan(const struct jpeg *jpeg, struct jpeg_scan *scan)
{
	uint32_t width = jpeg->width, height = jpeg->height, blocks = 0;

	for (int i = 0; i < scan->component_count; i++)
		blocks += scan->components[i].blocks;
	if (scan->component_count == 1) {
		width *= scan->components[0].component->across;
		height *= scan->components[0].component->down;
		scan->components[0].blocks = blocks = 1;
	}
	scan->mcus = divide_up(width, jpeg->across_max * JPEG_BLOCK_SIZE) *
		     divide_up(height, jpeg->down_max * JPEG_BLOCK_SIZE);
	return blocks <= BLOCKS_PER_MCU_MAX;
}

enum picture_result jpeg_read_scan(struct jpeg *jpeg, const struct jpeg_segment *segment,
	struct jpeg_scan *scan, unsigned char *written)
{
	int count = segment->length > 0 ? segment->data[0] : 0;

	if (jpeg->frame == 0 || count < 1 || count > jpeg->component_count ||
		segment->length != 4 + 2 * (size_t)count)
		return PICTURE_JPEG_SCAN;
	if (++jpeg->scan_count > JPEG_SCANS_MAX)
		return PICTURE_JPEG_SCANS;
	*scan = (struct jpeg_scan){.component_count = count};
	memcpy(written, segment->data, segment->length);
	if (!read_progression(jpeg, written + 1 + 2 * (size_t)count, scan))
		return PICTURE_JPEG_SCAN;
	for (int i = 0; i < count; i++) {
		enum picture_result result = read_scan_component(
			jpeg, scan, written + 1 + 2 * (size_t)i, &scan->components[i]);

		if (result != PICTURE_OK)
			return result;
	}
	return measure_scan(jpeg, scan) ? PICTURE_OK : PICTURE_JPEG_SCAN;
}
