/*
 * Unit tests of picture/jpeg: frames, tables, and what of them is rejected.
 */
#include "jpeg_bytes.h"

static void malformed_frames_are_rejected(void **state)
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
	REFUSE(TABLES "\xff\xc0\0\x0e\x08\0\x08\0\x08\2\1\x11\0\2\x11\0"
		      "\xff\xda\0\x0a\2\1\0\2\0\0\x3f\0" DATA EOI,
		"two components");
	REFUSE(TABLES "\xff\xc0\0\x11\x08\0\x08\0\x08\3\1\x31\0\2\x21\0\3\x11\0"
		      "\xff\xda\0\x0c\3\1\0\2\0\3\0\0\x3f\0"
		      "\0\0" EOI,
		"components in the proportion of 3 to 2");
	REFUSE(TABLES "\xff\xc0\0\x0b\x08\0\1\xff\xdd\1\1\x11\0" SOS EOI, "65501 columns");
	REFUSE(TABLES "\xff\xc3\0\x0b\x08\0\x08\0\x08\1\1\x11\0" SOS DATA EOI, "lossless");
	REFUSE(TABLES "\xff\xc5\0\x0b\x08\0\x08\0\x08\1\1\x11\0" SOS DATA EOI, "hierarchical");
	REFUSE(TABLES "\xff\xc1\0\x0b\x0c\0\x08\0\x08\1\1\x11\0" SOS DATA EOI, "12 bits");
	REFUSE(TABLES "\xff\xc9\0\x0b\x08\0\x08\0\x08\1\1\x11\0" SOS DATA EOI, "arithmetic");
	REFUSE(TABLES "\xff\xf0\0\2" SOF_8X8 SOS DATA EOI, "a marker without meaning");
	REFUSE(TABLES SOI SOF_8X8 SOS DATA EOI, "a second start");
	REFUSE(TABLES "\xff\xfe\0\1" SOF_8X8 SOS DATA EOI, "a segment of length 1");
}

static void a_frame_above_the_limit_is_rejected(void **state)
{
	struct bytes *jpeg;

	(void)state;
	/* 8000 x 5000, 625000 blocks of two bits */
	jpeg = PICTURE(TABLES "\xff\xc0\0\x0b\x08\x13\x88\x1f\x40\1\1\x11\0" SOS);
	for (int i = 0; i < 156250; i++)
		add_byte(jpeg, 0);
	ADD(jpeg, EOI);
	assert_unchanged(PICTURE_JPEG, jpeg);
	jpeg->data[2 + 69 + 44 + 6]++;
	assert_rejected(PICTURE_JPEG, jpeg, "8000 by 5001");
}

static void malformed_tables_are_rejected(void **state)
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
	REFUSE("\xff\xcc\0\4\0\x10" REST, "conditioning of arithmetic coding");
	REFUSE("\xff\xc4\0\x15\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1" REST, "a code of ones");
	REFUSE("\xff\xc4\0\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10" REST, "DC of 16 bits");
	REFUSE(TABLES "\xff\xc4\0\x13\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" SOF_8X8 SOS DATA EOI,
		"an empty table that a scan uses");
	jpeg.length = 0;
	ADD(&jpeg, SOI REST);
	assert_rejected(PICTURE_JPEG, &jpeg, "no quantization table");
}

static void empty_huffman_tables_are_removed(void **state)
{
	(void)state;
	BECOMES("\xff\xc4\0\x13\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "");
	BECOMES("\xff\xc4\0\2", "");
}

/* Decoders take the first that is not yet in the scan. */
static void components_of_the_same_name_are_numbered(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, PICTURE(TABLES SOF_THREE SOS_THREE DATA_3 EOI));
	assert_cleaned(PICTURE_JPEG,
		PICTURE(TABLES "\xff\xc0\0\x11\x08\0\x08\0\x08\3\7\x11\0\7\x11\0\7\x11\0"
			       "\xff\xda\0\x0c\3\7\0\7\0\7\0\0\x3f\0" DATA_3 EOI),
		&expected);
	REFUSE(TABLES "\xff\xc0\0\x11\x08\0\x08\0\x08\3\7\x11\0\7\x11\0\7\x11\0"
		      "\xff\xda\0\x08\1\7\0\0\x3f\0" DATA EOI,
		"the other components have no scan");
}

/* Decoders pass over it, so that the height of the frame counts. */
static void another_number_of_lines_is_removed(void **state)
{
	static struct bytes expected;

	(void)state;
	expected.length = 0;
	add_all(&expected, PICTURE(TABLES SOF_8X8 SOS DATA EOI));
	assert_cleaned(
		PICTURE_JPEG, PICTURE(TABLES SOF_8X8 "\xff\xdc\0\4\0\7" SOS DATA EOI), &expected);
	assert_cleaned(
		PICTURE_JPEG, PICTURE(TABLES SOF_8X8 SOS DATA "\xff\xdc\0\4\0\7" EOI), &expected);
}

/* Frames of Motion JPEG have none. The tables are those of T.81 K.3. */
static void the_standard_huffman_tables_are_added_where_there_are_none(void **state)
{
	const struct bytes *cleaned;
	/* a block whose coefficients are 0: code 00 of DC, code 1010 of AC, then one bits */
	struct bytes *jpeg = PICTURE(SOF_8X8 SOS "\x2b" EOI);
	size_t length = jpeg->length;

	(void)state;
	assert_int_equal(picture_clean_part(PICTURE_JPEG, jpeg, length, &cleaned), PICTURE_OK);
	assert_int_equal(cleaned->length, length + 2 + 418);
	assert_memory_equal(cleaned->data + 2 + 69 + 13,
		"\xff\xc4\1\xa2\0\0\1\5\1\1\1\1\1\1\0\0\0\0\0\0\0\0\1\2", 24);
	assert_unchanged(PICTURE_JPEG, cleaned);
	REFUSE(SOF_STEPS SOS_DC DATA EOI, "a progressive picture without tables");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_frames_are_rejected),
		cmocka_unit_test(a_frame_above_the_limit_is_rejected),
		cmocka_unit_test(malformed_tables_are_rejected),
		cmocka_unit_test(empty_huffman_tables_are_removed),
		cmocka_unit_test(components_of_the_same_name_are_numbered),
		cmocka_unit_test(another_number_of_lines_is_removed),
		cmocka_unit_test(the_standard_huffman_tables_are_added_where_there_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
