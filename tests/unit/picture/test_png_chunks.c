/*
 * Unit tests of picture/png: ancillary chunks, and what is kept of them.
 */
#include "png_bytes.h"

static void colors_profile_density_and_transparency_are_kept(void **state)
{
	static const char CHROMATICITIES[32] = "chromaticities";
	struct bytes *png = begin(PALETTE);

	(void)state;
	CHUNK(png, "gAMA", "\0\0\xb1\x8f");
	add_chunk(png, "cHRM", CHROMATICITIES, sizeof(CHROMATICITIES));
	CHUNK(png, "sRGB", "\0");
	CHUNK(png, "cICP", "\x09\x10\0\1");
	add_chunk(png, "mDCV", CHROMATICITIES, 24);
	CHUNK(png, "cLLI", "\0\0\0\1\0\0\0\2");
	CHUNK(png, "PLTE", "abcdef");
	CHUNK(png, "tRNS", "\0\1");
	CHUNK(png, "pHYs", "\0\0\0\1\0\0\0\1\1");
	add_image(png, (size_t)2 * (1 + 2));
	end(png);
	assert_unchanged(PICTURE_PNG, png);
}

static void text_time_exif_and_unknown_chunks_are_removed(void **state)
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

static void a_long_text_is_skipped(void **state)
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

static void misplaced_repeated_or_malformed_ancillary_chunks_are_removed(void **state)
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

static void bytes_after_the_end_are_removed(void **state)
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

/* A picture with an ancillary chunk in front of the image is cleaned to one with `expected` there. */
static void assert_before_image(const char *type, const void *data, size_t length,
	const char *expected_type, const void *expected, size_t expected_length)
{
	static struct bytes wanted;
	struct bytes *png = begin(RGB);

	if (expected_type != NULL)
		add_chunk(png, expected_type, expected, expected_length);
	add_image(png, IMAGE_SIZE);
	end(png);
	wanted.length = 0;
	add_all(&wanted, png);
	png = begin(RGB);
	add_chunk(png, type, data, length);
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_cleaned(PICTURE_PNG, png, &wanted);
}

static void the_orientation_is_kept_and_nothing_else_of_exif(void **state)
{
	static const char BIG[] = "MM\0\x2a\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0";
	static const char LITTLE[] = "II\x2a\0\x08\0\0\0\1\0\x12\x01\3\0\1\0\0\0\6\0\0\0\0\0\0\0"
				     "my home";

	(void)state;
	assert_int_equal(sizeof(BIG) - 1, 25);
	assert_before_image("eXIf", BIG, 26, "eXIf", BIG, 26);
	assert_before_image("eXIf", LITTLE, sizeof(LITTLE), "eXIf", BIG, 26);
	assert_before_image("eXIf", "MM\0\x2a", 4, NULL, NULL, 0);
}

/* An iCCP chunk with a profile of 160 bytes; `damage` is added to one of them. */
static void add_profile(struct bytes *chunk, const char *name, size_t at, unsigned damage)
{
	static const unsigned char TAG[] = {
		0, 0, 0, 1, 'd', 'e', 's', 'c', 0, 0, 0, 144, 0, 0, 0, 16};
	unsigned char profile[160], stream[300];
	uLongf length = sizeof(stream);

	memset(profile, 'p', sizeof(profile));
	memcpy(profile, "\0\0\0\xa0", 4);
	memcpy(profile + 8, "\2\0\0\0mntrRGB XYZ ", 16);
	memcpy(profile + 36, "acsp", 4);
	memcpy(profile + 64, "\0\0\0\0", 4);
	memcpy(profile + 128, TAG, sizeof(TAG));
	profile[at] = (unsigned char)(profile[at] + damage);
	assert_int_equal(compress(stream, &length, profile, sizeof(profile)), Z_OK);
	chunk->length = 0;
	add(chunk, name, strlen(name) + 1);
	add_byte(chunk, 0);
	add(chunk, stream, length);
}

static void a_color_profile_is_kept_under_another_name(void **state)
{
	/* what libpng does not accept either: another color space, connection space, intent */
	static const size_t DAMAGED[] = {16, 20, 64};
	static struct bytes chunk, expected;

	(void)state;
	add_profile(&expected, "ICC profile", 0, 0);
	add_profile(&chunk, "my home address", 0, 0);
	ADD(&chunk, "my home");
	assert_before_image(
		"iCCP", chunk.data, chunk.length, "iCCP", expected.data, expected.length);
	add_profile(&chunk, "x", 36, 1);
	assert_before_image("iCCP", chunk.data, chunk.length, NULL, NULL, 0);
	add_profile(&chunk, "x", 3, 1); /* it says that it is one byte longer than it is */
	assert_before_image("iCCP", chunk.data, chunk.length, NULL, NULL, 0);
	assert_before_image("iCCP", "x\0\0my home", 10, NULL, NULL, 0);
	for (size_t i = 0; i < UNIT_COUNT(DAMAGED); i++) {
		add_profile(&chunk, "x", DAMAGED[i], 1);
		assert_before_image("iCCP", chunk.data, chunk.length, NULL, NULL, 0);
	}
}

static void a_profile_and_srgb_are_not_both_kept(void **state)
{
	static struct bytes chunk, expected;
	struct bytes *png = begin(RGB);

	(void)state;
	add_profile(&chunk, "ICC profile", 0, 0);
	CHUNK(png, "sRGB", "\3");
	add_image(png, IMAGE_SIZE);
	end(png);
	expected.length = 0;
	add_all(&expected, png);
	png = begin(RGB);
	CHUNK(png, "sRGB", "\4");
	CHUNK(png, "gAMA", "\0\0\0\0");
	CHUNK(png, "sRGB", "\3");
	add_chunk(png, "iCCP", chunk.data, chunk.length);
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_cleaned(PICTURE_PNG, png, &expected);
}

static void damaged_ancillary_chunks_are_removed(void **state)
{
	const struct bytes *plain = plain_picture();
	static const char *const TYPES[] = {"tEXt", "gAMA", "pHYs"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TYPES); i++) {
		struct bytes *png = begin(RGB);

		add_chunk(png, TYPES[i], "\0\0\0\1\0\0\0\1\1", i == 1 ? 4 : 9);
		png->data[png->length - 1] ^= 1;
		add_image(png, IMAGE_SIZE);
		end(png);
		assert_cleaned(PICTURE_PNG, png, plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colors_profile_density_and_transparency_are_kept),
		cmocka_unit_test(text_time_exif_and_unknown_chunks_are_removed),
		cmocka_unit_test(a_long_text_is_skipped),
		cmocka_unit_test(misplaced_repeated_or_malformed_ancillary_chunks_are_removed),
		cmocka_unit_test(bytes_after_the_end_are_removed),
		cmocka_unit_test(the_orientation_is_kept_and_nothing_else_of_exif),
		cmocka_unit_test(a_color_profile_is_kept_under_another_name),
		cmocka_unit_test(a_profile_and_srgb_are_not_both_kept),
		cmocka_unit_test(damaged_ancillary_chunks_are_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
