/*
 * Unit tests of files/gif: what stays of a GIF and what is no GIF.
 */
#include "picture_bytes.h"

enum { CLEAR = 4, END = 5 }; /* of two-bit pixels */

#define SCREEN                                                                                     \
	"GIF89a\2\0\2\0\x81\0\0"                                                                   \
	"\0\0\0\xff\0\0\0\xff\0\0\0\xff"
#define CONTROL "\x21\xf9\4\4\x0a\0\0\0"
#define IMAGE   "\x2c\0\0\0\0\2\0\2\0\0\2"
#define LOOP    "\x21\xff\x0bNETSCAPE2.0\3\1\5\0\0"
#define COMMENT                                                                                    \
	"\x21\xfe\7"                                                                               \
	"comment\0"
#define XMP        "\x21\xff\x0bXMP DataXMP\4wher\2el\0"
#define PLAIN_TEXT "\x21\1\x0c\0\0\0\0\1\0\1\0\1\1\1\1\2hi\0"
#define UNKNOWN    "\x21\x77\3abc\0"
#define TRAILER    ";"

/* Sub-blocks of three-bit codes, for which the table must stay small, with the terminator. */
static void add_codes(struct bytes *gif, const int *codes, size_t count)
{
	unsigned bits = 0;
	int bit_count = 0;
	struct {
		unsigned char data[255];
		size_t length;
	} block = {.length = 0};

	for (size_t i = 0; i < count; i++) {
		bits |= (unsigned)codes[i] << bit_count;
		for (bit_count += 3; bit_count >= 8; bit_count -= 8, bits >>= 8)
			block.data[block.length++] = (unsigned char)bits;
	}
	if (bit_count > 0)
		block.data[block.length++] = (unsigned char)bits;
	add_byte(gif, (unsigned)block.length);
	add(gif, block.data, block.length);
	add_byte(gif, 0);
}

/* A frame of two by two pixels. */
static void add_frame(struct bytes *gif)
{
	static const int CODES[] = {CLEAR, 0, 1, CLEAR, 2, 3, END};

	ADD(gif, IMAGE);
	add_codes(gif, CODES, UNIT_COUNT(CODES));
}

static struct bytes *begin(void)
{
	static struct bytes gif;

	gif.length = 0;
	ADD(&gif, SCREEN);
	return &gif;
}

static struct bytes *plain(void)
{
	struct bytes *gif = begin();

	add_frame(gif);
	ADD(gif, TRAILER);
	return gif;
}

/* The picture with these codes as its only frame. */
static struct bytes *with_codes(const int *codes, size_t count)
{
	struct bytes *gif = begin();

	ADD(gif, IMAGE);
	add_codes(gif, codes, count);
	ADD(gif, TRAILER);
	return gif;
}

/* A frame of `count` by one pixels of eight bits, each a code of its own and the table never emptied. */
static struct bytes *long_frame(int count)
{
	struct bytes *gif = begin();
	unsigned char block[255];
	size_t length = 0;
	unsigned bits = 0x100;
	int bit_count = 9, width = 9, next = 0x101;

	ADD(gif, "\x2c\0\0\0\0");
	add_byte(gif, (unsigned)count & 0xff);
	add_byte(gif, (unsigned)count >> 8);
	ADD(gif, "\1\0\0\x08");
	for (int i = 0; i <= count; i++) {
		bits |= (i < count ? (unsigned)i % 256 : 0x101U) << bit_count;
		bit_count += width;
		if (next < 4095)
			next++;
		if (next == 1 << width && width < 12)
			width++;
		while (bit_count >= 8 || (i == count && bit_count > 0)) {
			block[length++] = (unsigned char)bits;
			bits >>= 8;
			bit_count -= 8;
			if (length == sizeof(block) || (i == count && bit_count <= 0)) {
				add_byte(gif, (unsigned)length);
				add(gif, block, length);
				length = 0;
			}
		}
	}
	ADD(gif, "\0" TRAILER);
	return gif;
}

/* ---- what stays -------------------------------------------------------------------------------- */

static void frames_colours_and_the_loop_stay(void **state)
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

static void comments_texts_and_foreign_extensions_go(void **state)
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

static void of_the_loop_extension_only_the_loop_stays(void **state)
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

static void bytes_behind_the_trailer_go(void **state)
{
	static struct bytes longer;
	const struct bytes *gif = plain();

	(void)state;
	longer.length = 0;
	add_all(&longer, gif);
	ADD(&longer, "where and when" TRAILER);
	assert_cleaned(PICTURE_GIF, &longer, gif);
}

static void sub_blocks_behind_the_end_code_go(void **state)
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

/* ---- frames ------------------------------------------------------------------------------------ */

static void a_frame_may_lack_its_end_code_or_have_codes_to_spare(void **state)
{
	static const int WITHOUT_END[] = {CLEAR, 0, 1, CLEAR, 2, 3};
	static const int MORE[] = {CLEAR, 0, 1, CLEAR, 2, 3, CLEAR, 1, 1, END};
	static const int NONSENSE[] = {CLEAR, 0, 1, CLEAR, 2, 3, CLEAR, 7};
	static const int REPEATED[] = {CLEAR, 0, 6, CLEAR, 2, 3, END}; /* 6 is defined by its use */

	(void)state;
	assert_unchanged(PICTURE_GIF, with_codes(WITHOUT_END, UNIT_COUNT(WITHOUT_END)));
	assert_unchanged(PICTURE_GIF, with_codes(MORE, UNIT_COUNT(MORE)));
	assert_unchanged(PICTURE_GIF, with_codes(NONSENSE, UNIT_COUNT(NONSENSE)));
	assert_unchanged(PICTURE_GIF, with_codes(REPEATED, UNIT_COUNT(REPEATED)));
}

