/*
 * Unit tests of picture/jpeg: scans and their data.
 */
#include "jpeg_bytes.h"

#define EVERYTHING                                                                                 \
	JFIF XMP UPSIDE_DOWN IPTC COMMENT ADOBE DRI_1 TABLES SOF_24X8 SOS DATA "\xff\xd0" DATA     \
									       "\xff\xd1" DATA EOI

static void malformed_scans_are_rejected(void **state)
{
	(void)state;
	REFUSE(TABLES SOF_8X8 SOS EOI, "an empty scan");
	REFUSE(TABLES SOF_8X8 SOS_2ND DATA EOI, "an unknown component");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x0a\2\1\0\1\0\0\x3f\0" DATA EOI, "more than the frame");
	REFUSE(TABLES SOF_THREE "\xff\xda\0\x0a\2\1\0\1\0\0\x3f\0" DATA EOI, "one component twice");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x06\0\0\x3f\0" DATA EOI, "no component");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x07\1\1\0\0\x3f" DATA EOI, "too short");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x08\1\1\x10\0\x3f\0" DATA EOI, "an undefined DC table");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x08\1\1\1\0\x3f\0" DATA EOI, "an undefined AC table");
	REFUSE(TABLES SOF_8X8 "\xff\xda\0\x08\1\1\x40\0\x3f\0" DATA EOI, "DC table 4");
	REFUSE(TABLES SOF_THREE SOS DATA EOI, "a component without a scan");
	ACCEPT(TABLES SOF_THREE SOS DATA SOS_2ND DATA SOS_3RD DATA EOI);
	REFUSE(TABLES "\xff\xc0\0\x0b\x08\0\x08\1\0\1\1\x11\0" SOS "\0\0\0\0\0\0\0" EOI,
		"32 blocks in 7 bytes");
	ACCEPT(TABLES "\xff\xc0\0\x0b\x08\0\x08\1\0\1\1\x11\0" SOS "\0\0\0\0\0\0\0\0" EOI);
}

/* One code of a bit, for a difference of nine bits */
#define DHT_NINE "\xff\xc4\0\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x09"

static void stuffed_bytes_do_not_end_a_scan(void **state)
{
	(void)state;
	/* three times: the code, nine one bits, the end of the block */
	ACCEPT(DHT_NINE DHT_AC SOF_24X8 SOS "\x7f\xcf\xf9\xff\0\x7f" EOI);
	REFUSE(DHT_NINE DHT_AC SOF_24X8 SOS "\x7f\xcf\xf9\xff\0", "an end that is data");
	REFUSE(DHT_NINE DHT_AC SOF_24X8 SOS "\x7f\xcf\xf9\xff\x7f" EOI, "no zero stuffed");
}

static void codes_that_are_not_in_the_tables_are_rejected(void **state)
{
	(void)state;
	REFUSE(TABLES SOF_8X8 SOS "\x80\0\0" EOI, "an undefined DC code");
	REFUSE(TABLES SOF_8X8 SOS "\x40\0\0" EOI, "an undefined AC code");
	REFUSE("\xff\xc4\0\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0c" DHT_AC SOF_8X8 SOS "\0\0" EOI,
		"a difference of 12 bits");
}

static void the_end_may_be_missing_and_what_stands_there_is_removed(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, PICTURE(TABLES SOF_THREE SOS_THREE DATA_3 EOI));
	assert_cleaned(PICTURE_JPEG, PICTURE(TABLES SOF_THREE SOS_THREE DATA_3), &expected);
	assert_cleaned(PICTURE_JPEG, PICTURE(TABLES SOF_THREE SOS_THREE DATA_3 "where"), &expected);
	assert_cleaned(PICTURE_JPEG, PICTURE(TABLES SOF_THREE SOS_THREE DATA_3 "\xff"), &expected);
	REFUSE(TABLES SOF_THREE SOS DATA SOS_2ND DATA, "the third component is missing");
	expected.length = 0;
	add_all(&expected, PICTURE(TABLES SOF_STEPS SOS_DC DATA SOS_AC DATA EOI));
	assert_cleaned(PICTURE_JPEG, PICTURE(TABLES SOF_STEPS SOS_DC DATA SOS_AC DATA), &expected);
}

