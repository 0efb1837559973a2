/*
 * JPEG (ITU-T T.81; JFIF: T.871; Exif: CIPA DC-008).
 *
 * The Huffman codes are not followed: that would take as long as decoding. What is checked instead: all
 * tables and headers, that every component has its scan, that no scan is shorter than its codes can
 * be, and that the restart markers in it are all there and in order.
 */
#include "files/filter.h"

#include <string.h>

enum {
	SOF0 = 0xc0, /* baseline, Huffman */
	SOF1 = 0xc1, /* extended, Huffman */
	SOF2 = 0xc2, /* progressive, Huffman */
	DHT = 0xc4,
	SOF9 = 0xc9,  /* extended, arithmetic */
	SOF10 = 0xca, /* progressive, arithmetic */
	DAC = 0xcc,
	RST0 = 0xd0,
	RST7 = 0xd7,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	DNL = 0xdc,
	DRI = 0xdd,
	APP0 = 0xe0,
	APP1 = 0xe1,
	APP2 = 0xe2,
	APP14 = 0xee,
	APP15 = 0xef,
	COM = 0xfe,

	COMPONENTS_MAX = 4,
	TABLES_MAX = 4,
	SAMPLING_MAX = 4,
	BLOCK_SIZE = 8,
	BLOCKS_PER_MCU_MAX = 10,
	RESTARTS = RST7 - RST0 + 1,

	LOW_BIT_MAX = 13,

	MARKER_SIZE = 2,
	LENGTH_SIZE = 2,
	HEADER_SIZE = MARKER_SIZE + LENGTH_SIZE, /* of a segment */

	JFXX_JPEG = 0x10, /* how a thumbnail is encoded (T.871 §10.2) */

	EXIF_NAME_SIZE = 6,
	EXIF_ORIENTATION_AT = 29, /* in the segment that stays */
	TIFF_HEADER_SIZE = 8,
	TIFF_ENTRY_SIZE = 12,
	TIFF_ORIENTATION = 0x0112,
	TIFF_SHORT = 3
};

/* What a segment holds, behind its length. */
struct segment {
	int marker;
	const unsigned char *data;
	size_t length;
};

struct component {
	int id;
	uint32_t across; /* the sampling factors */
	uint32_t down;
	int quantization;
};

struct jpeg {
	struct filter *filter;
	int frame; /* the marker of its header; 0: not yet seen */
	uint32_t width;
	uint32_t height;
	uint32_t across_max;
	uint32_t down_max;
	int component_count;
	struct component components[COMPONENTS_MAX];
	unsigned quantization_tables; /* a bit for each that is defined */
	unsigned dc_tables;
	unsigned ac_tables;
	unsigned scanned;          /* a bit for each component that has DC */
	uint32_t restart_interval; /* in MCUs; 0: no restarts */
	bool had_exif;
};

struct scan {
	int component_count;
	unsigned components; /* a bit for each */
	const struct component *last;
	uint32_t blocks_per_mcu;
	uint64_t mcus;
	bool has_dc;
	bool has_ac;
	bool refines;
};

static bool is_progressive(const struct jpeg *jpeg)
{
	return jpeg->frame == SOF2 || jpeg->frame == SOF10;
}

static bool is_arithmetic(const struct jpeg *jpeg)
{
	return jpeg->frame == SOF9 || jpeg->frame == SOF10;
}

static uint32_t divide_up(uint32_t dividend, uint32_t divisor)
{
	return (dividend + divisor - 1) / divisor;
}

/* ---- tables ------------------------------------------------------------------------------------ */

/* T.81 B.2.4.1 */
static bool read_quantization(struct jpeg *jpeg, const struct segment *segment)
{
	size_t at = 0;

	while (at < segment->length) {
		int precision = segment->data[at] >> 4, table = segment->data[at] & 0x0f;

		if (precision > 1 || table >= TABLES_MAX)
			return false;
		jpeg->quantization_tables |= 1U << table;
		at += 1 + (size_t)64 * (size_t)(1 + precision);
	}
	return at == segment->length;
}

/* The codes of each length, from the shortest: there are only so many. 0: no table. */
static size_t count_codes(const unsigned char counts[16])
{
	uint32_t left = 1;
	size_t total = 0;

	for (int i = 0; i < 16; i++) {
		left <<= 1;
		if (counts[i] > left)
			return 0;
		left -= counts[i];
		total += counts[i];
	}
	return total <= 256 ? total : 0;
}

