/*
 * Unit tests of mail/message: header lines (RFC 5322, RFC 2047), and the encoding of the text.
 */
#include "../unit.h"

#include "core/text.h"
#include "mail/message.h"

#include <openssl/evp.h>

static struct message message_to(const char *to, const char *subject)
{
	return (struct message){
		.from = "fitgate@example.com",
		.from_name = "",
		.to = to,
		.subject = subject,
		.id = "fitgate.7.1@example.com",
		.date = INT64_C(1563113398123456),
	};
}

static bool has_headers(struct arena *arena, struct message message)
{
	char *headers[MESSAGE_HEADERS];

	return message_headers(arena, &message, headers);
}

static void the_header_is_complete(void **state)
{
	static const char *const EXPECTED[] = {
		"Date: Sun, 14 Jul 2019 14:09:58 +0000",
		"From: fitgate@example.com",
		"To: sam@example.com",
		"Subject: Confirm your account",
		"Message-ID: <fitgate.7.1@example.com>",
		"Auto-Submitted: auto-generated",
		"Content-Type: multipart/alternative",
	};
	const struct message message = message_to("sam@example.com", "Confirm your account");
	char *headers[MESSAGE_HEADERS];

	assert_true(message_headers(*state, &message, headers));
	assert_int_equal(MESSAGE_HEADERS, UNIT_COUNT(EXPECTED) + 1);
	for (size_t i = 0; i < UNIT_COUNT(EXPECTED); i++)
		assert_string_equal(headers[i], EXPECTED[i]);
	assert_null(headers[MESSAGE_HEADERS - 1]);
}

static void values_with_a_line_break_are_rejected_in_headers(void **state)
{
	static const char *const HOSTILE[] = {"a\nBcc: x@example.com", "a\r\nBcc: x@example.com",
		"a\rb", "a\n", "\x7f", "a\tb", "\x01"};

	assert_true(has_headers(*state, message_to("sam@example.com", "Hello")));
	for (size_t i = 0; i < UNIT_COUNT(HOSTILE); i++) {
		struct message message = message_to("sam@example.com", HOSTILE[i]);

		assert_false(has_headers(*state, message));
		message.subject = arena_printf(*state, "caf\xc3\xa9 %s", HOSTILE[i]);
		assert_false(has_headers(*state, message));
		message.subject = "Hello";
		message.id = HOSTILE[i];
		assert_false(has_headers(*state, message));
		message =
			message_to(arena_printf(*state, "sam@example.com%s", HOSTILE[i]), "Hello");
		assert_false(has_headers(*state, message));
		message.from = message.to;
		message.to = "sam@example.com";
		assert_false(has_headers(*state, message));
		message = message_to("sam@example.com", "Hello");
		message.from_name = HOSTILE[i];
		assert_false(has_headers(*state, message));
	}
}

static void a_name_is_quoted_or_encoded_if_that_is_necessary(void **state)
{
	static const struct {
		const char *name, *expected;
	} NAMES[] = {
		{"", "a@b.example"},
		{"Fit Gate", "Fit Gate <a@b.example>"},
		{"Fit, Gate", "\"Fit, Gate\" <a@b.example>"},
		{"a\"b\\c", "\"a\\\"b\\\\c\" <a@b.example>"},
		{"caf\xc3\xa9", "=?UTF-8?B?Y2Fmw6k=?= <a@b.example>"},
		{"=?x", "=?UTF-8?B?PT94?= <a@b.example>"},
		{"The accounts of the club", "The accounts of the club\r\n <a@b.example>"},
	};

	for (size_t i = 0; i < UNIT_COUNT(NAMES); i++)
		assert_string_equal(
			message_mailbox(*state, NAMES[i].name, "a@b.example"), NAMES[i].expected);
}

static void plain_addresses_need_no_quotes(void **state)
{
	static const char *const PLAIN[] = {"sam@example.com", "s.a_m+tag-1@ex-ample.co.uk", "a@b",
		"o'neil@example.com", "a=b@example.com"};
	static const char *const OTHERS[] = {"", "@", "sam", "sam@", "@example.com", "a@b@c",
		"a@@b", "sam @example.com", "sam@example.com ", "<sam@example.com>",
		"Sam <sam@example.com>", "a@x.com,b@x.com", "a@x.com;b@x.com", "sam(x)@example.com",
		"\"sam\"@example.com", "sam@[192.0.2.1]", "sam\\@example.com", "sam:x@example.com",
		"sam@example.com\n", "s\xc3\xa1m@example.com", "sam@example.com\x7f",
		"sam\t@example.com"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(PLAIN); i++)
		if (!text_is_plain_address(PLAIN[i]))
			fail_msg("refused: %s", PLAIN[i]);
	for (size_t i = 0; i < UNIT_COUNT(OTHERS); i++)
		if (text_is_plain_address(OTHERS[i]))
			fail_msg("accepted: %s", OTHERS[i]);
}

/* ---- encoded words --------------------------------------------------------------------------- */