/* A sequential picture is complete when each component has been scanned. */
static void scans_after_the_picture_are_removed(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, PICTURE(TABLES SOF_THREE SOS_THREE DATA_3 EOI));
	assert_cleaned(
		PICTURE_JPEG, PICTURE(TABLES SOF_THREE SOS_THREE DATA_3 SOS DATA EOI), &expected);
}

/* Decoders ignore them, with a warning. */
static void the_parameters_of_a_sequential_scan_are_corrected(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, PICTURE(TABLES SOF_8X8 SOS DATA EOI));
	assert_cleaned(PICTURE_JPEG,
		PICTURE(TABLES SOF_8X8 "\xff\xda\0\x08\1\1\0\7\0\x21" DATA EOI), &expected);
}

static void restart_markers_are_in_order_and_complete(void **state)
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
	ACCEPT("\xff\xdd\0\4\0\3" TABLES SOF_24X8 SOS DATA_3 EOI);
	REFUSE(DRI_1 TABLES SOF_24X8 SOS DATA "\xff\xd0" DATA EOI, "a restart too few");
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
	assert_cleaned(PICTURE_JPEG,
		PICTURE(DRI_1 TABLES SOF_24X8 SOS DATA "where\xff\0\xff\xd0" DATA "\xff\xd1" DATA
						       "\xff\xd2" EOI),
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

#define SOS_AC_LOW    "\xff\xda\0\x08\1\1\0\1\x3f\1"
#define SOS_AC_REFINE "\xff\xda\0\x08\1\1\0\1\x3f\x10"

/* AC: code 0 for the end of a block, 10 for a coefficient of one bit, 110 for 16 zeros, 1110 for two blocks or more */
#define DHT_STEPS                                                                                  \
	"\xff\xc4\0\x17\x10\1\1\1\1\0\0\0\0\0\0\0\0\0\0\0\0"                                       \
	"\x00\x01\xf0\x10"

/* A coefficient that is not zero takes a bit in each refinement, also in a block without new ones. */
static void refinements_have_a_bit_for_each_coefficient_that_is_not_zero(void **state)
{
	(void)state;
#define FIRST DHT_DC DHT_STEPS "\xff\xc2\0\x0b\x08\0\x08\0\x18\1\1\x11\0" SOS_DC "\x1f" SOS_AC_LOW
	/* the first scan: 10 1 10 0 0 for two coefficients, 0 for none, 10 1 0 for one */
	/* each block ends without a new coefficient: 0 and two corrections, 0, 0 and one */
	ACCEPT(FIRST "\xb0\xa7" SOS_AC_REFINE "\x03" EOI);
	/* 1110 1 for the three blocks, with three corrections */
	ACCEPT(FIRST "\xb0\xa7" SOS_AC_REFINE "\xef" EOI);
	/* a new coefficient, 10 1, behind two corrections, and the end of the block; 0; 0 and a correction */
	ACCEPT(FIRST "\xb0\xa7" SOS_AC_REFINE "\xb8\x7f" EOI);
	REFUSE(FIRST "\xb0\xa7" SOS_AC_REFINE "\xb8" EOI, "a correction less");
	REFUSE(FIRST "\xb0\xa7" SOS_AC_REFINE EOI, "nothing");
	/* 110 and two corrections, 0; the other blocks are missing */
	REFUSE(FIRST "\xb0\xa7" SOS_AC_REFINE "\xdb" EOI, "half of it");
	REFUSE(FIRST "\xb0\xa7" SOS_AC_REFINE "\x0f" SOS_AC_REFINE "\x0f" EOI, "refined twice");
	REFUSE(FIRST "\xb0\xa7" SOS_AC "\x0f" EOI, "not refined, but coded again");
#undef FIRST
}

static void a_picture_has_at_most_a_hundred_scans(void **state)
{
	struct bytes *jpeg = PICTURE(TABLES SOF_STEPS SOS_DC DATA);

	(void)state;
	for (int i = 1; i < 100; i++)
		ADD(jpeg, SOS_AC DATA);
	ADD(jpeg, EOI);
	assert_unchanged(PICTURE_JPEG, jpeg);
	jpeg->length -= 2;
	ADD(jpeg, SOS_AC DATA EOI);
	assert_rejected(PICTURE_JPEG, jpeg, "101 scans");
}

/* 625,000 blocks of DC take a bit each; 39 codes of 15 bits stand for 16,384 blocks of AC each. */
static void a_scan_is_as_long_as_its_blocks_need(void **state)
{
	struct bytes *jpeg = PICTURE(DHT_DC "\xff\xc4\0\x14\x10\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xe0"
					    "\xff\xc2\0\x0b\x08\x13\x88\x1f\x40\1\1\x11\0" SOS_DC);

	(void)state;
	for (int i = 0; i < 78125; i++)
		add_byte(jpeg, 0);
	ADD(jpeg, SOS_AC);
	for (int i = 0; i < 74; i++)
		add_byte(jpeg, 0);
	ADD(jpeg, EOI);
	assert_unchanged(PICTURE_JPEG, jpeg);
	jpeg->length -= 3;
	ADD(jpeg, EOI);
	assert_rejected(PICTURE_JPEG, jpeg, "73 bytes");
}

/* The end marker may be missing, and a progressive picture may end with any scan that has all components. */
static void a_truncated_picture_is_rejected(void **state)
{
	struct bytes *jpeg;
	size_t first = PICTURE(TABLES SOF_STEPS SOS_DC DATA)->length;

	(void)state;
	jpeg = PICTURE(EVERYTHING);
	jpeg->length -= 2;
	assert_no_prefix_passes(PICTURE_JPEG, jpeg);
	jpeg = PICTURE(TABLES SOF_STEPS SOS_DC DATA COMMENT SOS_AC DATA);
	for (size_t length = 0; length < jpeg->length; length++) {
		enum picture_result result = picture_clean_part(PICTURE_JPEG, jpeg, length, NULL);
		bool is_between = length == first || length == first + 1 ||
				  length == first + sizeof(COMMENT) - 1 ||
				  length == first + sizeof(COMMENT);

		if (picture_is_refused(result) == is_between)
			fail_msg("%zu of %zu bytes: %d", length, jpeg->length, result);
	}
}

static void corruption_does_no_harm(void **state)
{
	(void)state;
	assert_corruption_is_harmless(PICTURE_JPEG, PICTURE(EVERYTHING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_scans_are_rejected),
		cmocka_unit_test(stuffed_bytes_do_not_end_a_scan),
		cmocka_unit_test(codes_that_are_not_in_the_tables_are_rejected),
		cmocka_unit_test(the_end_may_be_missing_and_what_stands_there_is_removed),
		cmocka_unit_test(scans_after_the_picture_are_removed),
		cmocka_unit_test(the_parameters_of_a_sequential_scan_are_corrected),
		cmocka_unit_test(refinements_have_a_bit_for_each_coefficient_that_is_not_zero),
		cmocka_unit_test(restart_markers_are_in_order_and_complete),
		cmocka_unit_test(progressive_scans_are_refined_step_by_step),
		cmocka_unit_test(a_picture_has_at_most_a_hundred_scans),
		cmocka_unit_test(a_scan_is_as_long_as_its_blocks_need),
		cmocka_unit_test(a_truncated_picture_is_rejected),
		cmocka_unit_test(corruption_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