/* T.81 B.2.4.2 */
static bool read_huffman(struct jpeg *jpeg, const struct segment *segment)
{
	size_t at = 0;

	while (at < segment->length) {
		int class = segment->data[at] >> 4, table = segment->data[at] & 0x0f;
		size_t count;

		if (class > 1 || table >= TABLES_MAX || segment->length - at < 1 + 16)
			return false;
		count = count_codes(segment->data + at + 1);
		if (count == 0)
			return false;
		if (class == 0)
			jpeg->dc_tables |= 1U << table;
		else
			jpeg->ac_tables |= 1U << table;
		at += 1 + 16 + count;
	}
	return at == segment->length;
}

/* T.81 B.2.4.3: pairs of table and value; every table has a default. */
static bool check_arithmetic(const struct segment *segment)
{
	for (size_t at = 0; at + 1 < segment->length; at += 2)
		if (segment->data[at] >> 4 > 1 || (segment->data[at] & 0x0f) >= TABLES_MAX)
			return false;
	return segment->length % 2 == 0;
}

static bool read_restart_interval(struct jpeg *jpeg, const struct segment *segment)
{
	if (segment->length != 2)
		return false;
	jpeg->restart_interval = filter_be16(segment->data);
	return true;
}

/* ---- the frame header (T.81 B.2.2) ------------------------------------------------------------- */

static struct component *find_component(struct jpeg *jpeg, int id)
{
	for (int i = 0; i < jpeg->component_count; i++)
		if (jpeg->components[i].id == id)
			return &jpeg->components[i];
	return NULL;
}

static bool read_component(struct jpeg *jpeg, const unsigned char *bytes)
{
	struct component component = {.id = bytes[0],
		.across = bytes[1] >> 4,
		.down = bytes[1] & 0x0f,
		.quantization = bytes[2]};

	if (component.across < 1 || component.across > SAMPLING_MAX || component.down < 1 ||
		component.down > SAMPLING_MAX || component.quantization >= TABLES_MAX ||
		find_component(jpeg, component.id) != NULL)
		return false;
	if (component.across > jpeg->across_max)
		jpeg->across_max = component.across;
	if (component.down > jpeg->down_max)
		jpeg->down_max = component.down;
	jpeg->components[jpeg->component_count++] = component;
	return true;
}

/* A height of 0, to be told by a DNL after the first scan, is refused: browsers do not show it. */
static bool read_frame(struct jpeg *jpeg, const struct segment *segment)
{
	const unsigned char *data = segment->data;
	int count;

	if (jpeg->frame != 0 || segment->length < 6)
		return false;
	jpeg->frame = segment->marker;
	jpeg->height = filter_be16(data + 1);
	jpeg->width = filter_be16(data + 3);
	count = data[5];
	if (data[0] != 8 && (data[0] != 12 || jpeg->frame == SOF0))
		return false;
	if (jpeg->width == 0 || jpeg->height == 0 ||
		(uint64_t)jpeg->width * jpeg->height > PICTURE_MAX_PIXELS)
		return false;
	if (count < 1 || count > COMPONENTS_MAX || segment->length != 6 + 3 * (size_t)count)
		return false;
	for (int i = 0; i < count; i++)
		if (!read_component(jpeg, data + 6 + 3 * (size_t)i))
			return false;
	return true;
}

/* Nobody needs it, as the height is known; it may only repeat that. */
static bool check_line_count(const struct jpeg *jpeg, const struct segment *segment)
{
	return jpeg->frame != 0 && segment->length == 2 &&
	       filter_be16(segment->data) == jpeg->height;
}

/* ---- scans ------------------------------------------------------------------------------------- */

/*
 * The spectral selection and the successive approximation (T.81 G.1.1.1). In a sequential frame the
 * numbers mean nothing, and some encoders leave rubbish there.
 */
static bool read_progression(const struct jpeg *jpeg, const unsigned char *bytes, struct scan *scan)
{
	int start = bytes[0], end = bytes[1], high = bytes[2] >> 4, low = bytes[2] & 0x0f;

	scan->has_dc = !is_progressive(jpeg) || start == 0;
	scan->has_ac = !is_progressive(jpeg) || start > 0;
	scan->refines = is_progressive(jpeg) && high != 0;
	if (!is_progressive(jpeg))
		return true;
	if (low > LOW_BIT_MAX || (high != 0 && low != high - 1))
		return false;
	if (start == 0)
		return end == 0;
	return start <= end && end < BLOCK_SIZE * BLOCK_SIZE && scan->component_count == 1;
}

