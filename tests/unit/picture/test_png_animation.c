/*
 * Unit tests of picture/png: animations.
 */
#include "png_bytes.h"

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

/* Two frames; the image is the first one. */
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

static void an_animation_is_kept(void **state)
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

/* An animation of one frame after the image, valid except for the given values. */
static void assert_still(const struct bytes *png, const char *what)
{
	static struct bytes broken;
	const struct bytes *cleaned, *plain;

	broken.length = 0;
	add_all(&broken, png);
	plain = plain_picture();
	if (picture_clean_twice(PICTURE_PNG, &broken, &cleaned) != PICTURE_OK ||
		cleaned->length != plain->length ||
		memcmp(cleaned->data, plain->data, plain->length) != 0)
		fail_msg("not a still image: %s", what);
}

static void break_animation(uint32_t frames, uint32_t control_sequence, uint32_t width,
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
	assert_still(png, what);
}

static void of_a_broken_animation_the_still_image_is_kept(void **state)
{
	struct bytes *png;

	(void)state;
	png = begin(RGB);
	add_image(png, IMAGE_SIZE);
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_frame(png, 0, 2, 1, 0, 0);
	add_frame_data(png, 1, 7);
	end(png);
	assert_still(png, "acTL after the image");
	break_animation(0, 0, 2, 0, 1, 7, "no frames");
	break_animation(2, 0, 2, 0, 1, 7, "a frame missing");
	break_animation(1, 1, 2, 0, 2, 7, "sequence from 1");
	break_animation(1, 0, 2, 0, 2, 7, "sequence with a gap");
	break_animation(1, 0, 2, 1, 1, 7, "a frame beyond the canvas");
	break_animation(1, 0, 2, 0xffffffff, 1, 7, "a frame far beyond the canvas");
	break_animation(1, 0, 0, 0, 1, 1, "a frame of no columns");
	break_animation(1, 0, 2, 0, 1, 8, "a frame with too much data");
	break_animation(1, 0, 2, 0, 1, 6, "a frame with too little data");
	break_animation(1, 0, 2, 0, 1, 0, "a frame without data");

	png = begin(RGB);
	add_image(png, IMAGE_SIZE);
	add_frame(png, 0, 2, 2, 0, 0);
	add_frame_data(png, 1, IMAGE_SIZE);
	end(png);
	assert_still(png, "frames without acTL");

	png = begin(RGB);
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_frame(png, 0, 1, 2, 0, 0);
	add_image(png, IMAGE_SIZE);
	end(png);
	assert_still(png, "a first frame that does not fill the canvas");

	png = begin(RGB);
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_frame(png, 0, 2, 2, 0, 0);
	add_image(png, IMAGE_SIZE);
	add_frame_data(png, 1, IMAGE_SIZE);
	end(png);
	assert_still(png, "data of a frame that was not announced");

	png = begin(RGB);
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_image(png, IMAGE_SIZE);
	add_frame(png, 0, 2, 2, 0, 0);
	add_frame_data(png, 77, IMAGE_SIZE);
	assert_still(png, "a frame that was announced, then no end of the file");
}

static void of_an_animation_that_is_announced_twice_or_too_short_the_still_image_is_kept(
	void **state)
{
	struct bytes *png;

	(void)state;
	png = begin(RGB);
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_image(png, IMAGE_SIZE);
	add_frame(png, 0, 2, 2, 0, 0);
	add_frame_data(png, 1, IMAGE_SIZE);
	end(png);
	assert_still(png, "two acTL");

	png = begin(RGB);
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_image(png, IMAGE_SIZE);
	for (uint32_t frame = 0; frame < 2; frame++) {
		add_frame(png, 2 * frame, 2, 2, 0, 0);
		add_frame_data(png, 2 * frame + 1, IMAGE_SIZE);
	}
	end(png);
	assert_still(png, "more frames than announced");
}

static void inflation_stops_at_the_limit(void **state)
{
	struct bytes *png = begin_with(5000, 8000, 16, RGB_ALPHA, 0);

	(void)state;
	CHUNK(png, "acTL", "\0\0\0\1\0\0\0\0");
	add_image(png, (size_t)8000 * (1 + 5000 * 8));
	add_frame(png, 0, 5000, 6000, 0, 0);
	add_frame_data(png, 1, (size_t)6000 * (1 + 5000 * 8));
	end(png);
	assert_rejected(PICTURE_PNG, png, "534 MiB");
}

/* What comes before the image must be there; an animation that is not complete is dropped. */
static void of_a_truncated_animation_the_still_image_is_kept(void **state)
{
	(void)state;
	static struct bytes png;
	const struct bytes *cleaned, *plain = plain_picture();
	size_t image_end;

	png.length = 0;
	add_all(&png, begin(RGB));
	CHUNK(&png, "acTL", "\0\0\0\2\0\0\0\0");
	add_frame(&png, 0, 2, 2, 0, 0);
	add_image(&png, IMAGE_SIZE);
	image_end = png.length;
	png.length = 0;
	add_all(&png, animation());
	png.length -= 12; /* the end */
	assert_cleaned(PICTURE_PNG, &png, animation());
	for (png.length--; png.length > 0; png.length--)
		if (picture_clean_twice(PICTURE_PNG, &png, &cleaned) == PICTURE_OK) {
			assert_true(png.length >= image_end);
			assert_int_equal(cleaned->length, plain->length);
			assert_memory_equal(cleaned->data, plain->data, plain->length);
		}
}

static void corruption_does_no_harm(void **state)
{
	(void)state;
	assert_corruption_is_harmless(PICTURE_PNG, animation());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_animation_is_kept),
		cmocka_unit_test(of_a_broken_animation_the_still_image_is_kept),
		cmocka_unit_test(
			of_an_animation_that_is_announced_twice_or_too_short_the_still_image_is_kept),
		cmocka_unit_test(inflation_stops_at_the_limit),
		cmocka_unit_test(of_a_truncated_animation_the_still_image_is_kept),
		cmocka_unit_test(corruption_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
