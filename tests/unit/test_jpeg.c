/*
 * Unit tests of files/jpeg: what stays of a JPEG and what is no JPEG.
 */
#include "picture_bytes.h"

#define SOI  "\xff\xd8"
#define EOI  "\xff\xd9"
#define JFIF "\xff\xe0\0\x10JFIF\0\1\1\1\0\x48\0\x48\0\0"
#define ICC  "\xff\xe2\0\x13ICC_PROFILE\0\1\1abc"
#define ADOBE                                                                                      \
	"\xff\xee\0\x0e"                                                                           \
	"Adobe\0\x64\0\0\0\0\0"
#define XMP "\xff\xe1\0\x22http://ns.adobe.com/xap/1.0/\0<x>"
#define IPTC                                                                                       \
	"\xff\xed\0\x14Photoshop 3.0\0"                                                            \
	"8BIM"
#define MPF "\xff\xe2\0\x0aMPF\0abcd"
#define COMMENT                                                                                    \
	"\xff\xfe\0\x09"                                                                           \
	"comment"
#define DRI_1     "\xff\xdd\0\4\0\1"
#define DHT_DC    "\xff\xc4\0\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" /* one code of one bit */
#define DHT_AC    "\xff\xc4\0\x14\x10\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define TABLES    DHT_DC DHT_AC
#define SOF_8X8   "\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0"
#define SOF_24X8  "\xff\xc0\0\x0b\x08\0\x08\0\x18\1\1\x11\0" /* three blocks */
#define SOF_TWO   "\xff\xc0\0\x0e\x08\0\x08\0\x08\2\1\x11\0\2\x11\0"
#define SOF_STEPS "\xff\xc2\0\x0b\x08\0\x08\0\x08\1\1\x11\0"
#define SOS       "\xff\xda\0\x08\1\1\0\0\x3f\0"
#define SOS_2ND   "\xff\xda\0\x08\1\2\0\0\x3f\0"
#define SOS_DC    "\xff\xda\0\x08\1\1\0\0\0\0"
#define SOS_AC    "\xff\xda\0\x08\1\1\0\1\x3f\0"
#define DATA      "\x3f" /* the two codes of a block, then ones */

/* A quantization table of ones. */
static void add_quantization(struct bytes *jpeg)
{
	ADD(jpeg, "\xff\xdb\0\x43\0");
	for (int i = 0; i < 64; i++)
		add_byte(jpeg, 1);
}

static struct bytes *begin(void)
{
	static struct bytes jpeg;

	jpeg.length = 0;
	ADD(&jpeg, SOI);
	add_quantization(&jpeg);
	return &jpeg;
}

/* The picture of which this is all but the start and the quantization table. */
static struct bytes *picture(const char *rest, size_t length)
{
	struct bytes *jpeg = begin();

	add(jpeg, rest, length);
	return jpeg;
}

#define PICTURE(literal) picture(literal, sizeof(literal) - 1)
#define REST             TABLES SOF_8X8 SOS DATA EOI

#define ACCEPT(literal)       assert_unchanged(PICTURE_JPEG, PICTURE(literal))
#define REFUSE(literal, what) assert_refused(PICTURE_JPEG, PICTURE(literal), what)

/* `segments` in front of the picture become `expected`. */
static void assert_segments(
	const char *segments, size_t length, const char *expected, size_t expected_length)
{
	static struct bytes left;
	struct bytes *jpeg;

	jpeg = begin();
	add(jpeg, expected, expected_length);
	ADD(jpeg, REST);
	left.length = 0;
	add_all(&left, jpeg);

	jpeg = begin();
	add(jpeg, segments, length);
	ADD(jpeg, REST);
	assert_cleaned(PICTURE_JPEG, jpeg, &left);
}

#define BECOMES(segments, expected)                                                                \
	assert_segments(segments, sizeof(segments) - 1, expected, sizeof(expected) - 1)

/* ---- what stays -------------------------------------------------------------------------------- */

static void profile_density_and_colour_transform_stay(void **state)
{
	(void)state;
	ACCEPT(REST);
	BECOMES(JFIF ICC ADOBE, JFIF ICC ADOBE);
	BECOMES("\xff\xe0\0\x08JFXX\0\x13", "\xff\xe0\0\x08JFXX\0\x13");
}

/* It may have an Exif of its own, with the place where the photograph was taken. */
static void a_thumbnail_that_is_a_jpeg_goes(void **state)
{
	(void)state;
	BECOMES(JFIF "\xff\xe0\0\x0cJFXX\0\x10" SOI EOI, JFIF);
}

