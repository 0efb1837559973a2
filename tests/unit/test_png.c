/*
 * Unit tests of files/png: what stays of a PNG and what is no PNG. Image data is made by zlib.
 */
#include "picture_bytes.h"

#include <zlib.h>

#define SIGNATURE "\x89PNG\r\n\x1a\n"

enum { GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };

static void add_chunk(struct bytes *png, const char *type, const void *data, size_t length)
{
	size_t begin = png->length + 4;

	add_be32(png, (uint32_t)length);
	add(png, type, 4);
	add(png, data, length);
	add_be32(png, (uint32_t)crc32(0, png->data + begin, (unsigned)(4 + length)));
}

/* With the data a string literal. */
#define CHUNK(png, type, literal) add_chunk(png, type, literal, sizeof(literal) - 1)

static void add_header(struct bytes *png, uint32_t width, uint32_t height, unsigned depth,
	unsigned colour, unsigned interlace)
{
	static struct bytes data;

	data.length = 0;
	add_be32(&data, width);
	add_be32(&data, height);
	add_byte(&data, depth);
	add_byte(&data, colour);
	ADD(&data, "\0\0");
	add_byte(&data, interlace);
	add_chunk(png, "IHDR", data.data, data.length);
}

/* A zlib stream of `length` bytes `value`. */
static const struct bytes *deflated(size_t length, unsigned char value)
{
	static struct bytes stream;
	unsigned char pixels[4096];
	z_stream zlib = {.next_out = stream.data, .avail_out = PICTURE_BYTES_MAX};

	memset(pixels, value, sizeof(pixels));
	assert_int_equal(deflateInit2(&zlib, 1, Z_DEFLATED, 15, 8, Z_RLE), Z_OK);
	while (length > 0) {
		zlib.next_in = pixels;
		zlib.avail_in = length < sizeof(pixels) ? (unsigned)length : sizeof(pixels);
		length -= zlib.avail_in;
		assert_int_equal(deflate(&zlib, Z_NO_FLUSH), Z_OK);
	}
	assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
	stream.length = zlib.total_out;
	assert_int_equal(deflateEnd(&zlib), Z_OK);
	return &stream;
}

/* Rows of zeros: filter type 0, pixels 0. */
static void add_image(struct bytes *png, size_t length)
{
	const struct bytes *stream = deflated(length, 0);

	add_chunk(png, "IDAT", stream->data, stream->length);
}

static void add_frame_data(struct bytes *png, uint32_t sequence, size_t length)
{
	static struct bytes data;

	data.length = 0;
	add_be32(&data, sequence);
	add_all(&data, deflated(length, 0));
	add_chunk(png, "fdAT", data.data, data.length);
}

static void add_frame(struct bytes *png, uint32_t sequence, uint32_t width, uint32_t height,
	uint32_t left, uint32_t top)
{
	static struct bytes data;

	data.length = 0;
	add_be32(&data, sequence);
	add_be32(&data, width);
	add_be32(&data, height);
	add_be32(&data, left);
	add_be32(&data, top);
	ADD(&data, "\0\1\0\x0a\0\0");
	add_chunk(png, "fcTL", data.data, data.length);
}

static void end(struct bytes *png)
{
	add_chunk(png, "IEND", "", 0);
}

static struct bytes *begin_with(
	uint32_t width, uint32_t height, unsigned depth, unsigned colour, unsigned interlace)
{
	static struct bytes png;

	png.length = 0;
	ADD(&png, SIGNATURE);
	add_header(&png, width, height, depth, colour, interlace);
	return &png;
}

enum { IMAGE_SIZE = 2 * (1 + 2 * 3) }; /* of what this begins */

/* Two by two pixels of eight bits. */
static struct bytes *begin(unsigned colour)
{
	return begin_with(2, 2, 8, colour, 0);
}

static struct bytes *plain(void)
{
	struct bytes *png = begin(RGB);

	add_image(png, IMAGE_SIZE);
	end(png);
	return png;
}

/* ---- what stays -------------------------------------------------------------------------------- */