static void a_frame_that_is_not_filled_is_refused(void **state)
{
	static const int SHORT[] = {CLEAR, 0, 1, CLEAR, 2, END};
	static const int SHORT_WITHOUT_END[] = {CLEAR, 0, 1, CLEAR, 2};
	static const int UNDEFINED[] = {CLEAR, 0, 7, CLEAR, 2, 3, END};
	static const int UNDEFINED_FIRST[] = {CLEAR, 6, 0, CLEAR, 2, 3, END};

	(void)state;
	assert_refused(PICTURE_GIF, with_codes(SHORT, UNIT_COUNT(SHORT)), "a pixel less");
	assert_refused(PICTURE_GIF, with_codes(SHORT_WITHOUT_END, UNIT_COUNT(SHORT_WITHOUT_END)),
		"a pixel less and no end");
	assert_refused(
		PICTURE_GIF, with_codes(UNDEFINED, UNIT_COUNT(UNDEFINED)), "an undefined code");
	assert_refused(PICTURE_GIF, with_codes(UNDEFINED_FIRST, UNIT_COUNT(UNDEFINED_FIRST)),
		"an undefined code first");
}

static void codes_grow_to_twelve_bits_and_a_full_table_stays(void **state)
{
	struct bytes *gif;

	(void)state;
	for (int count = 1; count < 9000; count += 499) {
		assert_unchanged(PICTURE_GIF, long_frame(count));
		gif = long_frame(count);
		gif->data[13 + 12 + 5]++;
		assert_refused(PICTURE_GIF, gif, "a frame wider by one");
	}
}

static void a_frame_may_reach_past_the_screen_but_not_past_the_limit(void **state)
{
	static const unsigned char LARGE[] = {0xff, 0xff};
	struct bytes *gif = begin();
	size_t left = gif->length + 1;

	(void)state;
	add_frame(gif);
	ADD(gif, TRAILER);
	memcpy(gif->data + left, LARGE, sizeof(LARGE));
	assert_unchanged(PICTURE_GIF, gif);
	memcpy(gif->data + left + 2, LARGE, sizeof(LARGE));
	assert_refused(PICTURE_GIF, gif, "a frame that ends at 65535, 65535");
}

/* ---- what is no GIF ---------------------------------------------------------------------------- */

static void refuse_changed(size_t at, unsigned char value, const char *what)
{
	struct bytes *gif = plain();

	gif->data[at] = value;
	assert_refused(PICTURE_GIF, gif, what);
}

static void wrong_headers_and_sizes_are_refused(void **state)
{
	size_t image = sizeof(SCREEN) - 1;

	(void)state;
	refuse_changed(0, 'g', "no signature");
	refuse_changed(4, '8', "version 88a");
	refuse_changed(6, 0, "width 0");
	refuse_changed(8, 0, "height 0");
	refuse_changed(image, 0, "no block");
	refuse_changed(image + 5, 0, "frame of width 0");
	refuse_changed(image + 7, 0, "frame of height 0");
	refuse_changed(image + 10, 0, "codes of no bits");
	refuse_changed(image + 10, 9, "codes of nine bits");
}

static void a_screen_above_the_limit_is_refused(void **state)
{
	struct bytes *gif = plain();

	(void)state;
	memcpy(gif->data + 6, "\x40\x1f\x88\x13", 4); /* 8000 by 5000 */
	assert_unchanged(PICTURE_GIF, gif);
	gif->data[6]++;
	assert_refused(PICTURE_GIF, gif, "8001 by 5000");
}

static void a_picture_without_a_frame_is_refused(void **state)
{
	struct bytes *gif = begin();

	(void)state;
	ADD(gif, LOOP TRAILER);
	assert_refused(PICTURE_GIF, gif, "no frame");
}

static void a_graphic_control_of_another_size_is_refused(void **state)
{
	struct bytes *gif = begin();

	(void)state;
	ADD(gif, "\x21\xf9\5\0\0\0\0\0\0");
	add_frame(gif);
	ADD(gif, TRAILER);
	assert_refused(PICTURE_GIF, gif, "graphic control of five bytes");
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

static void a_truncated_picture_is_refused(void **state)
{
	(void)state;
	assert_no_prefix_passes(PICTURE_GIF, everything());
	assert_no_prefix_passes(PICTURE_GIF, long_frame(600));
}

static void corruption_is_survived(void **state)
{
	(void)state;
	assert_corruption_is_harmless(PICTURE_GIF, everything());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_colours_and_the_loop_stay),
		cmocka_unit_test(comments_texts_and_foreign_extensions_go),
		cmocka_unit_test(of_the_loop_extension_only_the_loop_stays),
		cmocka_unit_test(bytes_behind_the_trailer_go),
		cmocka_unit_test(sub_blocks_behind_the_end_code_go),
		cmocka_unit_test(a_frame_may_lack_its_end_code_or_have_codes_to_spare),
		cmocka_unit_test(a_frame_that_is_not_filled_is_refused),
		cmocka_unit_test(codes_grow_to_twelve_bits_and_a_full_table_stays),
		cmocka_unit_test(a_frame_may_reach_past_the_screen_but_not_past_the_limit),
		cmocka_unit_test(wrong_headers_and_sizes_are_refused),
		cmocka_unit_test(a_screen_above_the_limit_is_refused),
		cmocka_unit_test(a_picture_without_a_frame_is_refused),
		cmocka_unit_test(a_graphic_control_of_another_size_is_refused),
		cmocka_unit_test(a_truncated_picture_is_refused),
		cmocka_unit_test(corruption_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
