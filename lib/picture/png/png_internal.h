/*
 * Shared by the files of the PNG filter: png.c iterates over the chunks, png_ancillary.c selects the ancillary chunks
 * to keep, png_frame.c inflates the image data.
 */
#ifndef FITGATE_PICTURE_PNG_INTERNAL_H
#define FITGATE_PICTURE_PNG_INTERNAL_H

#include "picture/filter.h"

#define ZLIB_CONST /* declares the input of inflate() as const */
#include <zlib.h>

/* The four ASCII characters of a chunk's type as a number. */
#define PNG_TYPE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

#define PNG_IHDR PNG_TYPE('I', 'H', 'D', 'R')
#define PNG_PLTE PNG_TYPE('P', 'L', 'T', 'E')
#define PNG_IDAT PNG_TYPE('I', 'D', 'A', 'T')
#define PNG_IEND PNG_TYPE('I', 'E', 'N', 'D')
#define PNG_ACTL PNG_TYPE('a', 'c', 'T', 'L')
#define PNG_FCTL PNG_TYPE('f', 'c', 'T', 'L')
#define PNG_FDAT PNG_TYPE('f', 'd', 'A', 'T')

enum {
	PNG_CHUNK_HEADER_SIZE = 8,
	PNG_CRC_SIZE = 4,
	PNG_SEQUENCE_SIZE = 4,
	PNG_PALETTE_MAX = 256,
	PNG_DATA_SIZE = FILTER_PEEK_MAX, /* of the image data chunks that are written */
	PNG_PIXELS_SIZE = 0x4000
};

enum png_color {
	PNG_GRAY = 0,
	PNG_RGB = 2,
	PNG_INDEXED = 3,
	PNG_GRAY_ALPHA = 4,
	PNG_RGB_ALPHA = 6
};

/* An fcTL announces a frame of the animation; its first data chunk opens it. */
enum png_frame { PNG_NO_FRAME, PNG_FRAME_ANNOUNCED, PNG_FRAME_OPEN };

enum png_animation {
	PNG_NOT_ANIMATED, /* no acTL so far: chunks of an animation are dropped */
	PNG_ANIMATED,
	PNG_BROKEN, /* the rest of the animation is dropped */
	PNG_STILL   /* the whole animation is dropped */
};

struct png {
	struct filter *filter;
	uint32_t width;
	uint32_t height;
	unsigned pixel_bits;
	enum png_color color;
	bool is_interlaced;

	uint32_t type; /* of the current chunk */
	uint32_t size; /* of its data, in bytes */
	uint32_t previous_type;
	unsigned seen; /* a bit for each ancillary chunk that is allowed once */
	uint32_t palette_size;
	bool had_image; /* the first IDAT has been read */

	enum png_animation animation;
	uint32_t frame_count;
	uint32_t frames_seen;
	uint32_t next_sequence;
	uint32_t next_written_sequence;

	enum png_frame frame;
	uint32_t frame_width;
	uint32_t frame_height;
	uint64_t pixel_count; /* of all frames so far */
	uint64_t inflated;    /* bytes of all frames so far */

	z_stream zlib;
	bool has_ended; /* the frame's zlib stream is complete */
	unsigned char zlib_header[2];
	unsigned zlib_header_size; /* bytes that have been read */
	uint32_t checksum;         /* of the inflated bytes */
	int pass;                  /* of the frame */
	uint32_t rows_left; /* in this pass, including the current one; 0: the frame is full */
	uint64_t row_size;  /* in bytes, including its filter type */
	uint64_t row_left;  /* unread bytes of the current row; 0: a filter type comes next */
	unsigned char pixels[PNG_PIXELS_SIZE];

	bool is_animation_data; /* data[] is for an fdAT, not an IDAT */
	size_t data_length;
	size_t data_room;
	unsigned char *data; /* grows to PNG_DATA_SIZE */
};

/* Whether the pixels are colors, not gray levels. */
static inline bool png_is_color(const struct png *png)
{
	return png->color != PNG_GRAY && png->color != PNG_GRAY_ALPHA;
}

/* Write a whole chunk. */
bool png_write_chunk(struct png *png, uint32_t type, const unsigned char *data, size_t length);

/*
 * Copy a whole ancillary chunk, or the part of it that is kept. `data` includes the CRC. Misplaced, damaged and
 * unknown chunks are dropped: decoders ignore them. false: the filter must stop.
 */
bool png_keep_ancillary(struct png *png, const unsigned char *data);

/* The maximum size of a chunk of the current type for png_keep_ancillary(); 0: chunks of this type are dropped. */
uint32_t png_ancillary_max(const struct png *png);

/* Begin the image data of a frame. PICTURE_OK, or the reason why the frame is rejected. */
enum picture_result png_open_frame(
	struct png *png, uint32_t width, uint32_t height, bool is_animation);

/*
 * Check and copy the next piece of a frame's zlib stream, in chunks of PNG_DATA_SIZE and with a correct checksum.
 * Bytes after the stream's end are dropped. PICTURE_OK, or the reason why the data is rejected. After a failed write,
 * only filter->result shows the failure.
 */
enum picture_result png_take_data(struct png *png, const unsigned char *bytes, size_t length);

/* End the current frame. false: its data is incomplete. */
bool png_close_frame(struct png *png);

#endif
