/*
 * Unit tests of core/url: the URLs of the settings.
 */
#include "unit.h"

#include "core/url.h"

static struct url parse(struct arena *arena, const char *text)
{
	struct url url;

	if (!url_parse(arena, text, &url))
		fail_msg("refused: %s", text);
	return url;
}

static void a_url_is_taken_apart_into_all_its_parts(void **state)
{
	struct url url = parse(*state,
		"mysql://fitgate:pa55@db.example.org:3307/fit?unix_socket=/run/db.sock&ssl=verify");

	assert_string_equal(url.scheme, "mysql");
	assert_string_equal(url.user, "fitgate");
	assert_string_equal(url.password, "pa55");
	assert_string_equal(url.host, "db.example.org");
	assert_int_equal(url.port, 3307);
	assert_string_equal(url.path, "fit");
	assert_int_equal(url.parameter_count, 2);
	assert_string_equal(url_parameter(&url, "unix_socket"), "/run/db.sock");
	assert_string_equal(url_parameter(&url, "ssl"), "verify");
}

static void parts_that_are_not_there_are_told_apart_from_empty_ones(void **state)
{
	struct url url = parse(*state, "smtp://mail");

	assert_null(url.user);
	assert_null(url.password);
	assert_string_equal(url.host, "mail");
	assert_int_equal(url.port, 0);
	assert_string_equal(url.path, "");
	assert_int_equal(url.parameter_count, 0);
	assert_null(url_parameter(&url, "tls"));

	url = parse(*state, "mysql://user@host/");
	assert_string_equal(url.user, "user");
	assert_null(url.password);
	assert_string_equal(url.path, "");

	url = parse(*state, "mysql://user:@host?a=");
	assert_string_equal(url.password, "");
	assert_string_equal(url_parameter(&url, "a"), "");
}

static void an_encoded_delimiter_is_data(void **state)
{
	struct url url =
		parse(*state, "mysql://a%3Ab%40c:p%2F%3F%40%3A%26w@h%2Eo/d%3Fb%2Fx?a%3D=%26%3D%25");

	assert_string_equal(url.user, "a:b@c");
	assert_string_equal(url.password, "p/?@:&w");
	assert_string_equal(url.host, "h.o");
	assert_string_equal(url.path, "d?b/x");
	assert_string_equal(url_parameter(&url, "a="), "&=%");
}

static void a_password_may_hold_an_at_sign_and_a_colon_as_they_are(void **state)
{
	struct url url = parse(*state, "smtp://user@example.org:p@ss:word@mail:587");

	/* the first colon ends the user */
	assert_string_equal(url.user, "user@example.org");
	assert_string_equal(url.password, "p@ss:word");
	assert_string_equal(url.host, "mail");
	assert_int_equal(url.port, 587);
}

static void an_ipv6_address_stands_in_brackets(void **state)
{
	struct url url = parse(*state, "smtp://u:p@[::1]:2525/x");

	assert_string_equal(url.host, "::1");
	assert_int_equal(url.port, 2525);
	assert_string_equal(url.path, "x");

	url = parse(*state, "smtp://[2001:db8::7]");
	assert_string_equal(url.host, "2001:db8::7");
	assert_int_equal(url.port, 0);
}

static void what_is_no_such_url_is_refused(void **state)
{
	static const char *const REFUSED[] = {"", "mysql", "mysql:host", "//host/db", "://host/db",
		"mysql:/host/db", "smtp://host:", "smtp://host:0", "smtp://host:65536",
		"smtp://host:-1", "smtp://host:25x", "smtp://host:port", "smtp://::1",
		"smtp://[::1", "smtp://[::1]x", "smtp://[::1]25", "smtp://%zz@host",
		"smtp://u:%4@host", "smtp://ho%st", "mysql://host/%", "mysql://host/d?a=%1",
		"mysql://host/d?%1=a", "mysql://host/d?a", "mysql://host/d?a=1&b",
		"mysql://host/d?a=1&&b=2", "mysql://u:a%00b@host/d"};

	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++) {
		struct url url;

		if (url_parse(*state, REFUSED[i], &url))
			fail_msg("accepted: %s", REFUSED[i]);
	}
}

static void ports_reach_from_1_to_65535(void **state)
{
	assert_int_equal(parse(*state, "smtp://host:1").port, 1);
	assert_int_equal(parse(*state, "smtp://host:65535").port, 65535);
}

static void there_is_room_for_eight_parameters(void **state)
{
	struct url url = parse(*state, "x://h?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8");

	assert_string_equal(url_parameter(&url, "a"), "1");
	assert_string_equal(url_parameter(&url, "h"), "8");
	assert_false(url_parse(*state, "x://h?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9", &url));
}

static void parameters_are_found_by_their_exact_name(void **state)
{
	struct url url = parse(*state, "x://h?tls=True&ssl=off");

	assert_null(url_parameter(&url, "TLS"));
	assert_null(url_parameter(&url, "tl"));
	assert_null(url_parameter(&url, ""));
	assert_string_equal(url_parameter(&url, "ssl"), "off");
}

static void the_text_is_left_as_it_was(void **state)
{
	char text[] = "mysql://u:p%40@h:1/d?a=b";
	struct url url = parse(*state, text);

	assert_string_equal(text, "mysql://u:p%40@h:1/d?a=b");
	memset(text, 'x', sizeof(text) - 1);
	assert_string_equal(url.password, "p@");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(a_url_is_taken_apart_into_all_its_parts),
		ARENA_TEST(parts_that_are_not_there_are_told_apart_from_empty_ones),
		ARENA_TEST(an_encoded_delimiter_is_data),
		ARENA_TEST(a_password_may_hold_an_at_sign_and_a_colon_as_they_are),
		ARENA_TEST(an_ipv6_address_stands_in_brackets),
		ARENA_TEST(what_is_no_such_url_is_refused),
		ARENA_TEST(ports_reach_from_1_to_65535),
		ARENA_TEST(there_is_room_for_eight_parameters),
		ARENA_TEST(parameters_are_found_by_their_exact_name),
		ARENA_TEST(the_text_is_left_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
