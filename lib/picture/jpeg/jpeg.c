/*
 * The segments of a JPEG (ITU-T T.81; JFIF: T.871; Exif: CIPA DC-008), and what is kept of those with metadata.
 *
 * As in decoders, bytes between segments are skipped up to the next marker.
 */
#include "picture/jpeg/jpeg.h"

#include "picture/exif.h"
#include "picture/icc.h"
#include "picture/jpeg/jpeg_internal.h"

#include <stdlib.h>
#include <string.h>

#define EXIF_NAME "Exif\0"
#define ICC_NAME  "ICC_PROFILE"

enum {
	JFIF_SIZE = 14, /* without a thumbnail */
	JFIF_VERSION_AT = 5,
	JFIF_THUMBNAIL_AT = 12,
	EXIF_NAME_SIZE = sizeof(EXIF_NAME),
	ADOBE_SIZE = 12,
	ADOBE_TRANSFORM_AT = 11,
	YCBCR = 1,
	YCCK = 2,
	ICC_NAME_SIZE = sizeof(ICC_NAME),
	ICC_PROFILE_AT =
		ICC_NAME_SIZE + 2, /* after the segment's number and the number of segments */
	REWRITTEN_MAX = 32         /* the longest header that is rewritten */
};

static bool begins(const struct jpeg_segment *segment, const char *name, size_t length)
{
	return segment->length >= length && memcmp(segment->data, name, length) == 0;
}

static bool write_header(struct filter *filter, int marker, size_t length)
{
	unsigned char header[JPEG_HEADER_SIZE] = {0xff, (unsigned char)marker};

	filter_put_be16(header + JPEG_MARKER_SIZE, (uint32_t)(JPEG_LENGTH_SIZE + length));
	return filter_write(filter, header, sizeof(header));
}

static bool write_segment(struct filter *filter, int marker, const void *data, size_t length)
{
	return write_header(filter, marker, length) && filter_write(filter, data, length);
}

/* ---- metadata ---------------------------------------------------------------------------------- */

/* Keep the resolution. Drop the thumbnail: it may show parts that have been cropped from the picture. */
static bool keep_jfif(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	static const unsigned char JFIF_VERSION[] = {1, 2};
	unsigned char jfif[JFIF_SIZE];

	if (jpeg->had_jfif || !begins(segment, "JFIF", 5) || segment->length < JFIF_SIZE)
		return true;
	jpeg->had_jfif = true;
	memcpy(jfif, segment->data, JFIF_SIZE);
	if (jfif[JFIF_VERSION_AT] != 1)
		memcpy(jfif + JFIF_VERSION_AT, JFIF_VERSION, sizeof(JFIF_VERSION));
	jfif[JFIF_THUMBNAIL_AT] = jfif[JFIF_THUMBNAIL_AT + 1] = 0;
	return write_segment(jpeg->filter, JPEG_APP0, jfif, JFIF_SIZE);
}

/* Keep the orientation of the first Exif. The byte after its name is padding of any value. */
static bool keep_orientation(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	unsigned char exif[EXIF_NAME_SIZE + EXIF_SIZE] = EXIF_NAME;
	int orientation;

	if (jpeg->had_exif || !begins(segment, EXIF_NAME, EXIF_NAME_SIZE - 1) ||
		segment->length < EXIF_NAME_SIZE)
		return true;
	jpeg->had_exif = true;
	orientation =
		exif_orientation(segment->data + EXIF_NAME_SIZE, segment->length - EXIF_NAME_SIZE);
	if (orientation == 0)
		return true;
	exif_write(orientation, exif + EXIF_NAME_SIZE);
	return write_segment(jpeg->filter, JPEG_APP1, exif, sizeof(exif));
}

/*
 * Keep the color transform: which colors the components are. It is written with the frame, which has their number.
 * The last one counts, if a scan has not begun.
 */
static void keep_transform(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	if (begins(segment, "Adobe", 5) && segment->length >= ADOBE_SIZE && jpeg->scan_count == 0)
		jpeg->transform = segment->data[ADOBE_TRANSFORM_AT];
}