static void every_other_application_segment_and_comments_go(void **state)
{
	(void)state;
	BECOMES(JFIF XMP ICC IPTC MPF COMMENT ADOBE COMMENT, JFIF ICC ADOBE);
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

static void metadata_between_scans_and_before_the_end_goes(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, PICTURE(TABLES SOF_STEPS SOS_DC DATA SOS_AC DATA EOI));
	assert_cleaned(PICTURE_JPEG,
		PICTURE(TABLES SOF_STEPS COMMENT SOS_DC DATA XMP SOS_AC DATA COMMENT EOI),
		&expected);
}

static void bytes_behind_the_end_and_fill_bytes_go(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, PICTURE(REST));
	assert_cleaned(PICTURE_JPEG, PICTURE(REST "where and when" EOI), &expected);
	assert_cleaned(PICTURE_JPEG,
		PICTURE(TABLES "\xff\xff" SOF_8X8 "\xff" SOS DATA "\xff\xff" EOI), &expected);
}

/* ---- orientation ------------------------------------------------------------------------------- */

#define EXIF_BIG                                                                                   \
	"\xff\xe1\0\x22"                                                                           \
	"Exif\0\0MM\0\x2a\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0"
#define EXIF_LITTLE                                                                                \
	"\xff\xe1\0\x22"                                                                           \
	"Exif\0\0II\x2a\0\x08\0\0\0\1\0\x12\x01\3\0\1\0\0\0"
#define NO_NEXT     "\0\0\0\0"
#define UPSIDE_DOWN EXIF_BIG "\3\0\0" NO_NEXT

static void each_orientation_stays_in_either_byte_order(void **state)
{
	char big[] = EXIF_BIG "?\0\0" NO_NEXT;
	char little[] = EXIF_LITTLE "?\0\0\0" NO_NEXT;

	(void)state;
	assert_int_equal(sizeof(big), sizeof(little));
	for (char orientation = 1; orientation <= 8; orientation++) {
		big[sizeof(EXIF_BIG) - 1] = orientation;
		little[sizeof(EXIF_LITTLE) - 1] = orientation;
		assert_segments(big, sizeof(big) - 1, big, sizeof(big) - 1);
		assert_segments(little, sizeof(little) - 1, big, sizeof(big) - 1);
	}
}

static void nothing_but_the_orientation_stays_of_exif(void **state)
{
	(void)state;
	/* Directory at 16, with maker, orientation, date; the text behind it. */
	BECOMES(JFIF "\xff\xe1\0\x4c"
		     "Exif\0\0MM\0\x2a\0\0\0\x10"
		     "12345678\0\3"
		     "\x01\x0f\0\2\0\0\0\4Nix\0"
		     "\x01\x12\0\3\0\0\0\1\0\3\0\0"
		     "\x01\x32\0\2\0\0\0\x0a\0\0\0\x3a" NO_NEXT "2020-10-10" XMP,
		JFIF UPSIDE_DOWN);
	BECOMES("\xff\xe1\0\x22"
		"Exif\0\xffMM\0\x2a\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\3\0\0" NO_NEXT,
		UPSIDE_DOWN);
}

static void the_first_exif_counts(void **state)
{
	(void)state;
	BECOMES(UPSIDE_DOWN EXIF_BIG "\6\0\0" NO_NEXT, UPSIDE_DOWN);
	BECOMES(XMP UPSIDE_DOWN, UPSIDE_DOWN);
	BECOMES(EXIF_BIG "\x09\0\0" NO_NEXT UPSIDE_DOWN, "");
}

static void exif_without_a_valid_orientation_goes(void **state)
{
	(void)state;
	BECOMES(EXIF_BIG "\0\0\0" NO_NEXT, "");
	BECOMES(EXIF_BIG "\x09\0\0" NO_NEXT, "");
	BECOMES(EXIF_LITTLE "\0\1\0\0" NO_NEXT, "");
	BECOMES("\xff\xe1\0\6"
		"Exif",
		"");
	BECOMES("\xff\xe1\0\x08"
		"Exif\0\0",
		"");
	BECOMES("\xff\xe1\0\x0c"
		"Exif\0\0MM\0\x2a",
		"");
	BECOMES("\xff\xe1\0\x10"
		"Exif\0\0MM\0\x2a\0\0\0\x08",
		"");
	BECOMES("\xff\xe1\0\x10"
		"Exif\0\0MM\0\x2a\xff\xff\xff\xff",
		"");
	BECOMES("\xff\xe1\0\x10"
		"Exif\0\0MM\0\x2a\0\0\0\7",
		"");
	BECOMES("\xff\xe1\0\x12"
		"Exif\0\0MM\0\x2a\0\0\0\x08\xff\xff",
		"");
	/* the entry cut off, of another TIFF version, of another byte order, of type LONG, two of them */
	BECOMES("\xff\xe1\0\x1d"
		"Exif\0\0MM\0\x2a\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\3\0",
		"");
	BECOMES("\xff\xe1\0\x22"
		"Exif\0\0MM\0\x2b\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\3\0\0" NO_NEXT,
		"");
	BECOMES("\xff\xe1\0\x22"
		"Exif\0\0MI\0\x2a\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\3\0\0" NO_NEXT,
		"");
	BECOMES("\xff\xe1\0\x22"
		"Exif\0\0MM\0\x2a\0\0\0\x08\0\1\x01\x12\0\4\0\0\0\1\0\3\0\0" NO_NEXT,
		"");
	BECOMES("\xff\xe1\0\x22"
		"Exif\0\0MM\0\x2a\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\2\0\3\0\3" NO_NEXT,
		"");
	BECOMES("\xff\xe1\0\x22"
		"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\x01\x12\0\3\0\0\0\1\0\3\0\0" NO_NEXT,
		"");
}

