/*
 * Unit tests of core/text: UTF-8, control characters and blanks (RFC 3629).
 */
#include "../unit.h"

#include "core/text.h"

#include <stdio.h>

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
		/* a continuation byte alone */
		"\x80",
		"a\xbf",
		/* truncated */
		"\xc3",
		"\xe2\x82",
		"\xf0\x9f\x98",
		/* another byte instead of a continuation byte */
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
		/* sequences of five and six bytes, which older standards had */
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

static void nothing_is_read_beyond_the_length(void **state)
{
	(void)state;
	assert_true(text_is_utf8("\xc3\xa9", 2));
	assert_false(text_is_utf8("\xc3\xa9", 1));
	assert_true(text_is_utf8("\xc3\xa9", 0));
	assert_true(text_is_utf8("a\0b", 3));
}

static void invalid_utf8_becomes_question_marks(void **state)
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
		/* controls of the direction of writing, and their neighbors */
		/* NOLINTNEXTLINE(misc-misleading-bidirectional): escapes show what they are */
		{"\xd8\x9c \xe2\x80\x8e\xe2\x80\x8f \xe2\x80\xaa\xe2\x80\xae \xe2\x81\xa6\xe2\x81\xa9",
			"? ?? ?? ??"},
		{"\xe2\x80\x8d \xe2\x80\xa9 \xe2\x80\xaf \xe2\x81\xa5 \xe2\x81\xaa",
			"\xe2\x80\x8d \xe2\x80\xa9 \xe2\x80\xaf \xe2\x81\xa5 \xe2\x81\xaa"},
		{"cut\xe2\x80", "cut\xe2\x80"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ROWS); i++) {
		char text[40];

		snprintf(text, sizeof(text), "%s", ROWS[i].text);
		text_hide_controls(text);
		assert_string_equal(text, ROWS[i].expected);
	}
}

static void blanks_at_the_ends_are_removed(void **state)
{
	static const struct {
		const char *text, *expected;
	} ROWS[] = {
		{"", ""},
		{"a", "a"},
		{" ", ""},
		{" \t\n\v\f\r", ""},
		{" a b ", "a b"},
		{"\xc2\xa0\xe3\x80\x80"
		 "a\xe2\x80\x89\xc2\x85",
			"a"},
		{"\xe1\x9a\x80\xe2\x80\x80\xe2\x80\x8a\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\x9f",
			""},
		/* not blank: U+200B, U+FEFF, U+001F, U+007F, U+180E */
		{"\xe2\x80\x8b", "\xe2\x80\x8b"},
		{"\xef\xbb\xbf", "\xef\xbb\xbf"},
		{"\x1f \x7f", "\x1f \x7f"},
		{"\xe1\xa0\x8e", "\xe1\xa0\x8e"},
		{" \xff\xe2\x80 ", "\xff\xe2\x80"},
		{" \xe2\x80", "\xe2\x80"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ROWS); i++) {
		char text[40];

		snprintf(text, sizeof(text), "%s", ROWS[i].text);
		text_trim(text);
		assert_string_equal(text, ROWS[i].expected);
	}
}

static void code_points_are_read_one_by_one(void **state)
{
	static const struct {
		const char *text;
		unsigned code;
		size_t length;
	} TEXTS[] = {
		{"a", 'a', 1}, {"\xC3\xA9", 0xE9, 2}, {"\xE2\x82\xAC", 0x20AC, 3},
		{"\xF0\x9F\x98\x80", 0x1F600, 4}, {"\xFFz", TEXT_REPLACEMENT, 1},
		{"\xC3z", TEXT_REPLACEMENT, 1},        /* truncated */
		{"\xC0\x80", TEXT_REPLACEMENT, 2},     /* overlong */
		{"\xED\xA0\x80", TEXT_REPLACEMENT, 3}, /* a surrogate */
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++) {
		unsigned code;

		assert_ptr_equal(
			text_code_point(TEXTS[i].text, &code), TEXTS[i].text + TEXTS[i].length);
		assert_int_equal(code, TEXTS[i].code);
	}
}

static void a_control_character_of_ascii_is_found_anywhere(void **state)
{
	(void)state;
	assert_true(text_has_control("a\nb"));
	assert_true(text_has_control("\x7f"));
	assert_true(text_has_control("a\x1f"));
	assert_false(text_has_control(""));
	assert_false(text_has_control("a b~\xC3\xA9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_but_the_surrogates_is_utf8),
		cmocka_unit_test(malformed_sequences_are_not_utf8),
		cmocka_unit_test(nothing_is_read_beyond_the_length),
		cmocka_unit_test(invalid_utf8_becomes_question_marks),
		cmocka_unit_test(length_counts_code_points),
		cmocka_unit_test(control_characters_are_hidden),
		cmocka_unit_test(blanks_at_the_ends_are_removed),
		cmocka_unit_test(code_points_are_read_one_by_one),
		cmocka_unit_test(a_control_character_of_ascii_is_found_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