static void colours_profile_density_and_transparency_stay(void **state)
{
	static const char CHROMATICITIES[32] = "chromaticities";
	struct bytes *png = begin(PALETTE);

	(void)state;
	CHUNK(png, "gAMA", "\0\0\xb1\x8f");
	add_chunk(png, "cHRM", CHROMATICITIES, sizeof(CHROMATICITIES));
	CHUNK(png, "sRGB", "\0");
	CHUNK(png, "iCCP", "name\0\0stream");
	CHUNK(png, "PLTE", "abcdef");
	CHUNK(png, "tRNS", "\0\1");
	CHUNK(png, "pHYs", "\0\0\0\1\0\0\0\1\1");
	add_image(png, (size_t)2 * (1 + 2));
	end(png);
	assert_unchanged(PICTURE_PNG, png);
}

static void text_time_exif_and_unknown_chunks_go(void **state)
{
	static const char *const TYPES[] = {"tEXt", "zTXt", "iTXt", "tIME", "eXIf", "sPLT", "hIST",
		"bKGD", "sBIT", "caBX", "prVt", "zzzz"};
	static struct bytes expected;
	struct bytes *png;

	(void)state;
	expected.length = 0;
	add_all(&expected, plain());
	png = begin(RGB);
	for (size_t i = 0; i < UNIT_COUNT(TYPES); i++)
		CHUNK(png, TYPES[i], "where and when");
	add_image(png, IMAGE_SIZE);
	for (size_t i = 0; i < UNIT_COUNT(TYPES); i++)
		CHUNK(png, TYPES[i], "where and when");
	end(png);
	assert_cleaned(PICTURE_PNG, png, &expected);
}

static void a_long_text_is_passed_over(void **state)
{
	static const char TEXT[300000] = "where and when";
	static struct bytes expected;
	struct bytes *png;

	(void)state;
	expected.length = 0;
	add_all(&expected, plain());
	png = begin(RGB);
	add_chunk(png, "tEXt", TEXT, sizeof(TEXT));
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_cleaned(PICTURE_PNG, png, &expected);
}

static void a_misplaced_repeated_or_misshapen_ancillary_chunk_goes(void **state)
{
	static struct bytes expected;
	struct bytes *png;

	(void)state;
	png = begin(RGB);
	CHUNK(png, "gAMA", "\0\0\xb1\x8f");
	CHUNK(png, "PLTE", "abcdef");
	add_image(png, IMAGE_SIZE);
	end(png);
	expected.length = 0;
	add_all(&expected, png);

	png = begin(RGB);
	CHUNK(png, "gAMA", "\0\0\xb1");
	CHUNK(png, "gAMA", "\0\0\xb1\x8f");
	CHUNK(png, "gAMA", "when");
	CHUNK(png, "sRGB", "");
	CHUNK(png, "pHYs", "where and when");
	CHUNK(png, "tRNS", "seventy");
	CHUNK(png, "PLTE", "abcdef");
	CHUNK(png, "iCCP", "name\0\0stream");
	add_image(png, IMAGE_SIZE);
	CHUNK(png, "pHYs", "\0\0\0\1\0\0\0\1\1");
	end(png);
	assert_cleaned(PICTURE_PNG, png, &expected);
}

static void bytes_behind_the_end_go(void **state)
{
	static struct bytes expected;
	struct bytes *png;

	(void)state;
	expected.length = 0;
	add_all(&expected, plain());
	png = plain();
	ADD(png, "where and when");
	assert_cleaned(PICTURE_PNG, png, &expected);
}

/* ---- the image --------------------------------------------------------------------------------- */

/* Bytes of the image after inflating: pass by pass, row by row, as the standard describes it. */
static size_t image_size(uint32_t width, uint32_t height, unsigned bits, unsigned interlace)
{
	static const char ADAM7[] =
		"1646364677777777565656567777777736463646777777775656565677777777";
	size_t total = 0;

	if (interlace == 0)
		return height * (1 + ((size_t)width * bits + 7) / 8);
	for (int pass = '1'; pass <= '7'; pass++)
		for (uint32_t y = 0; y < height; y++) {
			size_t columns = 0;

			for (uint32_t x = 0; x < width; x++)
				columns += ADAM7[y % 8 * 8 + x % 8] == pass;
			if (columns > 0)
				total += 1 + (columns * bits + 7) / 8;
		}
	return total;
}

