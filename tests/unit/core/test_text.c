/*
 * Unit tests of core/text: encodings, numbers, lists, case.
 */
#include "../unit.h"

#include "core/text.h"

#include <stdio.h>

/* ---- hex and base64url ----------------------------------------------------------------------- */

static void hex_is_lowercase_and_keeps_every_byte(void **state)
{
	static const unsigned char BYTES[] = {0x00, 0x01, 0x0f, 0x10, 0x7f, 0x80, 0xab, 0xff};
	char text[TEXT_HEX_SIZE(sizeof(BYTES))];

	(void)state;
	text_hex(BYTES, sizeof(BYTES), text);
	assert_string_equal(text, "00010f107f80abff");
	text_hex(BYTES, 0, text);
	assert_string_equal(text, "");
}

/* RFC 4648 §10 without padding, and RFC 7515 appendix C for '-' and '_'. */
static const struct {
	const char *bytes, *text;
} BASE64URL_VECTORS[] = {
	{"", ""},
	{"f", "Zg"},
	{"fo", "Zm8"},
	{"foo", "Zm9v"},
	{"foob", "Zm9vYg"},
	{"fooba", "Zm9vYmE"},
	{"foobar", "Zm9vYmFy"},
	{"\x03\xec\xff\xe0\xc1", "A-z_4ME"},
};

static void base64url_encodes_the_vectors_of_the_rfcs(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(BASE64URL_VECTORS); i++) {
		size_t length = strlen(BASE64URL_VECTORS[i].bytes);
		/* of exactly the size that the header requires */
		char *text = malloc(TEXT_BASE64URL_SIZE(length));

		text_base64url(BASE64URL_VECTORS[i].bytes, length, text);
		assert_string_equal(text, BASE64URL_VECTORS[i].text);
		free(text);
	}
}

static void base64url_decodes_the_vectors_of_the_rfcs(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(BASE64URL_VECTORS); i++) {
		const char *text = BASE64URL_VECTORS[i].text;
		size_t length = strlen(BASE64URL_VECTORS[i].bytes);
		unsigned char bytes[UNIT_TEXT_MAX];

		assert_int_equal(text_base64url_decode(text, strlen(text), bytes), length);
		assert_memory_equal(bytes, BASE64URL_VECTORS[i].bytes, length);
	}
}

static void base64url_round_trips_at_any_length(void **state)
{
	unsigned char bytes[200], back[TEXT_BASE64URL_SIZE(sizeof(bytes))];
	char text[TEXT_BASE64URL_SIZE(sizeof(bytes))];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 37 + 5);
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		text_base64url(bytes, length, text);
		assert_int_equal(strlen(text) + 1, TEXT_BASE64URL_SIZE(length));
		assert_int_equal(text_base64url_decode(text, strlen(text), back), length);
		assert_memory_equal(back, bytes, length);
	}
}

static void base64url_rejects_other_characters(void **state)
{
	static const char *const REFUSED[] = {"Zg==", "Zm8=", "Zm9v=", "=", "Zm9v\n", " Zm9",
		"Zm 9", "ab+d", "ab/d", "ab.d", "ab\xc3\xa9", "@abc", "[abc", "`abc", "{abc",
		"/abc", ":abc"};
	unsigned char bytes[UNIT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++)
		if (text_base64url_decode(REFUSED[i], strlen(REFUSED[i]), bytes) != -1)
			fail_msg("accepted: %s", REFUSED[i]);
	assert_int_equal(text_base64url_decode("Zm\0v", 4, bytes), -1);
}

static void base64url_rejects_impossible_lengths(void **state)
{
	unsigned char bytes[UNIT_TEXT_MAX];

	(void)state;
	assert_int_equal(text_base64url_decode("A", 1, bytes), -1);
	assert_int_equal(text_base64url_decode("AAAAA", 5, bytes), -1);
}