/* ---- frames and tables ------------------------------------------------------------------------- */

static void wrong_frames_are_refused(void **state)
{
	(void)state;
	REFUSE("", "nothing");
	REFUSE(EOI, "no frame");
	REFUSE(TABLES SOF_8X8 EOI, "no scan");
	REFUSE(TABLES SOS DATA EOI, "a scan without a frame");
	REFUSE(TABLES SOF_8X8 SOF_8X8 SOS DATA EOI, "two frames");
	REFUSE(TABLES "\xff\xc0\0\x0b\x08\0\0\0\x08\1\1\x11\0" SOS DATA EOI, "no lines");
	REFUSE(TABLES "\xff\xc0\0\x0b\x08\0\x08\0\0\1\1\x11\0" SOS DATA EOI, "no columns");
	REFUSE(TABLES "\xff\xc0\0\x0b\x07\0\x08\0\x08\1\1\x11\0" SOS DATA EOI, "7 bits");
	REFUSE(TABLES "\xff\xc0\0\x08\x08\0\x08\0\x08\0" SOS DATA EOI, "no component");
	REFUSE(TABLES "\xff\xc0\0\x0e\x08\0\x08\0\x08\1\1\x11\0\2\x11\0" SOS DATA EOI, "too long");
	REFUSE(TABLES "\xff\xc0\0\x0b\x08\0\x08\0\x08\2\1\x11\0" SOS DATA EOI, "too short");
	REFUSE(TABLES "\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x10\0" SOS DATA EOI, "sampling 1x0");
	REFUSE(TABLES "\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x51\0" SOS DATA EOI, "sampling 5x1");
	REFUSE(TABLES "\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\4" SOS DATA EOI, "table 4");
	REFUSE(TABLES "\xff\xc0\0\x0e\x08\0\x08\0\x08\2\1\x11\0\1\x11\0" SOS DATA EOI,
		"two components of one name");
	REFUSE(TABLES "\xff\xc3\0\x0b\x08\0\x08\0\x08\1\1\x11\0" SOS DATA EOI, "lossless");
	REFUSE(TABLES "\xff\xc5\0\x0b\x08\0\x08\0\x08\1\1\x11\0" SOS DATA EOI, "hierarchical");
	REFUSE(TABLES "\xff\x01" SOF_8X8 SOS DATA EOI, "a marker without meaning");
	REFUSE(TABLES "x" SOF_8X8 SOS DATA EOI, "bytes between segments");
	REFUSE(TABLES SOI SOF_8X8 SOS DATA EOI, "a second start");
	REFUSE(TABLES "\xff\xfe\0\1" SOF_8X8 SOS DATA EOI, "a segment of length 1");
}

static void a_frame_above_the_limit_is_refused(void **state)
{
	struct bytes *jpeg;

	(void)state;
	/* 8000 by 5000, 625000 blocks of two bits */
	jpeg = PICTURE(TABLES "\xff\xc0\0\x0b\x08\x13\x88\x1f\x40\1\1\x11\0" SOS);
	for (int i = 0; i < 156250; i++)
		add_byte(jpeg, 0);
	ADD(jpeg, EOI);
	assert_unchanged(PICTURE_JPEG, jpeg);
	jpeg->data[2 + 69 + 44 + 6]++;
	assert_refused(PICTURE_JPEG, jpeg, "8000 by 5001");
}