static void image_data_has_exactly_the_size_of_the_image(void **state)
{
	static const struct {
		unsigned colour, depth, channels;
	} KINDS[] = {{GREY, 1, 1}, {GREY, 2, 1}, {GREY, 4, 1}, {GREY, 8, 1}, {GREY, 16, 1},
		{RGB, 8, 3}, {RGB, 16, 3}, {PALETTE, 1, 1}, {PALETTE, 2, 1}, {PALETTE, 4, 1},
		{PALETTE, 8, 1}, {GREY_ALPHA, 8, 2}, {GREY_ALPHA, 16, 2}, {RGB_ALPHA, 8, 4},
		{RGB_ALPHA, 16, 4}};

	(void)state;
	for (unsigned i = 0; i < UNIT_COUNT(KINDS) * 2 * 11 * 3; i++) {
		unsigned kind = i / (2 * 11 * 3), interlace = i % 2;
		uint32_t width = 1 + i / 2 % 11, height = 1 + 3 * (i / 22 % 3);
		size_t size = image_size(
			width, height, KINDS[kind].depth * KINDS[kind].channels, interlace);

		for (size_t wrong = 0; wrong < 3; wrong++) {
			struct bytes *png = begin_with(
				width, height, KINDS[kind].depth, KINDS[kind].colour, interlace);

			if (KINDS[kind].colour == PALETTE)
				CHUNK(png, "PLTE", "abc");
			add_image(png, size + wrong - 1);
			end(png);
			if (wrong == 1)
				assert_unchanged(PICTURE_PNG, png);
			else
				assert_refused(PICTURE_PNG, png, "a byte more or less");
		}
	}
}

static void image_data_may_be_in_many_chunks_but_only_in_a_row(void **state)
{
	const struct bytes *stream = deflated(IMAGE_SIZE, 0);
	struct bytes *png = begin(RGB);

	(void)state;
	add_chunk(png, "IDAT", "", 0);
	for (size_t i = 0; i < stream->length; i++)
		add_chunk(png, "IDAT", stream->data + i, 1);
	add_chunk(png, "IDAT", "", 0);
	end(png);
	assert_unchanged(PICTURE_PNG, png);

	png = begin(RGB);
	add_chunk(png, "IDAT", stream->data, 1);
	CHUNK(png, "tEXt", "when");
	add_chunk(png, "IDAT", stream->data + 1, stream->length - 1);
	end(png);
	assert_refused(PICTURE_PNG, png, "a chunk between IDATs");

	png = begin(RGB);
	add_image(png, IMAGE_SIZE);
	CHUNK(png, "tEXt", "when");
	add_chunk(png, "IDAT", "", 0);
	end(png);
	assert_refused(PICTURE_PNG, png, "an IDAT behind the image");
}

static void broken_image_data_is_refused(void **state)
{
	static struct bytes stream;
	struct bytes *png = begin(RGB);

	(void)state;
	CHUNK(png, "IDAT", "no zlib stream");
	end(png);
	assert_refused(PICTURE_PNG, png, "no zlib stream");

	png = begin(RGB);
	stream.length = 0;
	add_all(&stream, deflated(IMAGE_SIZE, 5));
	add_chunk(png, "IDAT", stream.data, stream.length);
	end(png);
	assert_refused(PICTURE_PNG, png, "filter type 5");

	png = begin(RGB);
	stream.length = 0;
	add_all(&stream, deflated(IMAGE_SIZE, 0));
	add_byte(&stream, 0);
	add_chunk(png, "IDAT", stream.data, stream.length);
	end(png);
	assert_refused(PICTURE_PNG, png, "a byte behind the stream");

	png = begin(RGB);
	stream.data[stream.length - 2] ^= 1;
	add_chunk(png, "IDAT", stream.data, stream.length - 1);
	end(png);
	assert_refused(PICTURE_PNG, png, "another check sum of the stream");

	png = begin(RGB);
	end(png);
	assert_refused(PICTURE_PNG, png, "no image");
}

/* ---- animation --------------------------------------------------------------------------------- */

/* Two frames of which the image is the first. */
static struct bytes *animation(void)
{
	struct bytes *png = begin(RGB);

	CHUNK(png, "acTL", "\0\0\0\2\0\0\0\0");
	add_frame(png, 0, 2, 2, 0, 0);
	add_image(png, IMAGE_SIZE);
	add_frame(png, 1, 1, 2, 1, 0);
	add_frame_data(png, 2, (size_t)2 * (1 + 3));
	end(png);
	return png;
}