static void base64url_has_one_encoding_for_each_value(void **state)
{
	static const char ALPHABET[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	int of_two = 0, of_three = 0;

	(void)state;
	for (int i = 0; i < 64 * 64; i++) {
		char two[] = {ALPHABET[i / 64], ALPHABET[i % 64]};
		char three[] = {'x', ALPHABET[i / 64], ALPHABET[i % 64]};
		unsigned char bytes[3];

		of_two += text_base64url_decode(two, 2, bytes) == 1;
		of_three += text_base64url_decode(three, 3, bytes) == 2;
	}
	assert_int_equal(of_two, 256);    /* one byte */
	assert_int_equal(of_three, 1024); /* the ten bits of two bytes that remain with 'x' */
}

/* ---- numbers --------------------------------------------------------------------------------- */

static void integers_are_decimal_digits_only(void **state)
{
	static const char *const REFUSED[] = {"", "-", "+5", " 5", "5 ", "5\n", "--5", "-+5", "5-",
		"1.0", "1e3", "0x10", "five", "5a", "\t5", "99999999999999999999",
		"9223372036854775808", "-9223372036854775809", "\xd9\xa5"};
	int64_t value = 77;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++)
		if (text_integer(REFUSED[i], INT64_MIN, INT64_MAX, &value))
			fail_msg("accepted: '%s'", REFUSED[i]);
	assert_int_equal(value, 77);
}

static void integers_are_converted_exactly(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} INTEGERS[] = {
		{"0", 0},
		{"-0", 0},
		{"7", 7},
		{"-7", -7},
		{"007", 7},
		{"1234567890123", 1234567890123},
		{"9223372036854775807", INT64_MAX},
		{"-9223372036854775808", INT64_MIN},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(INTEGERS); i++) {
		int64_t value = -1;

		assert_true(text_integer(INTEGERS[i].text, INT64_MIN, INT64_MAX, &value));
		assert_true(value == INTEGERS[i].value);
	}
}

static void integers_stay_within_their_limits(void **state)
{
	int64_t value;

	(void)state;
	assert_true(text_integer("1", 1, 65535, &value));
	assert_true(text_integer("65535", 1, 65535, &value));
	assert_false(text_integer("0", 1, 65535, &value));
	assert_false(text_integer("65536", 1, 65535, &value));
	assert_false(text_integer("-1", 0, 10, &value));
}

static void decimal_numbers_are_read(void **state)
{
	static const struct {
		const char *text;
		double value;
	} NUMBERS[] = {
		{"0", 0},
		{"-0", 0},
		{"7", 7},
		{"+7", 7},
		{"-7.5", -7.5},
		{"8.1", 8.1},
		{".5", 0.5},
		{"5.", 5},
		{"1e3", 1000},
		{"1.5E+2", 150},
		{"25e-1", 2.5},
		{"007.50", 7.5},
		{"1e-400", 0},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(NUMBERS); i++) {
		double value = -1;

		if (!text_real(NUMBERS[i].text, &value) || value != NUMBERS[i].value)
			fail_msg("%s: %f", NUMBERS[i].text, value);
	}
}

static void what_is_no_finite_decimal_number_is_rejected(void **state)
{
	static const char *const REFUSED[] = {"", ".", "-", "+", "e1", "1e", "1e+", "1e1.5", "--1",
		"+-1", " 1", "1 ", "1_0", "nan", "inf", "-inf", "infinity", "0x10", "1e400",
		"-1e400", "1,5", "1.2.3", "1e1e1", "\xc2\xa0"};
	double value = 77;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++)
		if (text_real(REFUSED[i], &value))
			fail_msg("accepted: '%s'", REFUSED[i]);
	assert_true(value == 77);
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void only_the_case_of_ascii_letters_is_ignored(void **state)
{
	(void)state;
	assert_true(text_equal_ignoring_case("Sam@Example.COM", "sAM@eXAMPLE.com"));
	assert_true(text_equal_ignoring_case("AZaz", "azAZ"));
	assert_true(text_equal_ignoring_case("", ""));
	assert_false(text_equal_ignoring_case("sam", "sam "));
	assert_false(text_equal_ignoring_case("sam ", "sam"));
	assert_false(text_equal_ignoring_case("s\xc3\xa1m", "sam"));
	assert_false(text_equal_ignoring_case("\xc3\x89", "\xc3\xa9"));
	assert_false(text_equal_ignoring_case("@", "`"));
	assert_false(text_equal_ignoring_case("[", "{"));
}

static void assert_percent_decoded(const char *text, const char *expected)
{
	char copy[UNIT_TEXT_MAX];

	snprintf(copy, sizeof(copy), "%s", text);
	if (text_percent_decode(copy) != (expected != NULL))
		fail_msg("%s was %s", text, expected == NULL ? "accepted" : "refused");
	if (expected != NULL)
		assert_string_equal(copy, expected);
}

