/*
 * Unit tests of picture/jpeg: what is kept of the segments of a JPEG.
 */
#include "jpeg_bytes.h"

static void profile_density_and_color_transform_are_kept(void **state)
{
	(void)state;
	ACCEPT(REST);
	BECOMES(JFIF ADOBE, JFIF ADOBE);
	BECOMES(JFIF JFIF, JFIF);
	BECOMES("\xff\xe0\0\x10JFIF\0\7\1\1\0\x48\0\x48\0\0",
		"\xff\xe0\0\x10JFIF\0\1\2\1\0\x48\0\x48\0\0");
}

#define TRANSFORM(number)                                                                          \
	"\xff\xee\0\x0e"                                                                           \
	"Adobe\0\x64\0\0\0\0" number

/* Where decoders have to guess what is meant, it is written. */
static void the_color_transform_is_one_that_is_defined(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, PICTURE(TRANSFORM("\1") SOF_THREE TABLES SOS_THREE DATA_3 EOI));
	assert_unchanged(PICTURE_JPEG, &expected);
	assert_cleaned(PICTURE_JPEG, PICTURE(TRANSFORM("\2") SOF_THREE TABLES SOS_THREE DATA_3 EOI),
		&expected);
	assert_cleaned(PICTURE_JPEG,
		PICTURE(TRANSFORM("\0") TRANSFORM("\7") SOF_THREE TABLES SOS_THREE DATA_3 EOI),
		&expected);
	expected.length = 0;
	add_all(&expected, PICTURE(SOF_FOUR TABLES TRANSFORM("\2") SOS_FOUR DATA_4 EOI));
	assert_unchanged(PICTURE_JPEG, &expected);
	assert_cleaned(PICTURE_JPEG, PICTURE(SOF_FOUR TRANSFORM("\1") TABLES SOS_FOUR DATA_4 EOI),
		&expected);
	expected.length = 0;
	add_all(&expected, PICTURE(TABLES SOF_STEPS SOS_DC DATA SOS_AC DATA EOI));
	assert_cleaned(PICTURE_JPEG,
		PICTURE(TABLES SOF_STEPS SOS_DC DATA TRANSFORM("\1") SOS_AC DATA EOI), &expected);
}

/* Only as much as the format has room for: nothing can be hidden behind it. */
static void nothing_is_hidden_in_the_segments_that_are_kept(void **state)
{
	(void)state;
	BECOMES("\xff\xe0\0\x1bJFIF\0\1\1\1\0\x48\0\x48\0\0<?php echo?>", JFIF);
	BECOMES("\xff\xe0\0\x13JFIF\0\1\1\1\0\x48\0\x48\1\1abc", JFIF); /* a thumbnail */
	BECOMES("\xff\xe0\0\x08JFXX\0\x13", "");
	BECOMES("\xff\xee\0\x14"
		"Adobe\0\x65\1\2\3\4\1my home",
		"\xff\xee\0\x0e"
		"Adobe\0\x64\0\0\0\0\1");
	BECOMES("\xff\xee\0\x0d"
		"Adobe\0\x64\0\0\0\0",
		"");
	BECOMES("\xff\xe2\0\x13ICC_PROFILE\0\1\1abc", "");
}

/* A profile of 160 bytes: a header, one tag of 16 bytes. */
static void make_profile(unsigned char profile[160])
{
	static const unsigned char TAG[] = {
		0, 0, 0, 1, 'd', 'e', 's', 'c', 0, 0, 0, 144, 0, 0, 0, 16};

	memset(profile, 'p', 160);
	memcpy(profile, "\0\0\0\xa0", 4);
	memcpy(profile + 36, "acsp", 4);
	memcpy(profile + 128, TAG, sizeof(TAG));
}

static void add_profile(struct bytes *jpeg, int number, int count, const void *data, size_t length)
{
	ADD(jpeg, "\xff\xe2");
	add_be16(jpeg, (unsigned)(2 + 14 + length));
	ADD(jpeg, "ICC_PROFILE\0");
	add_byte(jpeg, (unsigned)number);
	add_byte(jpeg, (unsigned)count);
	add(jpeg, data, length);
}

