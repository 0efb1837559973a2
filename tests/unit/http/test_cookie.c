/*
 * Unit tests of http/cookie: finding one cookie in the header, and the header that sets one.
 */
#include "../memory_source.h"

#include "http/cookie.h"

static const char *read_cookie(struct arena *arena, const char *header, const char *name)
{
	const char *const parameters[] = {header == NULL ? NULL : "HTTP_COOKIE", header, NULL};
	struct memory_source memory = {.parameters = parameters};
	struct request_source source;
	struct request request = memory_request(arena, &source, &memory);

	return cookie_read(&request, name);
}

static void a_cookie_is_found_by_its_whole_name(void **state)
{
	static const struct {
		const char *header, *value;
	} CASES[] = {
		{"id=abc", "abc"},
		{"a=1; id=abc; b=2", "abc"},
		{"a=1;id=abc;b=2", "abc"},
		{"id=a=b", "a=b"},
		{"id=", ""},
		{"id", ""},
		{"", ""},
		{"xid=1; id2=2; ID=3; id.=4", ""},
		{"x=id=5", ""},
		{";;; ;id=abc", "abc"},
		{"=; id=abc", "abc"},
		{"id=abc;", "abc"},
	};

	for (size_t i = 0; i < UNIT_COUNT(CASES); i++)
		if (strcmp(read_cookie(*state, CASES[i].header, "id"), CASES[i].value) != 0)
			fail_msg("%s: %s", CASES[i].header,
				read_cookie(*state, CASES[i].header, "id"));
	assert_string_equal(read_cookie(*state, NULL, "id"), "");
}

/* Another host of the domain can set a cookie of the same name. */
static void a_cookie_that_is_there_twice_is_ignored(void **state)
{
	assert_string_equal(read_cookie(*state, "id=1; id=2", "id"), "");
	assert_string_equal(read_cookie(*state, "id=1; id=1", "id"), "");
	assert_string_equal(read_cookie(*state, "id=; id=1", "id"), "");
}

static void a_value_has_a_limit(void **state)
{
	char header[3 + COOKIE_VALUE_MAX + 2];

	memset(header, 'x', sizeof(header));
	memcpy(header, "id=", 3);
	header[sizeof(header) - 1] = '\0';
	assert_string_equal(read_cookie(*state, header, "id"), "");
	header[sizeof(header) - 2] = '\0';
	assert_int_equal(strlen(read_cookie(*state, header, "id")), COOKIE_VALUE_MAX);
}

static const char *set_cookie(struct arena *arena, const struct cookie *cookie)
{
	struct response response = {0};

	assert_true(cookie_set(&response, arena, cookie));
	assert_int_equal(response.header_count, 1);
	assert_string_equal(response.headers[0].name, "Set-Cookie");
	return response.headers[0].value;
}

static void a_cookie_is_for_the_pages_of_this_site_alone(void **state)
{
	struct cookie cookie = {.name = "id", .value = "abc", .path = "/account/"};

	assert_string_equal(
		set_cookie(*state, &cookie), "id=abc; Path=/account/; HttpOnly; SameSite=Lax");
	cookie.secure = true;
	cookie.max_age = 60;
	assert_string_equal(set_cookie(*state, &cookie),
		"id=abc; Path=/account/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
}

static void an_empty_value_removes_the_cookie(void **state)
{
	const struct cookie cookie = {.name = "id", .value = "", .path = "/", .max_age = 60};

	assert_string_equal(
		set_cookie(*state, &cookie), "id=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(a_cookie_is_found_by_its_whole_name),
		ARENA_TEST(a_cookie_that_is_there_twice_is_ignored),
		ARENA_TEST(a_value_has_a_limit),
		ARENA_TEST(a_cookie_is_for_the_pages_of_this_site_alone),
		ARENA_TEST(an_empty_value_removes_the_cookie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