static void an_animation_stays(void **state)
{
	static struct bytes expected;
	struct bytes *png;

	(void)state;
	assert_unchanged(PICTURE_PNG, animation());

	png = begin(RGB);
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_image(png, IMAGE_SIZE);
	add_frame(png, 0, 2, 1, 0, 1);
	add_frame_data(png, 1, 1 + 6);
	end(png);
	assert_unchanged(PICTURE_PNG, png);
	expected.length = 0;
	add_all(&expected, png);

	png = begin(RGB);
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_image(png, IMAGE_SIZE);
	add_frame(png, 0, 2, 1, 0, 1);
	CHUNK(png, "tEXt", "when");
	add_frame_data(png, 1, 1 + 6);
	end(png);
	assert_cleaned(PICTURE_PNG, png, &expected);
}

/* An animation of one frame behind the image, all of it right but for what is given. */
static void refuse_animation(uint32_t frames, uint32_t control_sequence, uint32_t width,
	uint32_t left, uint32_t data_sequence, size_t size, const char *what)
{
	struct bytes *png = begin(RGB);
	const unsigned char control[8] = {0, 0, 0, (unsigned char)frames};

	add_chunk(png, "acTL", control, sizeof(control));
	add_image(png, IMAGE_SIZE);
	add_frame(png, control_sequence, width, 1, left, 0);
	if (size > 0)
		add_frame_data(png, data_sequence, size);
	end(png);
	assert_refused(PICTURE_PNG, png, what);
}

static void wrong_animations_are_refused(void **state)
{
	struct bytes *png;

	(void)state;
	refuse_animation(0, 0, 2, 0, 1, 7, "no frames");
	refuse_animation(2, 0, 2, 0, 1, 7, "a frame missing");
	refuse_animation(1, 1, 2, 0, 2, 7, "sequence from 1");
	refuse_animation(1, 0, 2, 0, 2, 7, "sequence with a gap");
	refuse_animation(1, 0, 2, 1, 1, 7, "a frame beyond the canvas");
	refuse_animation(1, 0, 2, 0xffffffff, 1, 7, "a frame far beyond the canvas");
	refuse_animation(1, 0, 0, 0, 1, 1, "a frame of no columns");
	refuse_animation(1, 0, 2, 0, 1, 8, "a frame with too much data");
	refuse_animation(1, 0, 2, 0, 1, 6, "a frame with too little data");
	refuse_animation(1, 0, 2, 0, 1, 0, "a frame without data");

	png = begin(RGB);
	add_image(png, IMAGE_SIZE);
	add_frame(png, 0, 2, 2, 0, 0);
	add_frame_data(png, 1, IMAGE_SIZE);
	end(png);
	assert_refused(PICTURE_PNG, png, "frames without acTL");

	png = begin(RGB);
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_frame(png, 0, 1, 2, 0, 0);
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_refused(PICTURE_PNG, png, "a first frame that does not fill the canvas");

	png = begin(RGB);
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_frame(png, 0, 2, 2, 0, 0);
	add_image(png, IMAGE_SIZE);
	add_frame_data(png, 1, IMAGE_SIZE);
	end(png);
	assert_refused(PICTURE_PNG, png, "data of a frame that was not announced");
}

static void more_than_the_limit_is_not_inflated(void **state)
{
	struct bytes *png = begin_with(5000, 8000, 16, RGB_ALPHA, 0);

	(void)state;
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_image(png, image_size(5000, 8000, 64, 0));
	add_frame(png, 0, 5000, 6000, 0, 0);
	add_frame_data(png, 1, image_size(5000, 6000, 64, 0));
	end(png);
	assert_refused(PICTURE_PNG, png, "534 MiB");
}

/* ---- chunks ------------------------------------------------------------------------------------ */

static void refuse_header(uint32_t width, uint32_t height, unsigned depth, unsigned colour,
	unsigned interlace, const char *what)
{
	struct bytes *png = begin_with(width, height, depth, colour, interlace);

	CHUNK(png, "PLTE", "abc");
	add_image(png, image_size(2, 2, depth, 0));
	end(png);
	assert_refused(PICTURE_PNG, png, what);
}

