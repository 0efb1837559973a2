/*
 * Unit tests of core/text: encodings, strict numbers, UTF-8.
 */
#include "unit.h"

#include "core/text.h"

#include <stdio.h>

/* ---- hex and base64url ------------------------------------------------------------------------- */

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

/* RFC 4648 §10 without its padding, and RFC 7515 appendix C for '-' and '_'. */
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
		/* of exactly the size that the header asks for */
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

static void base64url_goes_there_and_back_at_any_length(void **state)
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

static void base64url_refuses_what_is_not_of_its_alphabet(void **state)
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

static void base64url_refuses_a_length_that_no_bytes_have(void **state)
{
	unsigned char bytes[UNIT_TEXT_MAX];

	(void)state;
	assert_int_equal(text_base64url_decode("A", 1, bytes), -1);
	assert_int_equal(text_base64url_decode("AAAAA", 5, bytes), -1);
}

static void base64url_has_one_spelling_for_each_value(void **state)
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
	assert_int_equal(of_three, 1024); /* the ten bits that 'x' leaves of two bytes */
}

/* ---- numbers ----------------------------------------------------------------------------------- */

static void integers_are_decimal_digits_and_nothing_else(void **state)
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

static void integers_have_their_value(void **state)
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

/* ---- UTF-8 ------------------------------------------------------------------------------------- */

static size_t encode_utf8(uint32_t code, char bytes[4])
{
	if (code < 0x80) {
		bytes[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		bytes[0] = (char)(0xC0 | code >> 6);
		bytes[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		bytes[0] = (char)(0xE0 | code >> 12);
		bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
		bytes[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	bytes[0] = (char)(0xF0 | code >> 18);
	bytes[1] = (char)(0x80 | (code >> 12 & 0x3F));
	bytes[2] = (char)(0x80 | (code >> 6 & 0x3F));
	bytes[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

static void every_code_point_but_the_surrogates_is_utf8(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < 0x120000; code++) {
		char bytes[4];
		size_t length = encode_utf8(code, bytes);
		bool expected = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);

		if (text_is_utf8(bytes, length) != expected)
			fail_msg("U+%04X", (unsigned)code);
	}
}

static void malformed_sequences_are_not_utf8(void **state)
{
	static const char *const REFUSED[] = {
		/* a continuation alone */
		"\x80",
		"a\xbf",
		/* cut off */
		"\xc3",
		"\xe2\x82",
		"\xf0\x9f\x98",
		/* something else where a continuation should be */
		"\xc3(",
		"\xe2(\xac",
		"\xe2\x82(",
		"\xf0\x9f\x98(",
		"\xe2\x82\xc0",
		/* overlong forms */
		"\xc0\xaf",
		"\xc1\xbf",
		"\xe0\x80\xaf",
		"\xe0\x9f\xbf",
		"\xf0\x80\x80\xaf",
		"\xf0\x8f\xbf\xbf",
		/* surrogates */
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		/* beyond U+10FFFF */
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		/* lengths of old */
		"\xf8\x88\x80\x80\x80",
		"\xfe",
		"\xff",
		/* Latin-1 */
		"caf\xe9",
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++)
		if (text_is_utf8(REFUSED[i], strlen(REFUSED[i])))
			fail_msg("accepted: row %zu", i);
}

static void a_sequence_is_not_looked_for_beyond_the_length(void **state)
{
	(void)state;
	assert_true(text_is_utf8("\xc3\xa9", 2));
	assert_false(text_is_utf8("\xc3\xa9", 1));
	assert_true(text_is_utf8("\xc3\xa9", 0));
	assert_true(text_is_utf8("a\0b", 3));
}

static void what_is_not_utf8_becomes_question_marks(void **state)
{
	static const struct {
		const char *text, *expected;
	} ROWS[] = {
		{"", ""},
		{"a\xc3\xa9\xf0\x9f\x98\x80", "a\xc3\xa9\xf0\x9f\x98\x80"},
		{"\xe9.gpx", "?.gpx"},
		{"\xc3(\xff\xc3\xa9", "?(?\xc3\xa9"},
		{"cut \xe2\x82", "cut ??"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ROWS); i++) {
		char text[32];

		snprintf(text, sizeof(text), "%s", ROWS[i].text);
		text_make_utf8(text);
		assert_string_equal(text, ROWS[i].expected);
	}
}

static void length_counts_code_points(void **state)
{
	(void)state;
	assert_int_equal(text_length(""), 0);
	assert_int_equal(text_length("abc"), 3);
	assert_int_equal(text_length("\xc3\xa9t\xc3\xa9"), 3);
	assert_int_equal(text_length("\xe2\x82\xac\xf0\x9f\x98\x80"), 2);
}

static void control_characters_are_hidden(void **state)
{
	static const struct {
		const char *text, *expected;
	} ROWS[] = {
		{"", ""},
		{"plain \xc3\xa9 \xc2\xa0 \xc2\xbf", "plain \xc3\xa9 \xc2\xa0 \xc2\xbf"},
		{"\x01\n\x1f ~\x7f", "??? ~?"},
		{"a\xc2\x80"
		 "b\xc2\x9b"
		 "2J\xc2\x9f",
			"a?b?2J?"},
		{"cut\xc2", "cut\xc2"},
		{"\xc3\x80\x9b", "\xc3\x80\x9b"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ROWS); i++) {
		char text[32];

		snprintf(text, sizeof(text), "%s", ROWS[i].text);
		text_hide_controls(text);
		assert_string_equal(text, ROWS[i].expected);
	}
}

/* ---- the rest ---------------------------------------------------------------------------------- */

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

static void broken_percent_escapes_are_refused(void **state)
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

static void decimals_have_no_zeros_at_their_end(void **state)
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
		cmocka_unit_test(decimals_are_exact),
		cmocka_unit_test(decimals_have_no_zeros_at_their_end),
		cmocka_unit_test(hex_is_lowercase_and_keeps_every_byte),
		cmocka_unit_test(base64url_encodes_the_vectors_of_the_rfcs),
		cmocka_unit_test(base64url_decodes_the_vectors_of_the_rfcs),
		cmocka_unit_test(base64url_goes_there_and_back_at_any_length),
		cmocka_unit_test(base64url_refuses_what_is_not_of_its_alphabet),
		cmocka_unit_test(base64url_refuses_a_length_that_no_bytes_have),
		cmocka_unit_test(base64url_has_one_spelling_for_each_value),
		cmocka_unit_test(integers_are_decimal_digits_and_nothing_else),
		cmocka_unit_test(integers_have_their_value),
		cmocka_unit_test(integers_stay_within_their_limits),
		cmocka_unit_test(every_code_point_but_the_surrogates_is_utf8),
		cmocka_unit_test(malformed_sequences_are_not_utf8),
		cmocka_unit_test(a_sequence_is_not_looked_for_beyond_the_length),
		cmocka_unit_test(what_is_not_utf8_becomes_question_marks),
		cmocka_unit_test(length_counts_code_points),
		cmocka_unit_test(control_characters_are_hidden),
		cmocka_unit_test(only_the_case_of_ascii_letters_is_ignored),
		cmocka_unit_test(percent_escapes_are_decoded_once),
		cmocka_unit_test(broken_percent_escapes_are_refused),
		cmocka_unit_test(a_list_holds_whole_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