static void percent_escapes_are_decoded_once(void **state)
{
	(void)state;
	assert_percent_decoded("", "");
	assert_percent_decoded("plain+text", "plain+text");
	assert_percent_decoded("%41%3a%2F%3f", "A:/?");
	assert_percent_decoded("a%20b%c3%A9", "a b\xc3\xa9");
	assert_percent_decoded("%2541", "%41");
	assert_percent_decoded("%01%0a%10%ff", "\x01\n\x10\xff");
}

static void malformed_percent_escapes_are_rejected(void **state)
{
	(void)state;
	assert_percent_decoded("%", NULL);
	assert_percent_decoded("a%4", NULL);
	assert_percent_decoded("%g1", NULL);
	assert_percent_decoded("%1g", NULL);
	assert_percent_decoded("%%41", NULL);
	assert_percent_decoded("% 41", NULL);
	assert_percent_decoded("a%00b", NULL);
}

static void a_list_holds_whole_words(void **state)
{
	static const char LIST[] = "en fr profile:read de";

	(void)state;
	assert_true(text_has_word(LIST, "en"));
	assert_true(text_has_word(LIST, "profile:read"));
	assert_true(text_has_word(LIST, "de"));
	assert_false(text_has_word(LIST, "e"));
	assert_false(text_has_word(LIST, "profile"));
	assert_false(text_has_word(LIST, "profile:reading"));
	assert_false(text_has_word(LIST, "EN"));
	assert_false(text_has_word(LIST, "en fr"));
	assert_false(text_has_word(LIST, ""));
	assert_false(text_has_word("", "en"));
	assert_false(text_has_word("", ""));
	assert_false(text_has_word(NULL, "en"));
}

static void assert_decimal(int64_t value, int digits, const char *expected)
{
	char text[TEXT_DECIMAL_SIZE];

	assert_string_equal(text_decimal(value, digits, text), expected);
}

static void decimals_are_exact(void **state)
{
	(void)state;
	assert_decimal(0, 0, "0");
	assert_decimal(7, 0, "7");
	assert_decimal(-7, 0, "-7");
	assert_decimal(0, 2, "0");
	assert_decimal(1, 2, "0.01");
	assert_decimal(-1, 2, "-0.01");
	assert_decimal(2313, 2, "23.13");
	assert_decimal(9007199254740993, 3, "9007199254740.993");
	assert_decimal(INT64_MAX, 3, "9223372036854775.807");
	assert_decimal(INT64_MIN, 2, "-92233720368547758.08");
}

static void decimals_have_no_trailing_zeros(void **state)
{
	(void)state;
	assert_decimal(1050, 2, "10.5");
	assert_decimal(1000, 2, "10");
	assert_decimal(100, 2, "1");
	assert_decimal(10, 2, "0.1");
	assert_decimal(10001000, 3, "10001");
	assert_decimal(10, 0, "10");
	assert_decimal(-1200, 3, "-1.2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_is_lowercase_and_keeps_every_byte),
		cmocka_unit_test(base64url_encodes_the_vectors_of_the_rfcs),
		cmocka_unit_test(base64url_decodes_the_vectors_of_the_rfcs),
		cmocka_unit_test(base64url_round_trips_at_any_length),
		cmocka_unit_test(base64url_rejects_other_characters),
		cmocka_unit_test(base64url_rejects_impossible_lengths),
		cmocka_unit_test(base64url_has_one_encoding_for_each_value),
		cmocka_unit_test(integers_are_decimal_digits_only),
		cmocka_unit_test(integers_are_converted_exactly),
		cmocka_unit_test(integers_stay_within_their_limits),
		cmocka_unit_test(decimal_numbers_are_read),
		cmocka_unit_test(what_is_no_finite_decimal_number_is_rejected),
		cmocka_unit_test(only_the_case_of_ascii_letters_is_ignored),
		cmocka_unit_test(percent_escapes_are_decoded_once),
		cmocka_unit_test(malformed_percent_escapes_are_rejected),
		cmocka_unit_test(a_list_holds_whole_words),
		cmocka_unit_test(decimals_are_exact),
		cmocka_unit_test(decimals_have_no_trailing_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
