/*
 * Unit tests of account/validation: usernames, addresses, passwords (contract §6.0).
 */
#include "../unit.h"

#include "core/languages.h"
#include "account/validation.h"

/* `count` times the same character, followed by a text. */
static char *repeated(struct arena *arena, char character, int count, const char *rest)
{
	char *text = arena_printf(arena, "%*s%s", count, "", rest);

	memset(text, character, (size_t)count);
	return text;
}

static void a_username_has_3_to_30_characters(void **state)
{
	assert_int_equal(validation_username("ab", 30), VIOLATION_USERNAME_LENGTH);
	assert_int_equal(validation_username("abc", 30), 0);
	assert_int_equal(validation_username(repeated(*state, 'x', 30, ""), 30), 0);
	assert_int_equal(
		validation_username(repeated(*state, 'x', 31, ""), 30), VIOLATION_USERNAME_LENGTH);
}

static void a_username_consists_of_ascii_letters_digits_and_underscore(void **state)
{
	static const char *const REFUSED[] = {"sam ", " sam", "sa m", "sam-1", "sam.1", "sam@1",
		"sam\n", "\nsam", "sam\t", "s\xc3\xa1mu", "sam\xef\xbc\x91", "sam'", "<sam>",
		"sam{", "sam[", "sam`", "sam/", "sam:"};

	(void)state;
	assert_int_equal(validation_username("abcdefghijklmnopqrstuvwxyz_", 30), 0);
	assert_int_equal(validation_username("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 30), 0);
	assert_int_equal(validation_username("0123456789", 30), 0);
	assert_int_equal(validation_username("___", 30), 0);
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++)
		if (validation_username(REFUSED[i], 30) != VIOLATION_USERNAME_CHARACTERS)
			fail_msg("%s", REFUSED[i]);
}

static void a_username_may_violate_both_rules(void **state)
{
	const unsigned both = VIOLATION_USERNAME_LENGTH | VIOLATION_USERNAME_CHARACTERS;

	assert_int_equal(validation_username("", 30), both);
	assert_int_equal(validation_username("a-", 30), both);
	assert_int_equal(validation_username(repeated(*state, '.', 31, ""), 30), both);
}

static void the_length_of_a_username_is_counted_in_characters_not_bytes(void **state)
{
	(void)state;
	/* two characters of two bytes each */
	assert_int_equal(validation_username("\xc3\xa9\xc3\xa9", 30),
		VIOLATION_USERNAME_LENGTH | VIOLATION_USERNAME_CHARACTERS);
	/* thirty of two bytes each */
	assert_int_equal(validation_username(
				 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
				 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
				 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
				 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9",
				 30),
		VIOLATION_USERNAME_CHARACTERS);
}

static void addresses_of_the_pattern_are_valid(void **state)
{
	static const char *const ACCEPTED[] = {"sam@example.com", "SAM@EXAMPLE.COM", "a@b.c",
		"a@b..", "a@b.-", "s.a_m+tag-1@ex-ample.co.uk", "+@-.1", ".@-.-", "1@2.3",
		"sam@example.com."};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ACCEPTED); i++)
		if (validation_email(ACCEPTED[i]) != 0)
			fail_msg("refused: %s", ACCEPTED[i]);
}

static void malformed_addresses_are_rejected(void **state)
{
	static const char *const REFUSED[] = {"", "@", "sam", "sam@", "@example.com", "sam@example",
		"sam@.com", "sam@example.", "sam@@example.com", "sam@exa@mple.com",
		"sam@example.com@", "sam@exam_ple.com", "sam@example.co_m", "sam@exa mple.com",
		"sa m@example.com", " sam@example.com", "sam@example.com ", "sam@example.com\n",
		"\nsam@example.com", "sam\n@example.com", "sam@example.com\r\nBcc: x@example.com",
		"s\xc3\xa1m@example.com", "sam@ex\xc3\xa1mple.com", "sam@example.c\xc3\xb3m",
		"\"sam\"@example.com", "sam@[192.0.2.1]", "<sam@example.com>",
		"sam@example.com,x@example.com", "sam/1@example.com", "sam@example+.com",
		"sam@example.com+"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++)
		if (validation_email(REFUSED[i]) != VIOLATION_EMAIL)
			fail_msg("accepted: %s", REFUSED[i]);
}

static void an_address_has_at_most_255_characters(void **state)
{
	assert_int_equal(validation_email(repeated(*state, 'x', 243, "@example.com")), 0);
	assert_int_equal(
		validation_email(repeated(*state, 'x', 244, "@example.com")), VIOLATION_EMAIL);
}

static void a_password_has_8_code_points(void **state)
{
	(void)state;
	assert_int_equal(validation_password(""), VIOLATION_PASSWORD);
	assert_int_equal(validation_password("1234567"), VIOLATION_PASSWORD);
	assert_int_equal(validation_password("12345678"), 0);
	assert_int_equal(validation_password("        "), 0);
	assert_int_equal(validation_password("123456 \n"), 0);
	/* seven characters of four bytes each, then eight of two */
	assert_int_equal(validation_password(
				 "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
				 "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"),
		VIOLATION_PASSWORD);
	assert_int_equal(
		validation_password(
			"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"),
		0);
}

static void a_password_of_511_bytes_fits(void **state)
{
	assert_true(validation_password_fits(""));
	assert_true(validation_password_fits(repeated(*state, 'x', 511, "")));
	assert_false(validation_password_fits(repeated(*state, 'x', 512, "")));
	assert_false(validation_password_fits(repeated(*state, 'x', 510, "\xc3\xa9")));
}

static void a_language_that_is_not_in_the_list_becomes_english(void **state)
{
	static const char *const UNKNOWN[] = {
		"", "invalid", "FR", "f", "fr ", " fr", "en fr", "fr-FR", "\n"};

	(void)state;
	assert_string_equal(validation_language(LANGUAGES, "fr"), "fr");
	assert_string_equal(validation_language(LANGUAGES, "pl"), "pl");
	assert_string_equal(validation_language(LANGUAGES, "en"), "en");
	assert_string_equal(validation_language(LANGUAGES, NULL), "en");
	for (size_t i = 0; i < UNIT_COUNT(UNKNOWN); i++)
		assert_string_equal(validation_language(LANGUAGES, UNKNOWN[i]), "en");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(a_username_has_3_to_30_characters),
		cmocka_unit_test(a_username_consists_of_ascii_letters_digits_and_underscore),
		ARENA_TEST(a_username_may_violate_both_rules),
		cmocka_unit_test(the_length_of_a_username_is_counted_in_characters_not_bytes),
		cmocka_unit_test(addresses_of_the_pattern_are_valid),
		cmocka_unit_test(malformed_addresses_are_rejected),
		ARENA_TEST(an_address_has_at_most_255_characters),
		cmocka_unit_test(a_password_has_8_code_points),
		ARENA_TEST(a_password_of_511_bytes_fits),
		cmocka_unit_test(a_language_that_is_not_in_the_list_becomes_english),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
