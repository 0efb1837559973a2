/*
 * Unit tests of picture/gif: what is kept of a GIF, and what is rejected.
 */
#include "gif_bytes.h"

/* The codes of a frame of one color, of about `pixels` pixels: each string is longer by one than the one before. */
static void add_run(struct bytes *gif, size_t pixels)
{
	struct packer packer = {.gif = gif};
	unsigned next = END + 1;
	int width = 3;

	pack(&packer, CLEAR, width);
	pack(&packer, 0, width);
	for (size_t done = 1; done < pixels; done += next - END) {
		pack(&packer, next < 4096 ? next : 4095, width);
		if (next < 4096 && ++next == 1U << width && width < 12)
			width++;
	}
	pack(&packer, END, width);
	pack(&packer, 0, 7);
	flush_block(&packer);
	add_byte(gif, 0);
}

static void frames_colors_and_the_loop_are_kept(void **state)
{
	struct bytes *gif = begin();

	(void)state;
	ADD(gif, LOOP CONTROL);
	add_frame(gif);
	ADD(gif, CONTROL "\x2c\0\0\0\0\1\0\1\0\x80"
			 "abcdef"
			 "\2\2\x44\1\0" TRAILER);
	assert_unchanged(PICTURE_GIF, gif);
}

static void comments_texts_and_unknown_extensions_are_removed(void **state)
{
	static struct bytes expected;
	struct bytes *gif;

	(void)state;
	gif = begin();
	ADD(gif, LOOP CONTROL);
	add_frame(gif);
	ADD(gif, TRAILER);
	expected.length = 0;
	add_all(&expected, gif);

	gif = begin();
	ADD(gif, COMMENT XMP LOOP UNKNOWN PLAIN_TEXT CONTROL COMMENT);
	add_frame(gif);
	ADD(gif, COMMENT PLAIN_TEXT TRAILER);
	assert_cleaned(PICTURE_GIF, gif, &expected);
}

static void only_the_loop_count_of_the_loop_extension_is_kept(void **state)
{
	static struct bytes expected;
	struct bytes *gif;

	(void)state;
	gif = begin();
	ADD(gif, "\x21\xff\x0b"
		 "ANIMEXTS1.0\3\1\5\0\0");
	add_frame(gif);
	ADD(gif, TRAILER);
	expected.length = 0;
	add_all(&expected, gif);

	gif = begin();
	ADD(gif, "\x21\xff\x0b"
		 "ANIMEXTS1.0\4note\3\1\5\0\5\2\0\0\1\0\3\1\6\0\0");
	ADD(gif, "\x21\xff\x0bNETSCAPE2.0\4note\0"
		 "\x21\xff\4NETS\0");
	add_frame(gif);
	ADD(gif, TRAILER);
	assert_cleaned(PICTURE_GIF, gif, &expected);
}

static void bytes_after_the_trailer_are_removed(void **state)
{
	static struct bytes longer;
	const struct bytes *gif = plain();

	(void)state;
	longer.length = 0;
	add_all(&longer, gif);
	ADD(&longer, "where and when" TRAILER);
	assert_cleaned(PICTURE_GIF, &longer, gif);
}

static void sub_blocks_after_the_end_code_are_removed(void **state)
{
	static struct bytes expected;
	struct bytes *gif;

	(void)state;
	expected.length = 0;
	add_all(&expected, plain());
	gif = begin();
	add_frame(gif);
	gif->length--;
	ADD(gif, "\6secret\0" TRAILER);
	assert_cleaned(PICTURE_GIF, gif, &expected);
}

static void the_screen_is_enlarged_to_the_first_frame(void **state)
{
	static struct bytes expected;
	const size_t left = sizeof(SCREEN), screen = 6;
	struct bytes *gif = plain();

	(void)state;
	gif->data[left] = 7;
	gif->data[screen] = 9;
	expected.length = 0;
	add_all(&expected, gif);
	assert_unchanged(PICTURE_GIF, gif);
	gif->data[screen] = 8;
	assert_cleaned(PICTURE_GIF, gif, &expected);
	memcpy(gif->data + left, "\xff\xff", 2);
	assert_rejected(PICTURE_GIF, gif, "a first frame that ends at 65537");
}

static void a_later_frame_may_exceed_the_screen_but_not_the_limit(void **state)
{
	struct bytes *gif = begin();
	size_t left;

	(void)state;
	add_frame(gif);
	left = gif->length + 1;
	add_frame(gif);
	ADD(gif, TRAILER);
	memcpy(gif->data + left, "\xff\xff", 2);
	assert_unchanged(PICTURE_GIF, gif);
	memcpy(gif->data + left + 2, "\xff\xff", 2);
	assert_rejected(PICTURE_GIF, gif, "a frame that ends at 65537, 65537");
}

static void add_image_of(struct bytes *gif, unsigned width, unsigned height)
{
	ADD(gif, "\x2c\0\0\0\0");
	add_byte(gif, width);
	add_byte(gif, width >> 8);
	add_byte(gif, height);
	add_byte(gif, height >> 8);
	ADD(gif, "\0\2");
	add_run(gif, (size_t)width * height);
}

static void reject_changed(size_t at, unsigned char value, const char *what)
{
	struct bytes *gif = plain();

	gif->data[at] = value;
	assert_rejected(PICTURE_GIF, gif, what);
}

static void malformed_headers_and_sizes_are_rejected(void **state)
{
	size_t image = sizeof(SCREEN) - 1;

	(void)state;
	reject_changed(0, 'g', "no signature");
	reject_changed(4, '8', "version 88a");
	reject_changed(image, 0, "no block");
	reject_changed(image + 10, 0, "codes of no bits");
	reject_changed(image + 10, 12, "codes of twelve bits");
}