static void wrong_tables_are_refused(void **state)
{
	static struct bytes jpeg;

	(void)state;
	REFUSE(DHT_AC SOF_8X8 SOS DATA EOI, "no table for DC");
	REFUSE(DHT_DC SOF_8X8 SOS DATA EOI, "no table for AC");
	REFUSE("\xff\xc4\0\x14\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" REST, "three codes of a bit");
	REFUSE("\xff\xc4\0\x14\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" REST, "a value left out");
	REFUSE("\xff\xc4\0\x14\4\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" REST, "Huffman table 4");
	REFUSE("\xff\xc4\0\x12\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0" REST, "a Huffman table cut off");
	REFUSE("\xff\xdb\0\x04\0\1" REST, "a quantization table cut off");
	REFUSE("\xff\xdd\0\5\0\1\0" REST, "a restart interval of three bytes");
	REFUSE("\xff\xcc\0\3\0" REST, "half an entry of arithmetic coding");
	REFUSE(TABLES SOF_8X8 SOS DATA "\xff\xdc\0\4\0\7" EOI, "another number of lines");
	ACCEPT(TABLES SOF_8X8 SOS DATA "\xff\xdc\0\4\0\x08" EOI);
	ACCEPT("\xff\xcc\0\4\0\x10" REST);
	jpeg.length = 0;
	ADD(&jpeg, SOI REST);
	assert_refused(PICTURE_JPEG, &jpeg, "no quantization table");
}

/* ---- scans ------------------------------------------------------------------------------------- */

static void wrong_scans_are_refused(void **state)
{
	(void)state;
	REFUSE(TABLES SOF_8X8 SOS EOI, "an empty scan");
	REFUSE(TABLES SOF_8X8 SOS_2ND DATA EOI, "an unknown component");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x0a\2\1\0\1\0\0\x3f\0" DATA EOI, "more than the frame");
	REFUSE(TABLES SOF_TWO "\xff\xda\0\x0a\2\1\0\1\0\0\x3f\0" DATA EOI, "one component twice");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x06\0\0\x3f\0" DATA EOI, "no component");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x07\1\1\0\0\x3f" DATA EOI, "too short");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x08\1\1\x10\0\x3f\0" DATA EOI, "an undefined DC table");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x08\1\1\1\0\x3f\0" DATA EOI, "an undefined AC table");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x08\1\1\x40\0\x3f\0" DATA EOI, "DC table 4");
	REFUSE(TABLES SOF_TWO SOS DATA EOI, "a component without a scan");
	ACCEPT(TABLES SOF_TWO SOS DATA SOS_2ND DATA EOI);
	REFUSE(TABLES "\xff\xc0\0\x0b\x08\0\x08\1\0\1\1\x11\0" SOS "\0\0\0\0\0\0\0" EOI,
		"32 blocks in 7 bytes");
	ACCEPT(TABLES "\xff\xc0\0\x0b\x08\0\x08\1\0\1\1\x11\0" SOS "\0\0\0\0\0\0\0\0" EOI);
}

static void stuffed_bytes_do_not_end_a_scan(void **state)
{
	(void)state;
	ACCEPT(TABLES SOF_8X8 SOS "\xff\0\xff\0\xff\0\x3f" EOI);
	REFUSE(TABLES SOF_8X8 SOS "\x3f\xff\0\xd9", "an end that is data");
}

static void restarts_come_in_order_and_in_number(void **state)
{
	static struct bytes expected;
	struct bytes *jpeg =
		PICTURE(DRI_1 TABLES "\xff\xc0\0\x0b\x08\0\x08\1\0\1\1\x11\0" SOS DATA);

	(void)state;
	for (unsigned i = 0; i < 31; i++) {
		ADD(jpeg, "\xff");
		add_byte(jpeg, 0xd0 + i % 8);
		ADD(jpeg, DATA);
	}
	ADD(jpeg, EOI);
	assert_unchanged(PICTURE_JPEG, jpeg);

	ACCEPT(DRI_1 TABLES SOF_24X8 SOS DATA "\xff\xd0" DATA "\xff\xd1" DATA EOI);
	ACCEPT(DRI_1 TABLES SOF_24X8 SOS DATA "\xff\xd0" DATA "\xff\xd1" DATA "\xff\xd2" EOI);
	ACCEPT("\xff\xdd\0\4\0\3" TABLES SOF_24X8 SOS DATA EOI);
	REFUSE(DRI_1 TABLES SOF_24X8 SOS DATA "\xff\xd0" DATA EOI, "a restart too few");
	REFUSE(DRI_1 TABLES SOF_24X8 SOS DATA "\xff\xd0" DATA "\xff\xd1" DATA "\xff\xd2" DATA
					      "\xff\xd3" EOI,
		"two too many");
	REFUSE(DRI_1 TABLES SOF_24X8 SOS DATA "\xff\xd1" DATA "\xff\xd0" DATA EOI, "out of order");
	REFUSE(TABLES SOF_24X8 SOS DATA "\xff\xd0" DATA "\xff\xd1" DATA EOI, "without an interval");
	REFUSE(DRI_1 "\xff\xdd\0\4\0\0" TABLES SOF_24X8 SOS DATA "\xff\xd0" DATA
		     "\xff\xd1" DATA EOI,
		"with the interval taken back");

	expected.length = 0;
	add_all(&expected,
		PICTURE(DRI_1 TABLES SOF_24X8 SOS DATA "\xff\xd0" DATA "\xff\xd1" DATA EOI));
	assert_cleaned(PICTURE_JPEG,
		PICTURE(DRI_1 TABLES SOF_24X8 SOS DATA "\xff\xff\xd0" DATA "\xff\xd1" DATA EOI),
		&expected);
}

