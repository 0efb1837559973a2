/*
 * Unit tests of picture/png: critical chunks and the image data.
 */
#include "png_bytes.h"

/* The inflated size of the image in bytes: pass by pass and row by row, as in the standard. */
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
		unsigned color, depth, channels;
	} KINDS[] = {{GRAY, 1, 1}, {GRAY, 2, 1}, {GRAY, 4, 1}, {GRAY, 8, 1}, {GRAY, 16, 1},
		{RGB, 8, 3}, {RGB, 16, 3}, {PALETTE, 1, 1}, {PALETTE, 2, 1}, {PALETTE, 4, 1},
		{PALETTE, 8, 1}, {GRAY_ALPHA, 8, 2}, {GRAY_ALPHA, 16, 2}, {RGB_ALPHA, 8, 4},
		{RGB_ALPHA, 16, 4}};

	(void)state;
	for (unsigned i = 0; i < UNIT_COUNT(KINDS) * 2 * 11 * 3; i++) {
		unsigned kind = i / (2 * 11 * 3), interlace = i % 2;
		uint32_t width = 1 + i / 2 % 11, height = 1 + 3 * (i / 22 % 3);
		size_t size = image_size(
			width, height, KINDS[kind].depth * KINDS[kind].channels, interlace);

		for (size_t wrong = 0; wrong < 3; wrong++) {
			struct bytes *png = begin_with(
				width, height, KINDS[kind].depth, KINDS[kind].color, interlace);

			if (KINDS[kind].color == PALETTE)
				CHUNK(png, "PLTE", "abc");
			add_image(png, size + wrong - 1);
			end(png);
			if (wrong == 1)
				assert_unchanged(PICTURE_PNG, png);
			else
				assert_rejected(PICTURE_PNG, png, "a byte more or less");
		}
	}
}

static void image_data_may_be_in_many_consecutive_chunks(void **state)
{
	const struct bytes *plain = plain_picture(), *stream = deflated(IMAGE_SIZE, 0);
	struct bytes *png = begin(RGB);

	(void)state;
	add_chunk(png, "IDAT", "", 0);
	for (size_t i = 0; i < stream->length; i++)
		add_chunk(png, "IDAT", stream->data + i, 1);
	add_chunk(png, "IDAT", "", 0);
	end(png);
	assert_cleaned(PICTURE_PNG, png, plain);

	png = begin(RGB);
	add_chunk(png, "IDAT", stream->data, 1);
	CHUNK(png, "tEXt", "when");
	add_chunk(png, "IDAT", stream->data + 1, stream->length - 1);
	end(png);
	assert_rejected(PICTURE_PNG, png, "a chunk between IDATs");
}

static void a_truncated_image_is_rejected_and_a_missing_end_is_added(void **state)
{
	const struct bytes *plain = plain_picture();
	struct bytes *png = begin(RGB);
	size_t image_end;

	(void)state;
	add_image(png, IMAGE_SIZE);
	image_end = png->length;
	assert_cleaned(PICTURE_PNG, png, plain);
	CHUNK(png, "tEXt", "when");
	assert_cleaned(PICTURE_PNG, png, plain);
	png->length = image_end;
	assert_no_prefix_passes(PICTURE_PNG, png);
}

/* Decoders pass over it. */
static void what_follows_the_image_data_is_removed(void **state)
{
	static struct bytes stream;
	const struct bytes *plain = plain_picture();
	struct bytes *png = begin(RGB);

	(void)state;
	stream.length = 0;
	add_all(&stream, deflated(IMAGE_SIZE, 0));
	ADD(&stream, "where and when");
	add_chunk(png, "IDAT", stream.data, stream.length);
	CHUNK(png, "IDAT", "more");
	end(png);
	assert_cleaned(PICTURE_PNG, png, plain);

	png = begin(RGB);
	add_image(png, IMAGE_SIZE);
	CHUNK(png, "tEXt", "when");
	CHUNK(png, "IDAT", "an IDAT after the image");
	end(png);
	assert_cleaned(PICTURE_PNG, png, plain);
}

static void a_wrong_check_sum_of_the_pixels_is_corrected(void **state)
{
	static struct bytes stream;
	const struct bytes *plain = plain_picture();
	struct bytes *png = begin(RGB);

	(void)state;
	stream.length = 0;
	add_all(&stream, deflated(IMAGE_SIZE, 0));
	stream.data[stream.length - 2] ^= 1;
	add_chunk(png, "IDAT", stream.data, stream.length);
	end(png);
	assert_cleaned(PICTURE_PNG, png, plain);
}

static void corrupt_image_data_is_rejected(void **state)
{
	static struct bytes stream;
	struct bytes *png = begin(RGB);

	(void)state;
	CHUNK(png, "IDAT", "no zlib stream");
	end(png);
	assert_rejected(PICTURE_PNG, png, "no zlib stream");

	png = begin(RGB);
	stream.length = 0;
	add_all(&stream, deflated(IMAGE_SIZE, 5));
	add_chunk(png, "IDAT", stream.data, stream.length);
	end(png);
	assert_rejected(PICTURE_PNG, png, "filter type 5");

	png = begin(RGB);
	end(png);
	assert_rejected(PICTURE_PNG, png, "no image");
}

static void reject_header(uint32_t width, uint32_t height, unsigned depth, unsigned color,
	unsigned interlace, const char *what)
{
	struct bytes *png = begin_with(width, height, depth, color, interlace);

	CHUNK(png, "PLTE", "abc");
	add_image(png, image_size(2, 2, depth, 0));
	end(png);
	assert_rejected(PICTURE_PNG, png, what);
}