/* Refinements of DC are plain bits, and the tables of arithmetic coding have defaults. */
static bool has_tables(const struct jpeg *jpeg, const struct scan *scan, int selector)
{
	int dc = selector >> 4, ac = selector & 0x0f;

	if (dc >= TABLES_MAX || ac >= TABLES_MAX)
		return false;
	if (is_arithmetic(jpeg))
		return true;
	return (!scan->has_dc || scan->refines || (jpeg->dc_tables >> dc & 1) != 0) &&
	       (!scan->has_ac || (jpeg->ac_tables >> ac & 1) != 0);
}

static bool read_scan_component(struct jpeg *jpeg, struct scan *scan, const unsigned char *bytes)
{
	struct component *component = find_component(jpeg, bytes[0]);
	unsigned bit;

	if (component == NULL || (jpeg->quantization_tables >> component->quantization & 1) == 0 ||
		!has_tables(jpeg, scan, bytes[1]))
		return false;
	bit = 1U << (component - jpeg->components);
	if ((scan->components & bit) != 0)
		return false;
	scan->components |= bit;
	/* The other frequencies are worth nothing without DC. */
	if (!scan->has_dc && (jpeg->scanned & bit) == 0)
		return false;
	jpeg->scanned |= bit;
	scan->blocks_per_mcu += component->across * component->down;
	scan->last = component;
	return true;
}

/* The number of MCUs (T.81 A.2). Those of a single component are its blocks. */
static void measure_scan(const struct jpeg *jpeg, struct scan *scan)
{
	uint32_t width = jpeg->width, height = jpeg->height;

	if (scan->component_count == 1) {
		width *= scan->last->across;
		height *= scan->last->down;
		scan->blocks_per_mcu = 1;
	}
	scan->mcus = (uint64_t)divide_up(width, jpeg->across_max * BLOCK_SIZE) *
		     divide_up(height, jpeg->down_max * BLOCK_SIZE);
}

/* T.81 B.2.3 */
static bool read_scan(struct jpeg *jpeg, const struct segment *segment, struct scan *scan)
{
	const unsigned char *data = segment->data;
	int count = segment->length > 0 ? data[0] : 0;

	if (jpeg->frame == 0 || count < 1 || count > jpeg->component_count ||
		segment->length != 4 + 2 * (size_t)count)
		return false;
	*scan = (struct scan){.component_count = count};
	if (!read_progression(jpeg, data + 1 + 2 * (size_t)count, scan))
		return false;
	for (int i = 0; i < count; i++)
		if (!read_scan_component(jpeg, scan, data + 1 + 2 * (size_t)i))
			return false;
	if (count > 1 && scan->blocks_per_mcu > BLOCKS_PER_MCU_MAX)
		return false;
	measure_scan(jpeg, scan);
	return true;
}

/*
 * The fewest bytes of codes a scan can have. A Huffman code has one bit at least, and a sequential block two
 * codes, DC and end of block. In a progressive scan DC has one, and one code of AC stands for many
 * blocks. Arithmetic coding leaves zeros out at the end, maybe all there is.
 */
static uint64_t shortest_scan(const struct jpeg *jpeg, const struct scan *scan)
{
	uint64_t bits = scan->mcus * scan->blocks_per_mcu * (scan->has_ac ? 2 : 1);

	if (is_arithmetic(jpeg))
		return 0;
	return scan->has_dc ? (bits + 7) / 8 : 1;
}

/* Where the first 0xFF is that is no data (a zero is stuffed behind those), or how far there is none. */
static size_t find_marker(const unsigned char *bytes, size_t length)
{
	size_t at = 0;

	while (at + 1 < length) {
		const unsigned char *found = memchr(bytes + at, 0xff, length - 1 - at);

		if (found == NULL)
			return length - 1;
		at = (size_t)(found - bytes);
		if (found[1] != 0)
			break;
		at += 2;
	}
	return at;
}