static void a_color_profile_is_kept_and_what_follows_it_is_cut(void **state)
{
	static struct bytes expected;
	unsigned char profile[180];
	struct bytes *jpeg = begin();

	(void)state;
	memset(profile, 'x', sizeof(profile));
	make_profile(profile);
	add_profile(jpeg, 1, 2, profile, 150);
	add_profile(jpeg, 2, 2, profile + 150, 10);
	ADD(jpeg, REST);
	assert_unchanged(PICTURE_JPEG, jpeg);
	expected.length = 0;
	add_all(&expected, jpeg);

	jpeg = begin();
	add_profile(jpeg, 1, 2, profile, 150);
	add_profile(jpeg, 2, 2, profile + 150, 30);
	add_profile(jpeg, 3, 2, "where", 5);
	ADD(jpeg, REST);
	assert_cleaned(PICTURE_JPEG, jpeg, &expected);

	profile[132 + 7] = 160; /* the tag is outside of the profile */
	jpeg = begin();
	add_profile(jpeg, 1, 1, profile, 160);
	ADD(jpeg, REST);
	expected.length = 0;
	add_all(&expected, PICTURE(REST));
	jpeg = begin();
	add_profile(jpeg, 1, 1, profile, 160);
	ADD(jpeg, REST);
	assert_cleaned(PICTURE_JPEG, jpeg, &expected);
}

/* The thumbnail may have Exif data of its own, with the place where the photograph was taken. */
static void a_jpeg_thumbnail_is_removed(void **state)
{
	(void)state;
	BECOMES(JFIF "\xff\xe0\0\x0cJFXX\0\x10" SOI EOI, JFIF);
}

static void other_application_segments_and_comments_are_removed(void **state)
{
	(void)state;
	BECOMES(JFIF XMP IPTC MPF COMMENT ADOBE COMMENT, JFIF ADOBE);
	BECOMES("\xff\xe0\0\x08JFIG\0\0", "");
	BECOMES("\xff\xe2\0\2\xff\xee\0\6"
		"Adob",
		"");
	for (char marker = '\xe1'; marker != '\xf0'; marker++) {
		char segment[] = "\xff?\0\x07"
				 "where";

		segment[1] = marker;
		assert_segments(segment, sizeof(segment) - 1, "", 0);
	}
}

static void metadata_between_scans_and_before_the_end_is_removed(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, PICTURE(TABLES SOF_STEPS SOS_DC DATA SOS_AC DATA EOI));
	assert_cleaned(PICTURE_JPEG,
		PICTURE(TABLES SOF_STEPS COMMENT SOS_DC DATA XMP SOS_AC DATA COMMENT EOI),
		&expected);
}

static void fill_bytes_and_bytes_after_the_end_are_removed(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, PICTURE(REST));
	assert_cleaned(PICTURE_JPEG, PICTURE(REST "where and when" EOI), &expected);
	assert_cleaned(PICTURE_JPEG,
		PICTURE("\xff\xff" SOF_8X8 "\xff" TABLES SOS DATA "\xff\xff" EOI), &expected);
}

static void bytes_between_segments_are_removed(void **state)
{
	static struct bytes expected;

	(void)state;
	BECOMES("x\xff\0y" JFIF "where\0\xff\xff\xff\0\xff\x01\xff\xd3" ADOBE, JFIF ADOBE);
	expected.length = 0;
	add_all(&expected, PICTURE(TABLES SOF_STEPS SOS_DC DATA SOS_AC DATA EOI));
	assert_cleaned(PICTURE_JPEG,
		PICTURE(TABLES SOF_STEPS SOS_DC DATA "where\xff\0\xff\xd0" SOS_AC DATA
						     "and when" EOI),
		&expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profile_density_and_color_transform_are_kept),
		cmocka_unit_test(the_color_transform_is_one_that_is_defined),
		cmocka_unit_test(nothing_is_hidden_in_the_segments_that_are_kept),
		cmocka_unit_test(a_color_profile_is_kept_and_what_follows_it_is_cut),
		cmocka_unit_test(a_jpeg_thumbnail_is_removed),
		cmocka_unit_test(other_application_segments_and_comments_are_removed),
		cmocka_unit_test(metadata_between_scans_and_before_the_end_is_removed),
		cmocka_unit_test(fill_bytes_and_bytes_after_the_end_are_removed),
		cmocka_unit_test(bytes_between_segments_are_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