/* Of a number that is not defined, decoders make YCbCr or YCCK. */
static bool write_transform(struct jpeg *jpeg)
{
	unsigned char adobe[ADOBE_SIZE] = "Adobe\0\x64"; /* version 100, no flags */
	int transform = jpeg->transform;

	if (transform < 0)
		return true;
	if (transform != 0)
		transform = jpeg->component_count == JPEG_COMPONENTS_MAX ? YCCK : YCBCR;
	jpeg->transform = -1;
	adobe[ADOBE_TRANSFORM_AT] = (unsigned char)transform;
	return write_segment(jpeg->filter, JPEG_APP14, adobe, ADOBE_SIZE);
}

/* Return how many profile bytes to keep of a segment; 0: it does not belong to a profile. */
static size_t profile_part(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	const unsigned char *profile = segment->data + ICC_PROFILE_AT;
	size_t length = segment->length - ICC_PROFILE_AT;
	int number = segment->data[ICC_NAME_SIZE], count = segment->data[ICC_NAME_SIZE + 1];

	if (number == 1 && jpeg->icc_next == 0) {
		jpeg->icc_left = icc_size(profile, length);
		jpeg->icc_count = count;
		jpeg->icc_next = 1;
	}
	if (number == 0 || number != jpeg->icc_next || count != jpeg->icc_count)
		return 0;
	if (length > jpeg->icc_left)
		length = jpeg->icc_left;
	jpeg->icc_left -= (uint32_t)length;
	jpeg->icc_next++;
	return length;
}

/* Keep the color profile up to the size that it declares. Its segments must come in order. */
static bool keep_profile(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	size_t length;

	if (!begins(segment, ICC_NAME, ICC_NAME_SIZE) || segment->length < ICC_PROFILE_AT)
		return true;
	length = profile_part(jpeg, segment);
	return length == 0 ||
	       write_segment(jpeg->filter, JPEG_APP2, segment->data, ICC_PROFILE_AT + length);
}

static bool keep_metadata(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	switch (segment->marker) {
	case JPEG_APP0:
		return keep_jfif(jpeg, segment);
	case JPEG_APP1:
		return keep_orientation(jpeg, segment);
	case JPEG_APP2:
		return keep_profile(jpeg, segment);
	case JPEG_APP14:
		keep_transform(jpeg, segment);
		return true;
	default:
		return true;
	}
}

/* ---- segments ---------------------------------------------------------------------------------- */

/* As decoders do, use the standard tables in a sequential picture without any, and write them. */
static bool add_standard_tables(struct jpeg *jpeg)
{
	struct jpeg_segment segment = jpeg_standard_tables();

	if (jpeg->had_huffman || jpeg->frame == JPEG_SOF2)
		return true;
	return jpeg_read_huffman(jpeg, &segment) &&
	       write_segment(jpeg->filter, segment.marker, segment.data, segment.length);
}

static bool filter_scan(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	unsigned char written[REWRITTEN_MAX];
	struct jpeg_scan scan;

	if (segment->length > REWRITTEN_MAX)
		return filter_stop(jpeg->filter, PICTURE_JPEG_SCAN);
	if (!write_transform(jpeg) || !add_standard_tables(jpeg) ||
		!filter_check(jpeg->filter, jpeg_read_scan(jpeg, segment, &scan, written)) ||
		!write_segment(jpeg->filter, JPEG_SOS, written, segment->length))
		return false;
	filter_skip(jpeg->filter, JPEG_HEADER_SIZE + segment->length);
	return jpeg_copy_scan(jpeg, &scan);
}

/* Write the frame header with the new ids of the components. */
static bool write_frame(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	unsigned char written[REWRITTEN_MAX];

	if (segment->data == NULL || segment->length > sizeof(written))
		return filter_stop(jpeg->filter, PICTURE_JPEG_FRAME);
	memcpy(written, segment->data, segment->length);
	for (int i = 0; i < jpeg->component_count; i++)
		written[6 + 3 * i] = (unsigned char)jpeg->components[i].written_id;
	return write_transform(jpeg) &&
	       write_segment(jpeg->filter, segment->marker, written, segment->length);
}

static bool filter_header(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	if (!filter_check(jpeg->filter, jpeg_read_header(jpeg, segment)))
		return false;
	if (jpeg_is_empty_table(segment))
		return true;
	if (segment->marker == jpeg->frame)
		return write_frame(jpeg, segment);
	return write_segment(jpeg->filter, segment->marker, segment->data, segment->length);
}