/* Decode RFC 2047. Each line but the first begins with a space; each encoded word is valid UTF-8 by itself. */
static char *decode_words(struct arena *arena, const char *text)
{
	static const char START[] = "=?UTF-8?B?";
	char *whole = "";

	for (;;) {
		const char *end = strstr(text, "?=");
		unsigned char bytes[UNIT_TEXT_MAX];
		int length, padding;

		assert_memory_equal(text, START, strlen(START));
		assert_non_null(end);
		assert_true(end + 2 - text <= 75);
		text += strlen(START);
		length = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)(end - text));
		padding = (end[-1] == '=') + (end[-2] == '=');
		assert_true(length > padding);
		bytes[length - padding] = '\0';
		assert_true((bytes[0] & 0xC0) != 0x80); /* begins at a character boundary */
		whole = arena_printf(arena, "%s%s", whole, (const char *)bytes);
		if (end[2] == '\0')
			return whole;
		assert_memory_equal(end + 2, "\r\n ", 3);
		text = end + 5;
	}
}

static void ascii_is_not_encoded(void **state)
{
	static const char *const TEXTS[] = {"", "Confirm your account", "a = b? c_d", "?="};

	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++)
		assert_string_equal(message_encode_header(*state, TEXTS[i]), TEXTS[i]);
}

static void other_text_becomes_an_encoded_word(void **state)
{
	assert_string_equal(message_encode_header(*state, "\xc3\xa9"), "=?UTF-8?B?w6k=?=");
	assert_string_equal(message_encode_header(*state, "Best\xc3\xa4tigung"),
		"=?UTF-8?B?QmVzdMOkdGlndW5n?=");
}

static void a_delete_character_is_encoded(void **state)
{
	assert_string_equal(decode_words(*state, message_encode_header(*state, "a\x7f")), "a\x7f");
}

static void text_that_looks_encoded_is_encoded(void **state)
{
	static const char TEXT[] = "=?UTF-8?B?w6k=?=";
	const char *encoded = message_encode_header(*state, TEXT);

	assert_string_not_equal(encoded, TEXT);
	assert_string_equal(decode_words(*state, encoded), TEXT);
}

static void line_breaks_never_pass(void **state)
{
	static const char TEXT[] = "a\r\nBcc: x@example.com";

	assert_string_equal(decode_words(*state, message_encode_header(*state, TEXT)), TEXT);
}

static void long_text_is_folded_between_characters(void **state)
{
	/* with ASCII characters in front, so that a character spans every possible boundary */
	for (int lead = 0; lead < 4; lead++) {
		char *text = arena_printf(*state, "%.*s", lead, "abc");

		for (int i = 0; i < 60; i++)
			text = arena_printf(*state, "%s%s", text,
				i % 2 == 0 ? "\xe2\x82\xac" : "\xf0\x9f\x98\x80");
		assert_string_equal(
			decode_words(*state, message_encode_header(*state, text)), text);
	}
}

static size_t longest_line(const char *text)
{
	size_t longest = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, "\r");

		longest = length > longest ? length : longest;
		text += length + strspn(text + length, "\r\n");
	}
	return longest;
}

static void long_ascii_is_folded_too(void **state)
{
	char *text = arena_zero(*state, 1001), *headers[MESSAGE_HEADERS];
	struct message message = message_to("sam@example.com", text);

	memset(text, 'x', 1000);
	assert_string_equal(decode_words(*state, message_encode_header(*state, text)), text);
	assert_true(message_headers(*state, &message, headers));
	assert_true(longest_line(headers[3]) <= 76); /* RFC 2047 §2 */
}

/* ---- encoding of the text -------------------------------------------------------------------- */

static void line_feeds_are_sent_as_crlf(void **state)
{
	assert_string_equal(message_wire_text(*state, ""), "");
	assert_string_equal(message_wire_text(*state, "a"), "a");
	assert_string_equal(message_wire_text(*state, "a\n\nb\n"), "a\r\n\r\nb\r\n");
	assert_string_equal(message_wire_text(*state, "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"),
		"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n");
}

static void ascii_in_lines_of_998_characters_is_sent_unencoded(void **state)
{
	char *text = arena_zero(*state, 3000);

	assert_true(message_is_seven_bit(""));
	assert_true(message_is_seven_bit("plain ~\ttext\n"));
	assert_false(message_is_seven_bit("caf\xc3\xa9"));
	assert_false(message_is_seven_bit("\x80"));
	assert_false(message_is_seven_bit("\xff"));
	assert_false(message_is_seven_bit("\x7f"));
	memset(text, 'x', 998);
	assert_true(message_is_seven_bit(text));
	text[998] = '\n';
	memset(text + 999, 'x', 998);
	assert_true(message_is_seven_bit(text));
	text[1997] = 'x';
	assert_false(message_is_seven_bit(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(the_header_is_complete),
		ARENA_TEST(values_with_a_line_break_are_rejected_in_headers),
		ARENA_TEST(a_name_is_quoted_or_encoded_if_that_is_necessary),
		cmocka_unit_test(plain_addresses_need_no_quotes),
		ARENA_TEST(ascii_is_not_encoded),
		ARENA_TEST(other_text_becomes_an_encoded_word),
		ARENA_TEST(a_delete_character_is_encoded),
		ARENA_TEST(text_that_looks_encoded_is_encoded),
		ARENA_TEST(line_breaks_never_pass),
		ARENA_TEST(long_text_is_folded_between_characters),
		ARENA_TEST(long_ascii_is_folded_too),
		ARENA_TEST(line_feeds_are_sent_as_crlf),
		ARENA_TEST(ascii_in_lines_of_998_characters_is_sent_unencoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