static void a_screen_above_the_limit_is_rejected(void **state)
{
	struct bytes *gif = plain();

	(void)state;
	memcpy(gif->data + 6, "\x40\x1f\x88\x13", 4); /* 8000 x 5000 */
	assert_unchanged(PICTURE_GIF, gif);
	gif->data[6]++;
	assert_rejected(PICTURE_GIF, gif, "8001 by 5000");
}

static void a_background_that_is_not_in_the_color_table_is_corrected(void **state)
{
	static struct bytes expected;
	struct bytes *gif = plain();
	const size_t background = 11;

	(void)state;
	expected.length = 0;
	add_all(&expected, gif);
	gif->data[background] = 4;
	assert_cleaned(PICTURE_GIF, gif, &expected);
	gif->data[background] = 3;
	assert_unchanged(PICTURE_GIF, gif);
}

static void a_picture_without_a_frame_is_rejected(void **state)
{
	struct bytes *gif = begin();

	(void)state;
	ADD(gif, LOOP TRAILER);
	assert_rejected(PICTURE_GIF, gif, "no frame");
}

/* A frame after these bytes is cleaned to a frame after `expected`. */
static void assert_before_frame(
	const char *bytes, size_t length, const char *expected, size_t expected_length)
{
	static struct bytes wanted;
	struct bytes *gif = begin();

	add(gif, expected, expected_length);
	add_frame(gif);
	ADD(gif, TRAILER);
	wanted.length = 0;
	add_all(&wanted, gif);
	gif = begin();
	add(gif, bytes, length);
	add_frame(gif);
	ADD(gif, TRAILER);
	assert_cleaned(PICTURE_GIF, gif, &wanted);
}

#define BEFORE_FRAME(bytes, expected)                                                              \
	assert_before_frame(bytes, sizeof(bytes) - 1, expected, sizeof(expected) - 1)

static void a_graphic_control_of_another_size_is_cut_or_removed(void **state)
{
	(void)state;
	BEFORE_FRAME("\x21\xf9\5\1\2\0\3\4\0", "\x21\xf9\4\1\2\0\3\0");
	BEFORE_FRAME("\x21\xf9\4\1\2\0\3\1\7\0", "\x21\xf9\4\1\2\0\3\0");
	BEFORE_FRAME("\x21\xf9\3\1\2\0\0", "");
	BEFORE_FRAME("\0\0", "");
	BEFORE_FRAME("\x21\xf9\4\1\2\0\3\0" CONTROL LOOP, LOOP CONTROL);
}

/* As browsers see it. */
static void the_screen_and_the_first_frame_have_the_same_extent_where_one_has_none(void **state)
{
	static const size_t AT[] = {6, 8, sizeof(SCREEN) - 1 + 5, sizeof(SCREEN) - 1 + 7};
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, plain());
	for (size_t i = 0; i < UNIT_COUNT(AT); i++) {
		struct bytes *gif = plain();

		gif->data[AT[i]] = 0;
		assert_cleaned(PICTURE_GIF, gif, &expected);
	}
}

static void the_trailer_may_be_missing_and_what_stands_there_is_removed(void **state)
{
	static struct bytes expected;
	struct bytes *gif = plain();

	(void)state;
	expected.length = 0;
	add_all(&expected, gif);
	gif->length--;
	assert_cleaned(PICTURE_GIF, gif, &expected);
	ADD(gif, "x where and when");
	assert_cleaned(PICTURE_GIF, gif, &expected);
}

static void all_frames_together_have_a_limit(void **state)
{
	struct bytes *gif;

	(void)state;
	for (int frames = 4; frames <= 5; frames++) {
		gif = begin();
		memcpy(gif->data + 6, "\x40\x1f\x88\x13", 4); /* 8000 x 5000 */
		for (int i = 0; i < frames; i++)
			add_image_of(gif, 8000, 5000);
		ADD(gif, TRAILER);
		if (frames == 4)
			assert_unchanged(PICTURE_GIF, gif);
		else
			assert_rejected(PICTURE_GIF, gif, "200 megapixels");
	}
}

static struct bytes *everything(void)
{
	struct bytes *gif = begin();

	ADD(gif, LOOP COMMENT XMP CONTROL);
	add_frame(gif);
	ADD(gif, PLAIN_TEXT UNKNOWN CONTROL);
	add_frame(gif);
	ADD(gif, COMMENT TRAILER);
	return gif;
}

static void corruption_does_no_harm(void **state)
{
	(void)state;
	assert_corruption_is_harmless(PICTURE_GIF, everything());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_colors_and_the_loop_are_kept),
		cmocka_unit_test(comments_texts_and_unknown_extensions_are_removed),
		cmocka_unit_test(only_the_loop_count_of_the_loop_extension_is_kept),
		cmocka_unit_test(bytes_after_the_trailer_are_removed),
		cmocka_unit_test(sub_blocks_after_the_end_code_are_removed),
		cmocka_unit_test(the_screen_is_enlarged_to_the_first_frame),
		cmocka_unit_test(a_later_frame_may_exceed_the_screen_but_not_the_limit),
		cmocka_unit_test(malformed_headers_and_sizes_are_rejected),
		cmocka_unit_test(a_screen_above_the_limit_is_rejected),
		cmocka_unit_test(a_background_that_is_not_in_the_color_table_is_corrected),
		cmocka_unit_test(a_picture_without_a_frame_is_rejected),
		cmocka_unit_test(a_graphic_control_of_another_size_is_cut_or_removed),
		cmocka_unit_test(
			the_screen_and_the_first_frame_have_the_same_extent_where_one_has_none),
		cmocka_unit_test(the_trailer_may_be_missing_and_what_stands_there_is_removed),
		cmocka_unit_test(all_frames_together_have_a_limit),
		cmocka_unit_test(corruption_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
