/*
 * Shared by the files of the JPEG filter: jpeg.c iterates over the segments, jpeg_tables.c and jpeg_headers.c read the
 * tables and headers, jpeg_scan.c copies the compressed data.
 */
#ifndef FITGATE_PICTURE_JPEG_INTERNAL_H
#define FITGATE_PICTURE_JPEG_INTERNAL_H

#include "picture/filter.h"

/* Markers, without their 0xff (T.81 table B.1) */
enum {
	JPEG_TEM = 0x01,
	JPEG_SOF0 = 0xc0, /* baseline, Huffman */
	JPEG_SOF1 = 0xc1, /* extended, Huffman */
	JPEG_SOF2 = 0xc2, /* progressive, Huffman */
	JPEG_DHT = 0xc4,
	JPEG_SOF15 = 0xcf,
	JPEG_RST0 = 0xd0,
	JPEG_RST7 = 0xd7,
	JPEG_SOI = 0xd8,
	JPEG_EOI = 0xd9,
	JPEG_SOS = 0xda,
	JPEG_DQT = 0xdb,
	JPEG_DNL = 0xdc,
	JPEG_DRI = 0xdd,
	JPEG_APP0 = 0xe0,
	JPEG_APP1 = 0xe1,
	JPEG_APP2 = 0xe2,
	JPEG_APP14 = 0xee,
	JPEG_APP15 = 0xef,
	JPEG_COM = 0xfe
};

enum {
	JPEG_MARKER_SIZE = 2,
	JPEG_LENGTH_SIZE = 2,
	JPEG_HEADER_SIZE = JPEG_MARKER_SIZE + JPEG_LENGTH_SIZE, /* of a segment */
	JPEG_COMPONENTS_MAX = 4,
	JPEG_SCANS_MAX = 100, /* decoding a scan visits every block */
	JPEG_BLOCK_SIZE = 8,
	JPEG_COEFFICIENTS = JPEG_BLOCK_SIZE * JPEG_BLOCK_SIZE,
	JPEG_TABLES_MAX = 4,
	JPEG_CODE_BITS_MAX = 16,
	JPEG_VALUES_MAX = 256,
	JPEG_RUN_OF_ZEROS = 15,   /* the run of the code without a coefficient after its zeros */
	JPEG_FAST_BITS = 9,       /* longer codes are rare */
	JPEG_STEP_BITS = 11,      /* larger tables would not stay in the processor's first cache */
	JPEG_STEP_LENGTH_MAX = 18 /* of a step; JPEG_FILLED_BITS suffice for three */
};

/* The content of a segment, after its length. */
struct jpeg_segment {
	int marker;
	const unsigned char *data;
	size_t length;
};

/*
 * What the codes in the next JPEG_STEP_BITS bits say, without a last code that is not whole: how many bits they and their
 * values have, by how many coefficients they advance, and by how many before the last code. A code that ends the block
 * advances by JPEG_COEFFICIENTS. Codes after the last coefficient belong to the next block: then the step cannot be taken.
 * All are 0 if the first code is invalid or too long. The size of four bytes makes the address of a step faster to compute.
 */
struct jpeg_step {
	uint16_t length;
	unsigned char before;
	unsigned char coefficients;
};

/* A Huffman table (T.81 C), for decoding. */
struct jpeg_huffman {
	bool is_defined; /* and not empty */
	uint16_t fast
		[1 << JPEG_FAST_BITS]; /* length << 8 | value of the code that begins with these bits; 0: none */
	uint32_t end[JPEG_CODE_BITS_MAX +
		     1]; /* after the last code of a length, as if it had 16 bits */
	int first[JPEG_CODE_BITS_MAX + 1]; /* value number of code 0 of a length */
	unsigned char values[JPEG_VALUES_MAX];
	bool has_steps; /* whether `steps` are computed */
	struct jpeg_step steps[1 << JPEG_STEP_BITS];
};

