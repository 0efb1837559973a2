/*
 * Unit tests of picture/gif: the LZW codes of a frame.
 */
#include "gif_bytes.h"

/* A picture whose only frame has these codes. */
static struct bytes *with_codes(const int *codes, size_t count)
{
	struct bytes *gif = begin();

	ADD(gif, IMAGE);
	add_codes(gif, codes, count);
	ADD(gif, TRAILER);
	return gif;
}

/* A frame of `count` x 1 pixels of eight bits, with one code per pixel; the table is never cleared. */
static struct bytes *long_frame(int count)
{
	struct bytes *gif = begin();
	unsigned char block[255];
	size_t length = 0;
	unsigned bits = 0x100;
	int bit_count = 9, width = 9, next = 0x101;

	memcpy(gif->data + 6, "\xff\xff", 2); /* the screen */
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

static void a_frame_may_have_no_end_code_or_too_many_codes(void **state)
{
	static const int WITHOUT_END[] = {CLEAR, 0, 1, CLEAR, 2, 3};
	static const int MORE[] = {CLEAR, 0, 1, CLEAR, 2, 3, CLEAR, 1, 1, END};
	static const int NONSENSE[] = {CLEAR, 0, 1, CLEAR, 2, 3, CLEAR, 7};
	static const int RIGHT[] = {CLEAR, 0, 1, CLEAR, 2, 3, END};
	static const int REPEATED[] = {
		CLEAR, 0, 6, CLEAR, 2, END}; /* code 6 is defined by the code that uses it */
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, with_codes(RIGHT, UNIT_COUNT(RIGHT)));
	assert_unchanged(PICTURE_GIF, &expected);
	assert_cleaned(PICTURE_GIF, with_codes(WITHOUT_END, UNIT_COUNT(WITHOUT_END)), &expected);
	assert_cleaned(PICTURE_GIF, with_codes(MORE, UNIT_COUNT(MORE)), &expected);
	assert_cleaned(PICTURE_GIF, with_codes(NONSENSE, UNIT_COUNT(NONSENSE)), &expected);
	assert_unchanged(PICTURE_GIF, with_codes(REPEATED, UNIT_COUNT(REPEATED)));
}

static void an_incomplete_frame_is_rejected(void **state)
{
	static const int SHORT[] = {CLEAR, 0, 1, CLEAR, 2, END};
	static const int SHORT_WITHOUT_END[] = {CLEAR, 0, 1, CLEAR, 2};
	static const int UNDEFINED[] = {CLEAR, 0, 7, CLEAR, 2, 3, END};
	static const int UNDEFINED_FIRST[] = {CLEAR, 6, 0, CLEAR, 2, 3, END};

	(void)state;
	assert_rejected(PICTURE_GIF, with_codes(SHORT, UNIT_COUNT(SHORT)), "a pixel less");
	assert_rejected(PICTURE_GIF, with_codes(SHORT_WITHOUT_END, UNIT_COUNT(SHORT_WITHOUT_END)),
		"a pixel less and no end");
	assert_rejected(
		PICTURE_GIF, with_codes(UNDEFINED, UNIT_COUNT(UNDEFINED)), "an undefined code");
	assert_rejected(PICTURE_GIF, with_codes(UNDEFINED_FIRST, UNIT_COUNT(UNDEFINED_FIRST)),
		"an undefined code first");
}

static void codes_grow_to_twelve_bits_and_a_full_table_is_kept(void **state)
{
	struct bytes *gif;

	(void)state;
	for (int count = 1; count < 9000; count += 499) {
		assert_unchanged(PICTURE_GIF, long_frame(count));
		gif = long_frame(count);
		gif->data[13 + 12 + 5]++;
		assert_rejected(PICTURE_GIF, gif, "a frame wider by one");
	}
}

/*
 * A frame of 100 x 60 pixels with colors of that many bits: runs of one color, of which the table of strings is full in
 * the end. The colors are 0 and `color`.
 */
static struct bytes *frame_of_bits(int bits, unsigned color)
{
	struct bytes *gif = begin();
	struct packer packer = {.gif = gif};
	unsigned clear = 1U << bits, next = clear + 2;
	int width = bits + 1;

	memcpy(gif->data + 6, "\x64\0\x3c\0", 4);
	ADD(gif, "\x2c\0\0\0\0\x64\0\x3c\0\0");
	add_byte(gif, (unsigned)bits);
	pack(&packer, clear, width);
	for (unsigned i = 0; i < 6000; i++) {
		pack(&packer, i % 3 == 0 ? color : 0, width);
		if (i > 0 && next < 4096)
			next++;
		if (next >= 1U << width && width < 12)
			width++;
	}
	pack(&packer, clear + 1, width);
	pack(&packer, 0, 7);
	flush_block(&packer);
	ADD(gif, "\0" TRAILER);
	return gif;
}

/* Chrome does not show colors of more than eight bits; Firefox does not read the codes of colors of one bit right. */
static void colors_are_written_with_two_to_eight_bits(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, frame_of_bits(8, 255));
	assert_unchanged(PICTURE_GIF, &expected);
	for (int bits = 9; bits <= 11; bits++) {
		assert_cleaned(PICTURE_GIF, frame_of_bits(bits, 255), &expected);
		assert_rejected(PICTURE_GIF, frame_of_bits(bits, 256), "color 256");
	}
	expected.length = 0;
	add_all(&expected, frame_of_bits(2, 1));
	assert_unchanged(PICTURE_GIF, &expected);
	assert_cleaned(PICTURE_GIF, frame_of_bits(1, 1), &expected);
}

static void a_truncated_picture_is_rejected(void **state)
{
	(void)state;
	struct bytes *gif = long_frame(600);

	gif->length--; /* the trailer may be missing */
	assert_no_prefix_passes(PICTURE_GIF, gif);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_may_have_no_end_code_or_too_many_codes),
		cmocka_unit_test(an_incomplete_frame_is_rejected),
		cmocka_unit_test(codes_grow_to_twelve_bits_and_a_full_table_is_kept),
		cmocka_unit_test(colors_are_written_with_two_to_eight_bits),
		cmocka_unit_test(a_truncated_picture_is_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
