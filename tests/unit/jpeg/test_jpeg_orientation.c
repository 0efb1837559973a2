/*
 * Unit tests of picture/exif in a JPEG: the orientation is kept.
 */
#include "jpeg_bytes.h"

static void each_orientation_is_kept_in_either_byte_order(void **state)
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

static void only_the_orientation_of_exif_is_kept(void **state)
{
	(void)state;
	/* A directory at offset 16 with maker, orientation and date; the text follows it. */
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

static void exif_without_a_valid_orientation_is_removed(void **state)
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
	/* a truncated entry, another TIFF version, another byte order, type LONG, two entries */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_orientation_is_kept_in_either_byte_order),
		cmocka_unit_test(only_the_orientation_of_exif_is_kept),
		cmocka_unit_test(the_first_exif_counts),
		cmocka_unit_test(exif_without_a_valid_orientation_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
