/*
 * Unit tests of core/error: the text says what was attempted and why it failed, and never overflows.
 */
#include "../unit.h"

#include "core/error.h"

#include <errno.h>
#include <string.h>

static void test_an_error_names_the_attempt_and_the_reason_of_errno(void **state)
{
	struct error error = ERROR_NONE;

	(void)state;
	assert_false(error_set_errno(&error, ENOENT, "could not open file \"%s\"", "a"));
	assert_string_equal(error.text, "could not open file \"a\": No such file or directory");
	assert_int_equal(error.number, ENOENT);
}

static void test_a_higher_level_puts_its_attempt_before_the_reason(void **state)
{
	struct error error = ERROR_NONE;

	(void)state;
	error_set(&error, "line %d is too long", 3);
	assert_false(error_prefix(&error, "could not read manifest"));
	assert_string_equal(error.text, "could not read manifest: line 3 is too long");
	assert_int_equal(error.number, 0);
}

static void test_a_text_that_is_too_long_is_cut(void **state)
{
	struct error error = ERROR_NONE;
	char name[2 * ERROR_TEXT_SIZE];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	error_set_errno(&error, EACCES, "%s", name);
	assert_int_equal(strlen(error.text), ERROR_TEXT_SIZE - 1);
	error_prefix(&error, "%s", name);
	assert_int_equal(strlen(error.text), ERROR_TEXT_SIZE - 1);
}

static void test_the_error_argument_may_be_null(void **state)
{
	(void)state;
	assert_false(error_set(NULL, "x"));
	assert_false(error_set_errno(NULL, EIO, "x"));
	assert_false(error_prefix(NULL, "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_error_names_the_attempt_and_the_reason_of_errno),
		cmocka_unit_test(test_a_higher_level_puts_its_attempt_before_the_reason),
		cmocka_unit_test(test_a_text_that_is_too_long_is_cut),
		cmocka_unit_test(test_the_error_argument_may_be_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
