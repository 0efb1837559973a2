/*
 * Unit tests of http/query_string.
 */
#include "../memory_source.h"

#include "http/query_string.h"

static enum query_string_result value_of(
	struct arena *arena, const char *query, const char *name, const char **value)
{
	struct memory_source memory = {
		.parameters = (const char *const[]){"QUERY_STRING", query, NULL}};
	struct request_source source;
	struct request request = memory_request(arena, &source, &memory);

	return query_string_value(&request, name, value);
}

static void a_value_is_found_by_its_name(void **state)
{
	static const struct {
		const char *query, *value;
	} CASES[] = {
		{"q=a", "a"},
		{"x=1&q=a&y=2", "a"},
		{"q=first&q=second", "first"},
		{"q", ""},
		{"q=", ""},
		{"q&q=a", ""},
		{"q=a=b", "a=b"},
		{"qq=1&q=a", "a"},
		{"&&q=a", "a"},
		{"q=a+b%20c%2Bd", "a b c+d"},
		{"q=%C3%A9", "\xc3\xa9"},
		{"x=%zz&q=a", "a"},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
		const char *value;

		assert_int_equal(value_of(*state, CASES[i].query, "q", &value), QUERY_STRING_FOUND);
		assert_string_equal(value, CASES[i].value);
	}
}

static void a_name_that_is_not_there_is_absent(void **state)
{
	static const char *const QUERIES[] = {
		"", "&", "x=q", "qq=1", "Q=1", "%71=1", "=q", "x=1&y"};

	for (size_t i = 0; i < sizeof(QUERIES) / sizeof(*QUERIES); i++) {
		const char *value;

		assert_int_equal(value_of(*state, QUERIES[i], "q", &value), QUERY_STRING_ABSENT);
		assert_null(value);
	}
}

static void a_badly_encoded_value_is_invalid(void **state)
{
	static const char *const QUERIES[] = {"q=%", "q=%2", "q=%zz", "q=%00", "q=%FF", "q=%C3"};

	for (size_t i = 0; i < sizeof(QUERIES) / sizeof(*QUERIES); i++) {
		const char *value;

		assert_int_equal(value_of(*state, QUERIES[i], "q", &value), QUERY_STRING_INVALID);
		assert_null(value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(a_value_is_found_by_its_name),
		ARENA_TEST(a_name_that_is_not_there_is_absent),
		ARENA_TEST(a_badly_encoded_value_is_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