static void wrong_headers_are_refused(void **state)
{
	struct bytes *png;

	(void)state;
	refuse_header(0, 2, 8, PALETTE, 0, "no columns");
	refuse_header(2, 0, 8, PALETTE, 0, "no rows");
	refuse_header(8000, 5001, 8, PALETTE, 0, "more than 40 megapixels");
	refuse_header(0x80000000, 0x80000000, 8, PALETTE, 0, "2^62 pixels");
	refuse_header(2, 2, 3, PALETTE, 0, "3 bits");
	refuse_header(2, 2, 16, PALETTE, 0, "a palette of 16 bits");
	refuse_header(2, 2, 4, RGB, 0, "colours of 4 bits");
	refuse_header(2, 2, 8, 1, 0, "colour type 1");
	refuse_header(2, 2, 8, 7, 0, "colour type 7");
	refuse_header(2, 2, 8, PALETTE, 2, "interlace 2");

	png = plain();
	png->data[0] = 'P';
	assert_refused(PICTURE_PNG, png, "another signature");

	png = begin(RGB);
	add_header(png, 2, 2, 8, RGB, 0);
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_refused(PICTURE_PNG, png, "two headers");

	png = begin(RGB);
	png->length = sizeof(SIGNATURE) - 1;
	CHUNK(png, "tEXt", "when");
	add_header(png, 2, 2, 8, RGB, 0);
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_refused(PICTURE_PNG, png, "a chunk before the header");
}

static void refuse_palette(unsigned colour, const char *type, size_t length, const char *what)
{
	static const char COLOURS[3 * 257];
	struct bytes *png = begin(colour);

	add_chunk(png, type, COLOURS, length);
	add_image(png, image_size(2, 2, colour == GREY_ALPHA ? 16 : 8, 0));
	end(png);
	assert_refused(PICTURE_PNG, png, what);
}

static void wrong_palettes_are_refused(void **state)
{
	(void)state;
	refuse_palette(PALETTE, "tEXt", 3, "no palette");
	refuse_palette(PALETTE, "PLTE", 0, "no colour");
	refuse_palette(PALETTE, "PLTE", 4, "a colour and a third");
	refuse_palette(PALETTE, "PLTE", (size_t)3 * 257, "257 colours");
	refuse_palette(GREY, "PLTE", 3, "a palette of greys");
	refuse_palette(GREY_ALPHA, "PLTE", 3, "a palette of greys with alpha");
}

static void unknown_critical_chunks_are_refused(void **state)
{
	struct bytes *png = begin(RGB);

	(void)state;
	CHUNK(png, "CgBI", "\0\0\0\0");
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_refused(PICTURE_PNG, png, "a critical chunk");
}

static void every_check_sum_counts(void **state)
{
	struct bytes *png = begin(RGB);
	size_t ends[4];

	(void)state;
	ends[0] = png->length;
	CHUNK(png, "tEXt", "when");
	ends[1] = png->length;
	add_image(png, IMAGE_SIZE);
	ends[2] = png->length;
	end(png);
	ends[3] = png->length;
	for (size_t i = 0; i < UNIT_COUNT(ends); i++) {
		png->data[ends[i] - 1] ^= 1;
		assert_refused(PICTURE_PNG, png, "a wrong check sum");
		png->data[ends[i] - 1] ^= 1;
	}
}

static void a_truncated_picture_is_refused(void **state)
{
	(void)state;
	assert_no_prefix_passes(PICTURE_PNG, animation());
}

static void corruption_is_survived(void **state)
{
	(void)state;
	assert_corruption_is_harmless(PICTURE_PNG, animation());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_profile_density_and_transparency_stay),
		cmocka_unit_test(text_time_exif_and_unknown_chunks_go),
		cmocka_unit_test(a_long_text_is_passed_over),
		cmocka_unit_test(a_misplaced_repeated_or_misshapen_ancillary_chunk_goes),
		cmocka_unit_test(bytes_behind_the_end_go),
		cmocka_unit_test(image_data_has_exactly_the_size_of_the_image),
		cmocka_unit_test(image_data_may_be_in_many_chunks_but_only_in_a_row),
		cmocka_unit_test(broken_image_data_is_refused),
		cmocka_unit_test(an_animation_stays),
		cmocka_unit_test(wrong_animations_are_refused),
		cmocka_unit_test(more_than_the_limit_is_not_inflated),
		cmocka_unit_test(wrong_headers_are_refused),
		cmocka_unit_test(wrong_palettes_are_refused),
		cmocka_unit_test(unknown_critical_chunks_are_refused),
		cmocka_unit_test(every_check_sum_counts),
		cmocka_unit_test(a_truncated_picture_is_refused),
		cmocka_unit_test(corruption_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