static bool filter_segment(struct jpeg *jpeg, const struct jpeg_segment *segment)
{
	bool is_done;

	if (segment->marker == JPEG_SOS)
		return filter_scan(jpeg, segment);
	if ((segment->marker >= JPEG_APP0 && segment->marker <= JPEG_APP15) ||
		segment->marker == JPEG_COM)
		is_done = keep_metadata(jpeg, segment);
	else if (segment->marker == JPEG_DNL)
		is_done = true; /* decoders use the height of the frame header, too */
	else
		is_done = filter_header(jpeg, segment);
	filter_skip(jpeg->filter, JPEG_HEADER_SIZE + segment->length);
	return is_done;
}

static bool has_no_length(int marker)
{
	return marker == JPEG_TEM || (marker >= JPEG_RST0 && marker <= JPEG_RST7);
}

/* Look at the segment of the next marker; it stays unread. */
static bool peek_segment(struct filter *filter, int marker, struct jpeg_segment *segment)
{
	const unsigned char *bytes;
	size_t length;

	if (marker == JPEG_SOI)
		return filter_stop(filter, PICTURE_JPEG_MARKER);
	bytes = filter_peek(filter, JPEG_HEADER_SIZE);
	if (bytes == NULL)
		return false;
	length = filter_be16(bytes + JPEG_MARKER_SIZE);
	if (length < JPEG_LENGTH_SIZE)
		return filter_stop(filter, PICTURE_JPEG_LENGTH);
	bytes = filter_peek(filter, JPEG_MARKER_SIZE + length);
	if (bytes == NULL)
		return false;
	*segment =
		(struct jpeg_segment){marker, bytes + JPEG_HEADER_SIZE, length - JPEG_LENGTH_SIZE};
	return true;
}

/* Whether there is nothing more to expect. A progressive picture may always have more scans. */
static bool is_complete(const struct jpeg *jpeg)
{
	return jpeg->frame != 0 && jpeg->scanned == (1U << jpeg->component_count) - 1;
}

/*
 * The segments up to the end marker. It may be missing after the last scan: that is where a sequential picture ends,
 * and a progressive one if the file ends, too.
 */
static bool filter_segments(struct jpeg *jpeg)
{
	struct jpeg_segment segment = {0};
	int marker = 0;

	while (jpeg->frame == JPEG_SOF2 || !is_complete(jpeg)) {
		if (!jpeg_next_marker(jpeg->filter, &marker)) {
			if (!is_complete(jpeg))
				filter_stop(jpeg->filter, PICTURE_TRUNCATED);
			break;
		}
		if (marker == JPEG_EOI)
			break;
		if (has_no_length(marker))
			filter_skip(jpeg->filter, JPEG_MARKER_SIZE);
		else if (!peek_segment(jpeg->filter, marker, &segment) ||
			 !filter_segment(jpeg, &segment))
			return false;
	}
	if (jpeg->filter->result != PICTURE_OK)
		return false;
	return is_complete(jpeg) || filter_stop(jpeg->filter, PICTURE_JPEG_INCOMPLETE);
}

bool jpeg_filter(struct filter *filter)
{
	static const unsigned char END[JPEG_MARKER_SIZE] = {0xff, JPEG_EOI};
	const unsigned char *start = filter_peek(filter, JPEG_MARKER_SIZE);
	struct jpeg *jpeg;
	bool is_done;

	if (start == NULL)
		return false;
	if (filter_be16(start) != (0xff00 | JPEG_SOI))
		return filter_stop(filter, PICTURE_OTHER_KIND);
	jpeg = calloc(1, sizeof(*jpeg));
	if (jpeg == NULL)
		return filter_stop(filter, PICTURE_NO_MEMORY);
	jpeg->filter = filter;
	jpeg->transform = -1;
	is_done = filter_copy(filter, JPEG_MARKER_SIZE) && filter_segments(jpeg) &&
		  filter_write(filter, END, sizeof(END));
	for (int i = 0; i < jpeg->component_count; i++)
		free(jpeg->components[i].nonzero);
	free(jpeg);
	return is_done;
}
