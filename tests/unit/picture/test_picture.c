/*
 * Unit tests of picture/picture: kinds of pictures, sources and sinks.
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

static void the_extension_decides_the_kind_in_any_case(void **state)
{
	static const char *const NONE[] = {
		"", "jpe", "jp", "jpgx", "bmp", ".png", "png ", "svg", "webp", "image/png"};

	(void)state;
	assert_int_equal(picture_kind_by_extension("jpg"), PICTURE_JPEG);
	assert_int_equal(picture_kind_by_extension("JpG"), PICTURE_JPEG);
	assert_int_equal(picture_kind_by_extension("Jpeg"), PICTURE_JPEG);
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

static void each_result_has_a_text(void **state)
{
	(void)state;
	for (enum picture_result result = PICTURE_OK; result < PICTURE_RESULT_COUNT; result++)
		assert_non_null(picture_result_text(result));
}

static void a_picture_of_another_kind_is_rejected(void **state)
{
	(void)state;
	assert_unchanged(PICTURE_GIF, gif());
	assert_rejected(PICTURE_JPEG, gif(), "a GIF for a JPEG");
	assert_rejected(PICTURE_PNG, gif(), "a GIF for a PNG");
	assert_rejected(PICTURE_UNKNOWN, gif(), "a GIF for nothing known");
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

static void a_failed_source_and_a_truncated_picture_are_distinguished(void **state)
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

/*
 * A JPEG with a scan of more bytes than one buffer holds: rows of eight blocks in 13 bytes, two of them stuffed. Each
 * block is a code of one bit with nine one bits, and a code for its end. A comment moves it.
 */
static struct bytes *long_scan(unsigned rows, unsigned comment)
{
	static struct bytes jpeg;

	jpeg.length = 0;
	ADD(&jpeg, "\xff\xd8");
	if (comment > 0) {
		ADD(&jpeg, "\xff\xfe");
		add_be16(&jpeg, 2 + comment);
		while (comment-- > 0)
			add_byte(&jpeg, 'x');
	}
	ADD(&jpeg, "\xff\xdb\0\x43\0");
	for (int i = 0; i < 64; i++)
		add_byte(&jpeg, 1);
	ADD(&jpeg, "\xff\xc4\0\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x09");
	ADD(&jpeg, "\xff\xc4\0\x14\x10\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	ADD(&jpeg, "\xff\xc0\0\x0b\x08");
	add_be16(&jpeg, 8 * rows);
	ADD(&jpeg, "\0\x40\1\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0");
	while (rows-- > 0)
		ADD(&jpeg, "\x7f\xcf\xf9\xff\0\x3f\xe7\xfc\xff\0\x9f\xf3\xfe");
	ADD(&jpeg, "\xff\xd9");
	return &jpeg;
}

static void pictures_longer_than_the_buffers_pass_unchanged(void **state)
{
	static struct bytes result, expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, long_scan(8000, 0));
	for (unsigned comment = 1; comment < 30; comment++)
		assert_cleaned(PICTURE_JPEG, long_scan(8000, comment), &expected);
	for (size_t step = 1; step < 70000; step = step * 2 + 1) {
		struct picture_input input = {
			.bytes = &expected, .length = expected.length, .step = step};
		struct picture_output output = {&result, PICTURE_BYTES_MAX};

		assert_int_equal(picture_pass(PICTURE_JPEG, &input, &output), PICTURE_OK);
		assert_int_equal(result.length, expected.length);
		assert_memory_equal(result.data, expected.data, expected.length);
	}
}

static void a_sink_that_fails_ends_the_copy(void **state)
{
	static struct bytes result;
	struct bytes *small = gif(), *large = long_scan(8000, 0);
	struct picture_input input = {.bytes = small, .length = small->length};
	struct picture_output output = {&result, small->length - 1};

	(void)state;
	assert_int_equal(picture_pass(PICTURE_GIF, &input, &output), PICTURE_UNWRITABLE);

	/* smaller pieces than the buffers hold */
	input = (struct picture_input){.bytes = large, .length = large->length, .step = 1000};
	output.room = 30000;
	assert_int_equal(picture_pass(PICTURE_JPEG, &input, &output), PICTURE_UNWRITABLE);
	assert_true(input.taken < large->length);
}

static void bytes_after_the_picture_are_not_all_read(void **state)
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
		cmocka_unit_test(the_extension_decides_the_kind_in_any_case),
		cmocka_unit_test(each_kind_has_a_content_type),
		cmocka_unit_test(each_result_has_a_text),
		cmocka_unit_test(a_picture_of_another_kind_is_rejected),
		cmocka_unit_test(pictures_may_come_byte_by_byte),
		cmocka_unit_test(a_failed_source_and_a_truncated_picture_are_distinguished),
		cmocka_unit_test(pictures_longer_than_the_buffers_pass_unchanged),
		cmocka_unit_test(a_sink_that_fails_ends_the_copy),
		cmocka_unit_test(bytes_after_the_picture_are_not_all_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