/* Copy codes up to a marker, which stays unread; its fill bytes go. *length grows by what was there. */
static bool copy_codes(struct filter *filter, uint64_t *length, int *marker)
{
	const unsigned char *bytes;
	size_t available, at;

	while (filter_peek(filter, 2) != NULL) {
		bytes = filter_peek_some(filter, FILTER_PEEK_MAX, &available);
		at = find_marker(bytes, available);
		*length += at;
		if (!filter_copy(filter, at))
			return false;
		if (at + 1 >= available || bytes[at] != 0xff)
			continue;
		if (bytes[at + 1] != 0xff) {
			*marker = bytes[at + 1];
			return true;
		}
		filter_skip(filter, 1);
	}
	return false;
}

/* Some encoders write a restart marker behind the last interval too. */
static bool check_restarts(const struct jpeg *jpeg, const struct scan *scan, uint64_t restarts)
{
	uint64_t due;

	if (jpeg->restart_interval == 0)
		return restarts == 0;
	due = (scan->mcus - 1) / jpeg->restart_interval;
	return restarts == due || restarts == due + 1;
}

static bool copy_scan(struct jpeg *jpeg, const struct scan *scan)
{
	uint64_t length = 0, restarts = 0;
	int marker;

	for (;;) {
		if (!copy_codes(jpeg->filter, &length, &marker))
			return false;
		if (marker < RST0 || marker > RST7)
			break;
		if (marker != RST0 + (int)(restarts % RESTARTS))
			return filter_refuse(jpeg->filter);
		restarts++;
		if (!filter_copy(jpeg->filter, MARKER_SIZE))
			return false;
	}
	if (length < shortest_scan(jpeg, scan) || !check_restarts(jpeg, scan, restarts))
		return filter_refuse(jpeg->filter);
	return true;
}

/* ---- Exif -------------------------------------------------------------------------------------- */

static uint32_t tiff16(const unsigned char *bytes, bool is_big)
{
	return is_big ? filter_be16(bytes) : (uint32_t)bytes[1] << 8 | bytes[0];
}

static uint32_t tiff32(const unsigned char *bytes, bool is_big)
{
	return is_big ? filter_be32(bytes) : tiff16(bytes + 2, false) << 16 | tiff16(bytes, false);
}

/* The orientation in the first directory of a TIFF structure, 1 to 8; 0: there is none. */
static int find_orientation(const unsigned char *tiff, size_t length)
{
	bool is_big = length >= TIFF_HEADER_SIZE && tiff[0] == 'M';
	uint32_t directory, count;

	if (length < TIFF_HEADER_SIZE ||
		(memcmp(tiff, "MM\0\x2a", 4) != 0 && memcmp(tiff, "II\x2a\0", 4) != 0))
		return 0;
	directory = tiff32(tiff + 4, is_big);
	if (directory > length - 2)
		return 0;
	count = tiff16(tiff + directory, is_big);
	tiff += directory + 2;
	length -= directory + 2;
	for (; count > 0 && length >= TIFF_ENTRY_SIZE; count--) {
		if (tiff16(tiff, is_big) == TIFF_ORIENTATION) {
			uint32_t value = tiff16(tiff + 8, is_big);

			if (tiff16(tiff + 2, is_big) != TIFF_SHORT ||
				tiff32(tiff + 4, is_big) != 1 || value < 1 || value > 8)
				return 0;
			return (int)value;
		}
		tiff += TIFF_ENTRY_SIZE;
		length -= TIFF_ENTRY_SIZE;
	}
	return 0;
}

static bool write_orientation(struct filter *filter, int orientation)
{
	unsigned char exif[] = "\xff\xe1\0\x22"
			       "Exif\0\0"
			       "MM\0\x2a\0\0\0\x08"          /* TIFF, directory at 8 */
			       "\0\1"                        /* one entry */
			       "\x01\x12\0\3\0\0\0\1\0?\0\0" /* orientation, one SHORT */
			       "\0\0\0";                     /* no other directory; its last byte
							       is the NUL of the string */

	exif[EXIF_ORIENTATION_AT] = (unsigned char)orientation;
	return filter_write(filter, exif, sizeof(exif));
}

static bool begins(const struct segment *segment, const char *name, size_t length)
{
	return segment->length >= length && memcmp(segment->data, name, length) == 0;
}

/* Nothing stays of the first Exif but its orientation. What follows its name is padding, whatever it is. */
static bool replace_exif(struct jpeg *jpeg, const struct segment *segment)
{
	int orientation;

	if (jpeg->had_exif || !begins(segment, "Exif", 5) || segment->length < EXIF_NAME_SIZE)
		return true;
	jpeg->had_exif = true;
	orientation =
		find_orientation(segment->data + EXIF_NAME_SIZE, segment->length - EXIF_NAME_SIZE);
	return orientation == 0 || write_orientation(jpeg->filter, orientation);
}

