/*
 * Unit tests of files/picture: kinds, and how a picture comes in and goes out.
 */
#include "picture_bytes.h"

#define GIF "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;"

static struct bytes *gif(void)
{
	static struct bytes bytes;

	bytes.length = 0;
	ADD(&bytes, GIF);
	return &bytes;
}

static void kinds_go_by_extension_in_any_case(void **state)
{
	static const char *const NONE[] = {
		"", "jpeg", "jp", "jpgx", "bmp", ".png", "png ", "svg", "webp", "image/png"};

	(void)state;
	assert_int_equal(picture_kind_by_extension("jpg"), PICTURE_JPEG);
	assert_int_equal(picture_kind_by_extension("JpG"), PICTURE_JPEG);
	assert_int_equal(picture_kind_by_extension("PNG"), PICTURE_PNG);
	assert_int_equal(picture_kind_by_extension("gif"), PICTURE_GIF);
	for (size_t i = 0; i < UNIT_COUNT(NONE); i++)
		assert_int_equal(picture_kind_by_extension(NONE[i]), PICTURE_UNKNOWN);
}

static void each_kind_has_a_content_type(void **state)
{
	(void)state;
	assert_string_equal(picture_content_type(PICTURE_JPEG), "image/jpeg");
	assert_string_equal(picture_content_type(PICTURE_PNG), "image/png");
	assert_string_equal(picture_content_type(PICTURE_GIF), "image/gif");
	assert_null(picture_content_type(PICTURE_UNKNOWN));
}

static void a_picture_of_another_kind_is_refused(void **state)
{
	(void)state;
	assert_unchanged(PICTURE_GIF, gif());
	assert_refused(PICTURE_JPEG, gif(), "a GIF for a JPEG");
	assert_refused(PICTURE_PNG, gif(), "a GIF for a PNG");
	assert_refused(PICTURE_UNKNOWN, gif(), "a GIF for nothing known");
}

static void pictures_may_come_byte_by_byte(void **state)
{
	static struct bytes result;
	struct bytes *bytes = gif();
	struct picture_input input = {.bytes = bytes, .length = bytes->length, .step = 1};
	struct picture_output output = {&result, PICTURE_BYTES_MAX};

	(void)state;
	assert_int_equal(picture_pass(PICTURE_GIF, &input, &output), PICTURE_OK);
	assert_int_equal(result.length, bytes->length);
	assert_memory_equal(result.data, bytes->data, bytes->length);
}

static void a_source_that_fails_is_told_from_a_truncated_picture(void **state)
{
	static struct bytes result;
	struct bytes *bytes = gif();

	(void)state;
	for (size_t length = 0; length < bytes->length; length++) {
		struct picture_input input = {.bytes = bytes, .length = length, .fails = true};
		struct picture_output output = {&result, PICTURE_BYTES_MAX};

		assert_int_equal(picture_pass(PICTURE_GIF, &input, &output), PICTURE_UNREADABLE);
	}
}

/* A JPEG with a scan of that many bytes, which do not all pass through one buffer. */
static struct bytes *long_scan(size_t length)
{
	static struct bytes jpeg;

	jpeg.length = 0;
	ADD(&jpeg, "\xff\xd8\xff\xdb\0\x43\0");
	for (int i = 0; i < 64; i++)
		add_byte(&jpeg, 1);
	ADD(&jpeg, "\xff\xc4\0\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	ADD(&jpeg, "\xff\xc4\0\x14\x10\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	ADD(&jpeg, "\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0");
	for (size_t i = 0; i + 1 < length; i += 2)
		add_be16(&jpeg, i % 3 == 0 ? 0xff00 : 0x1234);
	if (length % 2 == 1)
		add_byte(&jpeg, 0x55);
	ADD(&jpeg, "\xff\xd9");
	return &jpeg;
}

static void pictures_longer_than_the_buffers_pass_unchanged(void **state)
{
	static struct bytes result;

	(void)state;
	for (size_t length = 65300; length < 65420; length++)
		assert_unchanged(PICTURE_JPEG, long_scan(length));
	for (size_t step = 1000; step < 70000; step = step * 2 + 1) {
		struct bytes *jpeg = long_scan(300001);
		struct picture_input input = {.bytes = jpeg, .length = jpeg->length, .step = step};
		struct picture_output output = {&result, PICTURE_BYTES_MAX};

		assert_int_equal(picture_pass(PICTURE_JPEG, &input, &output), PICTURE_OK);
		assert_int_equal(result.length, jpeg->length);
		assert_memory_equal(result.data, jpeg->data, jpeg->length);
	}
}

static void a_sink_that_fails_ends_the_copy(void **state)
{
	static struct bytes result;
	struct bytes *small = gif(), *large = long_scan(200000);
	struct picture_input input = {.bytes = small, .length = small->length};
	struct picture_output output = {&result, small->length - 1};

	(void)state;
	assert_int_equal(picture_pass(PICTURE_GIF, &input, &output), PICTURE_UNWRITABLE);

	input = (struct picture_input){.bytes = large, .length = large->length};
	output.room = 100000;
	assert_int_equal(picture_pass(PICTURE_JPEG, &input, &output), PICTURE_UNWRITABLE);
	assert_true(input.taken < large->length);
}

static void what_follows_the_picture_is_not_read_to_its_end(void **state)
{
	static struct bytes result;
	struct bytes *bytes = gif();
	size_t picture = bytes->length;
	struct picture_input input = {.bytes = bytes};
	struct picture_output output = {&result, PICTURE_BYTES_MAX};

	(void)state;
	while (bytes->length < 500000)
		ADD(bytes, "where and when");
	input.length = bytes->length;
	assert_int_equal(picture_pass(PICTURE_GIF, &input, &output), PICTURE_OK);
	assert_int_equal(result.length, picture);
	assert_true(input.taken < 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_go_by_extension_in_any_case),
		cmocka_unit_test(each_kind_has_a_content_type),
		cmocka_unit_test(a_picture_of_another_kind_is_refused),
		cmocka_unit_test(pictures_may_come_byte_by_byte),
		cmocka_unit_test(a_source_that_fails_is_told_from_a_truncated_picture),
		cmocka_unit_test(pictures_longer_than_the_buffers_pass_unchanged),
		cmocka_unit_test(a_sink_that_fails_ends_the_copy),
		cmocka_unit_test(what_follows_the_picture_is_not_read_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