static void malformed_headers_are_rejected(void **state)
{
	struct bytes *png;

	(void)state;
	reject_header(0, 2, 8, PALETTE, 0, "no columns");
	reject_header(2, 0, 8, PALETTE, 0, "no rows");
	reject_header(1000001, 1, 8, PALETTE, 0, "more than a million columns");
	reject_header(8000, 5001, 8, PALETTE, 0, "more than 40 megapixels");
	reject_header(0x80000000, 0x80000000, 8, PALETTE, 0, "2^62 pixels");
	reject_header(2, 2, 3, PALETTE, 0, "3 bits");
	reject_header(2, 2, 16, PALETTE, 0, "a palette of 16 bits");
	reject_header(2, 2, 4, RGB, 0, "colors of 4 bits");
	reject_header(2, 2, 8, 1, 0, "color type 1");
	reject_header(2, 2, 8, 7, 0, "color type 7");
	reject_header(2, 2, 8, PALETTE, 2, "interlace 2");

	png = plain();
	png->data[0] = 'P';
	assert_rejected(PICTURE_PNG, png, "another signature");

	png = begin(RGB);
	add_header(png, 2, 2, 8, RGB, 0);
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_rejected(PICTURE_PNG, png, "two headers");

	png = begin(RGB);
	png->length = sizeof(SIGNATURE) - 1;
	CHUNK(png, "tEXt", "when");
	add_header(png, 2, 2, 8, RGB, 0);
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_rejected(PICTURE_PNG, png, "a chunk before the header");
}

static void reject_palette(unsigned color, const char *type, size_t length, const char *what)
{
	static const char COLORS[3 * 257];
	struct bytes *png = begin(color);

	add_chunk(png, type, COLORS, length);
	add_image(png, image_size(2, 2, color == GRAY_ALPHA ? 16 : 8, 0));
	end(png);
	assert_rejected(PICTURE_PNG, png, what);
}

static void malformed_palettes_are_rejected(void **state)
{
	(void)state;
	reject_palette(PALETTE, "tEXt", 3, "no palette");
	reject_palette(PALETTE, "PLTE", 0, "no color");
	reject_palette(PALETTE, "PLTE", 4, "a color and a third");
	reject_palette(PALETTE, "PLTE", (size_t)3 * 257, "257 colors");
}

/* A PNG of one pixel with this palette, in front of or behind the image, is cleaned to one with the expected palette. */
static void assert_palette(
	unsigned depth, unsigned color, bool is_behind, size_t length, size_t expected_length)
{
	static const char COLORS[3 * 257];
	static struct bytes expected;
	const size_t size = 1 + (color == RGB ? 3 : color == GRAY_ALPHA ? 2 : 1);
	struct bytes *png = begin_with(1, 1, depth, color, 0);

	if (expected_length > 0)
		add_chunk(png, "PLTE", COLORS, expected_length);
	add_image(png, size);
	end(png);
	expected.length = 0;
	add_all(&expected, png);
	png = begin_with(1, 1, depth, color, 0);
	if (!is_behind)
		add_chunk(png, "PLTE", COLORS, length);
	add_image(png, size);
	if (is_behind)
		add_chunk(png, "PLTE", COLORS, length);
	end(png);
	assert_cleaned(PICTURE_PNG, png, &expected);
}

/* Decoders pass over them. */
static void palettes_that_are_not_needed_and_colors_that_no_pixel_has_are_removed(void **state)
{
	(void)state;
	assert_palette(8, GRAY, false, 3, 0);
	assert_palette(8, GRAY_ALPHA, false, 3, 0);
	assert_palette(8, RGB, false, 3, 3);
	assert_palette(8, RGB, false, 4, 0);
	assert_palette(8, RGB, false, (size_t)3 * 257, 0);
	assert_palette(8, RGB, true, 3, 0);
	assert_palette(1, PALETTE, false, 9, 6);
	assert_palette(4, PALETTE, false, (size_t)3 * 256, (size_t)3 * 16);
}

static void unknown_critical_chunks_are_rejected(void **state)
{
	struct bytes *png = begin(RGB);

	(void)state;
	CHUNK(png, "CgBI", "\0\0\0\0");
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_rejected(PICTURE_PNG, png, "a critical chunk");
}

static void the_checksum_of_every_critical_chunk_is_verified(void **state)
{
	struct bytes *png = begin(RGB);
	size_t ends[3];

	(void)state;
	ends[0] = png->length;
	add_image(png, IMAGE_SIZE);
	ends[1] = png->length;
	end(png);
	ends[2] = png->length;
	for (size_t i = 0; i < UNIT_COUNT(ends); i++) {
		png->data[ends[i] - 1] ^= 1;
		assert_rejected(PICTURE_PNG, png, "a corrupt checksum");
		png->data[ends[i] - 1] ^= 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(image_data_has_exactly_the_size_of_the_image),
		cmocka_unit_test(image_data_may_be_in_many_consecutive_chunks),
		cmocka_unit_test(a_truncated_image_is_rejected_and_a_missing_end_is_added),
		cmocka_unit_test(what_follows_the_image_data_is_removed),
		cmocka_unit_test(a_wrong_check_sum_of_the_pixels_is_corrected),
		cmocka_unit_test(corrupt_image_data_is_rejected),
		cmocka_unit_test(malformed_headers_are_rejected),
		cmocka_unit_test(malformed_palettes_are_rejected),
		cmocka_unit_test(
			palettes_that_are_not_needed_and_colors_that_no_pixel_has_are_removed),
		cmocka_unit_test(unknown_critical_chunks_are_rejected),
		cmocka_unit_test(the_checksum_of_every_critical_chunk_is_verified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
