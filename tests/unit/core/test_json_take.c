/*
 * Unit tests of core/json/json_take.
 */
#include "../unit.h"

#include "core/json/json_take.h"

#include <limits.h>

/* A copy that the functions may change. */
static char *text_of(void **state, const char *text)
{
	return arena_copy(*state, text, strlen(text));
}

static void pieces_are_taken_in_order_and_blanks_are_skipped(void **state)
{
	char *at = text_of(state, " {\"a\" : [ 1,-20 ,\tnull,\n\"x y\"] }\r\n");
	int64_t value;

	assert_true(json_take(&at, '{'));
	assert_string_equal(json_take_text(&at), "a");
	assert_true(json_take(&at, ':'));
	assert_true(json_take(&at, '['));
	assert_true(json_take_integer(&at, INT_MIN, INT_MAX, &value));
	assert_int_equal(value, 1);
	assert_true(json_take(&at, ','));
	assert_true(json_take_integer(&at, INT_MIN, INT_MAX, &value));
	assert_int_equal(value, -20);
	assert_true(json_take(&at, ','));
	assert_true(json_take_null(&at));
	assert_true(json_take(&at, ','));
	assert_string_equal(json_take_text(&at), "x y");
	assert_true(json_take(&at, ']'));
	assert_true(json_take(&at, '}'));
}

static void what_is_not_there_is_not_taken_and_another_piece_still_can_be(void **state)
{
	char *at = text_of(state, "[12]");
	int64_t value;

	assert_false(json_take(&at, '{'));
	assert_false(json_take_null(&at));
	assert_false(json_take_integer(&at, INT_MIN, INT_MAX, &value));
	assert_null(json_take_text(&at));
	assert_true(json_take(&at, '['));
	assert_null(json_take_text(&at));
	assert_true(json_take_integer(&at, INT_MIN, INT_MAX, &value));
	assert_int_equal(value, 12);
}

static void an_integer_is_in_its_range(void **state)
{
	char *at = text_of(state, "100");
	int64_t value = 7;

	assert_false(json_take_integer(&at, 0, 99, &value));
	assert_false(json_take_integer(&at, 101, INT_MAX, &value));
	assert_int_equal(value, 7);
	assert_true(json_take_integer(&at, 100, 100, &value));
}

static void other_numbers_are_not_taken_whole(void **state)
{
	static const char *const TEXTS[] = {
		"", "-", "--1", "1-", "99999999999999999999999999999999999999", "+1", ".5"};
	int64_t value;

	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++) {
		char *at = text_of(state, TEXTS[i]);

		assert_false(json_take_integer(&at, INT64_MIN, INT64_MAX, &value));
	}
}

static void a_string_without_its_end_or_with_an_escape_is_not_taken(void **state)
{
	static const char *const TEXTS[] = {"\"abc", "\"", "\"a\\\"b\"", "\"a\\u0041\"", "abc\""};

	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++) {
		char *at = text_of(state, TEXTS[i]);

		assert_null(json_take_text(&at));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(pieces_are_taken_in_order_and_blanks_are_skipped),
		ARENA_TEST(what_is_not_there_is_not_taken_and_another_piece_still_can_be),
		ARENA_TEST(an_integer_is_in_its_range),
		ARENA_TEST(other_numbers_are_not_taken_whole),
		ARENA_TEST(a_string_without_its_end_or_with_an_escape_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