/* ---- segments ---------------------------------------------------------------------------------- */

/* One that is a JPEG of its own may have an Exif of its own. */
static bool is_plain_thumbnail(const struct segment *segment)
{
	return begins(segment, "JFXX", 5) && (segment->length < 6 || segment->data[5] != JFXX_JPEG);
}

static bool is_kept_application(const struct segment *segment)
{
	switch (segment->marker) {
	case APP0:
		return begins(segment, "JFIF", 5) || is_plain_thumbnail(segment);
	case APP2:
		return begins(segment, "ICC_PROFILE", 12);
	case APP14:
		return begins(segment, "Adobe", 5); /* which colours the components are */
	default:
		return false;
	}
}

/*
 * Lossless and hierarchical frames are refused, as are markers that have no meaning: no camera writes
 * them, no browser shows them.
 */
static bool read_segment(struct jpeg *jpeg, const struct segment *segment)
{
	switch (segment->marker) {
	case SOF0:
	case SOF1:
	case SOF2:
	case SOF9:
	case SOF10:
		return read_frame(jpeg, segment);
	case DHT:
		return read_huffman(jpeg, segment);
	case DAC:
		return check_arithmetic(segment);
	case DQT:
		return read_quantization(jpeg, segment);
	case DRI:
		return read_restart_interval(jpeg, segment);
	case DNL:
		return check_line_count(jpeg, segment);
	default:
		return false;
	}
}

static bool filter_segment(struct jpeg *jpeg, const struct segment *segment)
{
	size_t size = HEADER_SIZE + segment->length;
	struct scan scan;

	if (segment->marker == SOS) {
		if (!read_scan(jpeg, segment, &scan))
			return filter_refuse(jpeg->filter);
		return filter_copy(jpeg->filter, size) && copy_scan(jpeg, &scan);
	}
	if ((segment->marker >= APP0 && segment->marker <= APP15) || segment->marker == COM) {
		if (is_kept_application(segment))
			return filter_copy(jpeg->filter, size);
		if (segment->marker == APP1 && !replace_exif(jpeg, segment))
			return false;
		filter_skip(jpeg->filter, size);
		return true;
	}
	if (!read_segment(jpeg, segment))
		return filter_refuse(jpeg->filter);
	return filter_copy(jpeg->filter, size);
}

/* The next marker, still unread, without the fill bytes before it. */
static bool next_marker(struct filter *filter, int *marker)
{
	const unsigned char *bytes;

	while ((bytes = filter_peek(filter, MARKER_SIZE)) != NULL) {
		if (bytes[0] != 0xff)
			return filter_refuse(filter);
		*marker = bytes[1];
		if (*marker != 0xff)
			return true;
		filter_skip(filter, 1);
	}
	return false;
}

/* The segment of the next marker, still unread. */
static bool peek_segment(struct filter *filter, int marker, struct segment *segment)
{
	const unsigned char *bytes = filter_peek(filter, HEADER_SIZE);
	size_t length;

	if (bytes == NULL)
		return false;
	length = filter_be16(bytes + MARKER_SIZE);
	if (length < LENGTH_SIZE)
		return filter_refuse(filter);
	bytes = filter_peek(filter, MARKER_SIZE + length);
	if (bytes == NULL)
		return false;
	*segment = (struct segment){marker, bytes + HEADER_SIZE, length - LENGTH_SIZE};
	return true;
}

bool jpeg_filter(struct filter *filter)
{
	struct jpeg jpeg = {.filter = filter};
	const unsigned char *start = filter_peek(filter, MARKER_SIZE);
	struct segment segment = {0};
	int marker = 0;

	if (start == NULL)
		return false;
	if (filter_be16(start) != (0xff00 | SOI))
		return filter_refuse(filter);
	if (!filter_copy(filter, MARKER_SIZE))
		return false;
	for (;;) {
		if (!next_marker(filter, &marker))
			return false;
		if (marker == EOI)
			break;
		if (!peek_segment(filter, marker, &segment) || !filter_segment(&jpeg, &segment))
			return false;
	}
	/* Without a frame there is no component, and none is left out. */
	if (jpeg.frame == 0 || jpeg.scanned != (1U << jpeg.component_count) - 1)
		return filter_refuse(filter);
	return filter_copy(filter, MARKER_SIZE);
}
