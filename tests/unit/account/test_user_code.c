/*
 * Unit tests of the code that a person types to approve a program.
 */
#include "../unit.h"

#include "account/oauth/user_code.h"

static void a_code_is_two_groups_of_four_consonants(void **state)
{
	struct user_code code;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(user_code_make(&code));
		assert_int_equal(strlen(code.text), OAUTH_USER_CODE_SIZE - 1);
		assert_int_equal(strspn(code.text, "BCDFGHJKLMNPQRSTVWXZ"), 4);
		assert_int_equal(code.text[4], '-');
		assert_int_equal(strspn(code.text + 5, "BCDFGHJKLMNPQRSTVWXZ"), 4);
	}
}

static void two_codes_differ(void **state)
{
	struct user_code one, other;

	(void)state;
	assert_true(user_code_make(&one) && user_code_make(&other));
	assert_string_not_equal(one.text, other.text);
	assert_string_not_equal(one.hash, other.hash);
}

static void a_code_that_is_typed_has_the_hash_of_the_one_that_was_made(void **state)
{
	struct user_code made, typed;

	(void)state;
	assert_true(user_code_make(&made));
	assert_int_equal(user_code_read(made.text, &typed), USER_CODE_READ);
	assert_string_equal(typed.text, made.text);
	assert_string_equal(typed.hash, made.hash);
}

static void case_hyphens_and_blanks_do_not_matter(void **state)
{
	static const char *const TYPED[] = {
		"BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "BC-DF-gh-jk", "--BCDFGHJK"};
	struct user_code code;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TYPED); i++) {
		assert_int_equal(user_code_read(TYPED[i], &code), USER_CODE_READ);
		assert_string_equal(code.text, "BCDF-GHJK");
	}
}

static void other_texts_are_not_codes(void **state)
{
	static const char *const TYPED[] = {"", "-", "BCDF-GHJ", "BCDF-GHJKL", "BCDF-GHJA",
		"BCDF-GHJ1", "BCDF-GHJY", "BCDF_GHJK", "BCDF\tGHJK", "BCDF-GHJ\xc3\xa9",
		"BCDF-GHJK\n"};
	struct user_code code;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TYPED); i++)
		if (user_code_read(TYPED[i], &code) != USER_CODE_MALFORMED)
			fail_msg("accepted: %s", TYPED[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_is_two_groups_of_four_consonants),
		cmocka_unit_test(two_codes_differ),
		cmocka_unit_test(a_code_that_is_typed_has_the_hash_of_the_one_that_was_made),
		cmocka_unit_test(case_hyphens_and_blanks_do_not_matter),
		cmocka_unit_test(other_texts_are_not_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
