/*
 * Unit tests of the shortuuid: the vectors of contract §4, and malformed UUIDs.
 */
#include "../unit.h"

#include "account/shortuuid.h"

static void assert_short(const char *uuid, const char *expected)
{
	char text[SHORTUUID_SIZE];

	memset(text, 'x', sizeof(text));
	assert_true(shortuuid_encode(uuid, text));
	assert_string_equal(text, expected);
}

static void the_vectors_of_the_contract_match(void **state)
{
	(void)state;
	assert_short("e060bde0-5e3f-4906-a329-13b102c814cb", "hvYBqYBRa7wwXpaStWR4V2");
	assert_short("00000000-0000-4000-8000-000000000001", "222222226WxN9XkumNJJJ9");
	assert_short("6ba7b810-9dad-41d1-80b4-00c04fd430c8", "MAnkyno2YaVgVvVUa4M22R");
	assert_short("00000000-0000-0000-0000-000000000000", "2222222222222222222222");
	assert_short("ffffffff-ffff-ffff-ffff-ffffffffffff", "oZEq7ovRbLq6UnGMPwc8B5");
}

static void carries_propagate_between_words(void **state)
{
	(void)state;
	assert_short("00000000-0000-0000-0000-000000000001", "2222222222222222222223");
	assert_short("00000000-0000-0000-0000-000000000039", "2222222222222222222232");
	assert_short("00000000-0000-0000-0000-000100000000", "222222222222222299srAT");
	assert_short("00000000-0000-0001-0000-000000000000", "22222222222txLqViLENDy");
	assert_short("00000001-0000-0000-0000-000000000000", "222228PiYtj2UgLjFncry9");
}

static void every_digit_has_its_character(void **state)
{
	static const char ALPHABET[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

	for (int digit = 0; digit < 57; digit++)
		assert_short(arena_printf(*state, "%032x", digit),
			arena_printf(*state, "222222222222222222222%c", ALPHABET[digit]));
}

static void case_and_hyphens_do_not_matter(void **state)
{
	(void)state;
	assert_short("E060BDE0-5E3F-4906-A329-13B102C814CB", "hvYBqYBRa7wwXpaStWR4V2");
	assert_short("e060bde05e3f4906a32913b102c814cb", "hvYBqYBRa7wwXpaStWR4V2");
}

static void a_shortuuid_is_read_back(void **state)
{
	static const char *const UUIDS[] = {"e060bde0-5e3f-4906-a329-13b102c814cb",
		"00000000-0000-4000-8000-000000000001", "00000000-0000-0000-0000-000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff", "00000001-0000-0001-0000-000100000000"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(UUIDS); i++) {
		char text[SHORTUUID_SIZE], uuid[SHORTUUID_UUID_SIZE];

		assert_true(shortuuid_encode(UUIDS[i], text));
		assert_true(shortuuid_decode(text, uuid));
		assert_string_equal(uuid, UUIDS[i]);
	}
}

static void what_is_no_shortuuid_is_rejected(void **state)
{
	static const char *const REFUSED[] = {"", "hvYBqYBRa7wwXpaStWR4V",
		"hvYBqYBRa7wwXpaStWR4V22", "hvYBqYBRa7wwXpaStWR4V0", "hvYBqYBRa7wwXpaStWR4Vl",
		"hvYBqYBRa7wwXpaStWR4V-",
		/* 2^128 and above */
		"oZEq7ovRbLq6UnGMPwc8B6", "zzzzzzzzzzzzzzzzzzzzzz",
		"e060bde0-5e3f-4906-a329-13b102c814cb"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++) {
		char uuid[SHORTUUID_UUID_SIZE];

		if (shortuuid_decode(REFUSED[i], uuid))
			fail_msg("accepted: %s", REFUSED[i]);
	}
}

static void malformed_uuids_are_rejected(void **state)
{
	static const char *const REFUSED[] = {"", "-", "e060bde0",
		"e060bde0-5e3f-4906-a329-13b102c814c", "e060bde0-5e3f-4906-a329-13b102c814cb0",
		"e060bde0-5e3f-4906-a329-13b102c814cg", "e060bde0-5e3f-4906-a329-13b102c814c`",
		"e060bde0-5e3f-4906-a329-13b102c814c@",
		"e060bde0-5e3f-4906-a329-13b102c814c:", "e060bde0-5e3f-4906-a329-13b102c814c/",
		"{e060bde0-5e3f-4906-a329-13b102c814cb}", "e060bde0 5e3f 4906 a329 13b102c814cb",
		"hvYBqYBRa7wwXpaStWR4V2"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++) {
		char text[SHORTUUID_SIZE];

		if (shortuuid_encode(REFUSED[i], text))
			fail_msg("accepted: %s", REFUSED[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_contract_match),
		cmocka_unit_test(carries_propagate_between_words),
		ARENA_TEST(every_digit_has_its_character),
		cmocka_unit_test(case_and_hyphens_do_not_matter),
		cmocka_unit_test(malformed_uuids_are_rejected),
		cmocka_unit_test(a_shortuuid_is_read_back),
		cmocka_unit_test(what_is_no_shortuuid_is_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