static void progressive_scans_are_refined_step_by_step(void **state)
{
	(void)state;
	ACCEPT(DHT_DC SOF_STEPS SOS_DC DATA EOI);
	ACCEPT(TABLES SOF_STEPS SOS_DC DATA SOS_AC DATA EOI);
	ACCEPT(TABLES SOF_STEPS "\xff\xda\0\x08\1\1\0\0\0\1" DATA
				"\xff\xda\0\x08\1\1\0\0\0\x10" DATA EOI);
	REFUSE(TABLES SOF_STEPS SOS_AC DATA SOS_DC DATA EOI, "AC before DC");
	REFUSE(DHT_DC SOF_STEPS SOS_DC DATA SOS_AC DATA EOI, "AC without its table");
	REFUSE(TABLES SOF_STEPS SOS_DC DATA SOS_AC EOI, "an empty AC scan");
	REFUSE(TABLES SOF_STEPS SOS DATA EOI, "DC with AC");
	REFUSE(TABLES SOF_STEPS SOS_DC DATA "\xff\xda\0\x08\1\1\0\5\4\0" DATA EOI, "from 5 to 4");
	REFUSE(TABLES SOF_STEPS SOS_DC DATA "\xff\xda\0\x08\1\1\0\1\x40\0" DATA EOI, "up to 64");
	REFUSE(TABLES SOF_STEPS "\xff\xda\0\x08\1\1\0\0\0\x31" DATA EOI, "from bit 3 to bit 1");
	REFUSE(TABLES SOF_STEPS "\xff\xda\0\x08\1\1\0\0\0\x0e" DATA EOI, "bit 14");
}

/* ---- everything -------------------------------------------------------------------------------- */

#define EVERYTHING                                                                                 \
	JFIF XMP UPSIDE_DOWN ICC IPTC COMMENT ADOBE DRI_1 TABLES SOF_24X8 SOS DATA                 \
		"\xff\xd0\xff\0\xff\xd1" DATA EOI

static void a_truncated_picture_is_refused(void **state)
{
	(void)state;
	assert_no_prefix_passes(PICTURE_JPEG, PICTURE(EVERYTHING));
	assert_no_prefix_passes(
		PICTURE_JPEG, PICTURE(TABLES SOF_STEPS SOS_DC DATA COMMENT SOS_AC DATA EOI));
}

static void corruption_is_survived(void **state)
{
	(void)state;
	assert_corruption_is_harmless(PICTURE_JPEG, PICTURE(EVERYTHING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profile_density_and_colour_transform_stay),
		cmocka_unit_test(a_thumbnail_that_is_a_jpeg_goes),
		cmocka_unit_test(every_other_application_segment_and_comments_go),
		cmocka_unit_test(metadata_between_scans_and_before_the_end_goes),
		cmocka_unit_test(bytes_behind_the_end_and_fill_bytes_go),
		cmocka_unit_test(each_orientation_stays_in_either_byte_order),
		cmocka_unit_test(nothing_but_the_orientation_stays_of_exif),
		cmocka_unit_test(the_first_exif_counts),
		cmocka_unit_test(exif_without_a_valid_orientation_goes),
		cmocka_unit_test(wrong_frames_are_refused),
		cmocka_unit_test(a_frame_above_the_limit_is_refused),
		cmocka_unit_test(wrong_tables_are_refused),
		cmocka_unit_test(wrong_scans_are_refused),
		cmocka_unit_test(stuffed_bytes_do_not_end_a_scan),
		cmocka_unit_test(restarts_come_in_order_and_in_number),
		cmocka_unit_test(progressive_scans_are_refined_step_by_step),
		cmocka_unit_test(a_truncated_picture_is_refused),
		cmocka_unit_test(corruption_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