struct jpeg_component {
	int id;
	int written_id;  /* differs from `id` if several components of the file have the same id */
	uint32_t across; /* the sampling factors */
	uint32_t down;
	int quantization;
	short low_bit
		[JPEG_COEFFICIENTS]; /* the lowest known bit of each coefficient; -1: not yet scanned */
	uint64_t *
		nonzero; /* for each block, a bit for each coefficient that is not 0; NULL: not needed so far */
};

struct jpeg {
	struct filter *filter;
	int frame; /* the marker of the frame header; 0: not yet seen */
	uint32_t width;
	uint32_t height;
	uint32_t across_max;
	uint32_t down_max;
	int component_count;
	struct jpeg_component components[JPEG_COMPONENTS_MAX];
	unsigned quantization_tables; /* a bit for each defined table */
	struct jpeg_huffman dc_tables[JPEG_TABLES_MAX];
	struct jpeg_huffman ac_tables[JPEG_TABLES_MAX];
	bool had_huffman; /* a Huffman table that is not empty */
	unsigned scanned; /* a bit for each component whose DC has been scanned */
	int scan_count;
	uint32_t restart_interval; /* in MCUs; 0: no restarts */
	bool had_jfif;
	bool had_exif;
	int transform;     /* the color transform of Adobe's segment, not yet written; -1: none */
	int icc_next;      /* the number of the next segment of the color profile */
	int icc_count;     /* the number of segments that the profile declares */
	uint32_t icc_left; /* remaining bytes of the profile */
};

struct jpeg_scan_component {
	struct jpeg_component *component;
	uint32_t blocks; /* in an MCU */
	struct jpeg_huffman *dc;
	struct jpeg_huffman *ac;
};

struct jpeg_scan {
	int component_count;
	struct jpeg_scan_component components[JPEG_COMPONENTS_MAX];
	uint32_t mcus;
	bool is_progressive;
	int start; /* the coefficients that it codes, of a progressive frame */
	int end;
	int low;      /* the lowest bit of them that it codes */
	bool refines; /* it codes only that bit */
};

/*
 * Return the coefficient after a code of AC (T.81 F.2.2.2). From JPEG_COEFFICIENTS on, the block has ended: as in libjpeg, a
 * run past the last coefficient ends it, too.
 */
static inline int jpeg_after_ac(int code, int at)
{
	int size = code & 0x0f, run = (code & 0xf0) >> 4;

	return size == 0 && run != JPEG_RUN_OF_ZEROS ? JPEG_COEFFICIENTS : at + run + 1;
}

/* Read a table or the frame header. PICTURE_OK, or the reason why it is rejected. */
enum picture_result jpeg_read_header(struct jpeg *jpeg, const struct jpeg_segment *segment);

/* Read DQT, DHT and DRI segments. false: they are malformed. */
bool jpeg_read_quantization(struct jpeg *jpeg, const struct jpeg_segment *segment);
bool jpeg_read_huffman(struct jpeg *jpeg, const struct jpeg_segment *segment);
bool jpeg_read_restart_interval(struct jpeg *jpeg, const struct jpeg_segment *segment);

/* Compute the steps of a table of AC coefficients, unless they are. Takes time, so only for a scan that uses them. */
void jpeg_compute_steps(struct jpeg_huffman *table);

/* Whether a segment contains only empty Huffman tables, which no scan uses. */
bool jpeg_is_empty_table(const struct jpeg_segment *segment);

/* The segment of the Huffman tables that decoders use for a picture without any (T.81 K.3), as in Motion JPEG. */
struct jpeg_segment jpeg_standard_tables(void);

/*
 * Read a scan header. `written` gets its content with the new ids of the components; its length is the same.
 * PICTURE_OK, or the reason why it is rejected.
 */
enum picture_result jpeg_read_scan(struct jpeg *jpeg, const struct jpeg_segment *segment,
	struct jpeg_scan *scan, unsigned char *written);

/* Skip to the next marker, which stays unread. false: there is none (`result` stays PICTURE_OK), or reading failed. */
bool jpeg_next_marker(struct filter *filter, int *marker);

/* Copy the compressed data of a scan, without the bytes after it. false: the filter must stop. */
bool jpeg_copy_scan(struct jpeg *jpeg, const struct jpeg_scan *scan);

#endif
