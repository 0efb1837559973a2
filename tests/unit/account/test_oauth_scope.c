/*
 * Unit tests of lists of scopes.
 */
#include "../unit.h"

#include "account/oauth/oauth_scope.h"

static void assert_common(
	struct arena *arena, const char *requested, const char *allowed, const char *expected)
{
	assert_string_equal(oauth_scope_common(arena, requested, allowed), expected);
}

static void an_application_gets_what_it_asks_for_and_may_have(void **state)
{
	assert_common(*state, "profile:read workouts:write", "workouts:read profile:read",
		"profile:read");
	assert_common(*state, "b a", "a b c", "b a");
}

static void a_word_that_begins_like_another_one_is_another_scope(void **state)
{
	assert_common(*state, "profile:read", "profile:readall", "");
	assert_common(*state, "profile:readall", "profile:read", "");
	assert_common(*state, "PROFILE:READ", "profile:read", "");
}

static void each_scope_is_given_once(void **state)
{
	assert_common(*state, "a b a  b\ta", "b a", "a b");
}

static void blanks_of_any_kind_separate_scopes(void **state)
{
	assert_common(*state, "\t a\r\n\nb  ", " b\na\t", "a b");
}

static void an_empty_list_allows_and_requests_nothing(void **state)
{
	assert_common(*state, NULL, "a", "");
	assert_common(*state, "a", NULL, "");
	assert_common(*state, NULL, NULL, "");
	assert_common(*state, " ", "a", "");
}

static void a_refresh_may_ask_for_less_and_not_for_more(void **state)
{
	(void)state;
	assert_true(oauth_scope_within("a", "b a"));
	assert_true(oauth_scope_within("a b", "b a"));
	assert_true(oauth_scope_within("a a", "a"));
	assert_false(oauth_scope_within("a c", "b a"));
	assert_false(oauth_scope_within("aa", "a"));
	assert_false(oauth_scope_within("a", "aa"));
}

static void an_empty_request_is_within_every_list(void **state)
{
	(void)state;
	assert_true(oauth_scope_within(NULL, NULL));
	assert_true(oauth_scope_within(" \t", NULL));
	assert_true(oauth_scope_within("", "a"));
	assert_false(oauth_scope_within("a", NULL));
	assert_false(oauth_scope_within("a", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(an_application_gets_what_it_asks_for_and_may_have),
		ARENA_TEST(a_word_that_begins_like_another_one_is_another_scope),
		ARENA_TEST(each_scope_is_given_once),
		ARENA_TEST(blanks_of_any_kind_separate_scopes),
		ARENA_TEST(an_empty_list_allows_and_requests_nothing),
		cmocka_unit_test(a_refresh_may_ask_for_less_and_not_for_more),
		cmocka_unit_test(an_empty_request_is_within_every_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
