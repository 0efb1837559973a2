/*
 * Unit tests of core/url: the URLs of the settings.
 */
#include "../unit.h"

#include "core/url.h"

static struct url parse(struct arena *arena, const char *text)
{
	struct url url;

	if (url_parse(arena, text, &url) != URL_PARSED)
		fail_msg("refused: %s", text);
	return url;
}

static void a_url_is_split_into_all_its_parts(void **state)
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

static void absent_and_empty_parts_are_distinguished(void **state)
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

static void a_password_may_contain_unencoded_at_signs_and_colons(void **state)
{
	struct url url = parse(*state, "smtp://user@example.org:p@ss:word@mail:587");

	/* the first colon ends the user name */
	assert_string_equal(url.user, "user@example.org");
	assert_string_equal(url.password, "p@ss:word");
	assert_string_equal(url.host, "mail");
	assert_int_equal(url.port, 587);
}

static void an_ipv6_address_is_in_brackets(void **state)
{
	struct url url = parse(*state, "smtp://u:p@[::1]:2525/x");

	assert_string_equal(url.host, "::1");
	assert_int_equal(url.port, 2525);
	assert_string_equal(url.path, "x");

	url = parse(*state, "smtp://[2001:db8::7]");
	assert_string_equal(url.host, "2001:db8::7");
	assert_int_equal(url.port, 0);
}

static void malformed_urls_are_rejected(void **state)
{
	static const char *const REFUSED[] = {"", "mysql", "mysql:host", "//host/db", "://host/db",
		"mysql:/host/db", "smtp://host:", "smtp://host:0", "smtp://host:65536",
		"smtp://host:-1", "smtp://host:25x", "smtp://host:port", "smtp://::1",
		"smtp://[::1", "smtp://[::1]x", "smtp://[::1]25", "mysql://host/d?a",
		"mysql://host/d?a=1&b", "mysql://host/d?a=1&&b=2"};

	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++) {
		struct url url;

		if (url_parse(*state, REFUSED[i], &url) != URL_MALFORMED)
			fail_msg("not malformed: %s", REFUSED[i]);
	}
}

static void a_percent_sign_without_two_digits_is_not_encoded(void **state)
{
	static const char *const REFUSED[] = {"smtp://%zz@host", "smtp://u:%4@host",
		"smtp://u:50%@host", "smtp://ho%st", "mysql://host/%", "mysql://host/d?a=%1",
		"mysql://host/d?%1=a", "mysql://u:a%00b@host/d"};

	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++) {
		struct url url;

		if (url_parse(*state, REFUSED[i], &url) != URL_NOT_ENCODED)
			fail_msg("not refused for its encoding: %s", REFUSED[i]);
	}
}

/* "12/34" would otherwise be port 12 and path "34@host". */
static void a_delimiter_in_a_password_is_not_encoded(void **state)
{
	static const char *const REFUSED[] = {"mysql://fitgate:12/34xyz@localhost/fitgate",
		"smtp://me:4/x@host:587", "smtp://me@example.org:4/x@host:587?tls=True",
		"mysql://u:a@b/c@host/db", "mysql://u:12/3?4@host/db", "mysql://u/v:p@host/db",
		"smtp://mail@example.org:pa?ss&w@rd@smtp.example.org:587?tls=True",
		"smtp://me@example.org:12?ss@host:587", "smtp://me:12?a=b@host:587",
		"smtp://me@example.org:12?a=b@host:587?tls=True", "smtp://u:12?a=b&c@host",
		"smtp://me@example.org:12?a=b&c@host", "mysql://u:12//@localhost/fitgate"};

	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++) {
		struct url url;

		if (url_parse(*state, REFUSED[i], &url) != URL_NOT_ENCODED)
			fail_msg("not refused for its encoding: %s", REFUSED[i]);
	}
}

static void the_value_of_a_parameter_may_contain_an_at_sign(void **state)
{
	struct url url = parse(*state, "mysql://u:p@localhost/db?unix_socket=@mysql&ssl=off");

	assert_string_equal(url.host, "localhost");
	assert_string_equal(url_parameter(&url, "unix_socket"), "@mysql");
	assert_string_equal(url_parameter(&url, "ssl"), "off");
}

static void ports_range_from_1_to_65535(void **state)
{
	assert_int_equal(parse(*state, "smtp://host:1").port, 1);
	assert_int_equal(parse(*state, "smtp://host:65535").port, 65535);
}

static void at_most_eight_parameters_are_accepted(void **state)
{
	struct url url = parse(*state, "x://h?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8");

	assert_string_equal(url_parameter(&url, "a"), "1");
	assert_string_equal(url_parameter(&url, "h"), "8");
	assert_int_equal(url_parse(*state, "x://h?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9", &url),
		URL_MALFORMED);
}

static void parameters_are_found_by_their_exact_name(void **state)
{
	struct url url = parse(*state, "x://h?tls=True&ssl=off");

	assert_null(url_parameter(&url, "TLS"));
	assert_null(url_parameter(&url, "tl"));
	assert_null(url_parameter(&url, ""));
	assert_string_equal(url_parameter(&url, "ssl"), "off");
}

static void the_input_is_not_changed(void **state)
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
		ARENA_TEST(a_url_is_split_into_all_its_parts),
		ARENA_TEST(absent_and_empty_parts_are_distinguished),
		ARENA_TEST(an_encoded_delimiter_is_data),
		ARENA_TEST(a_password_may_contain_unencoded_at_signs_and_colons),
		ARENA_TEST(an_ipv6_address_is_in_brackets),
		ARENA_TEST(malformed_urls_are_rejected),
		ARENA_TEST(a_percent_sign_without_two_digits_is_not_encoded),
		ARENA_TEST(a_delimiter_in_a_password_is_not_encoded),
		ARENA_TEST(the_value_of_a_parameter_may_contain_an_at_sign),
		ARENA_TEST(ports_range_from_1_to_65535),
		ARENA_TEST(at_most_eight_parameters_are_accepted),
		ARENA_TEST(parameters_are_found_by_their_exact_name),
		ARENA_TEST(the_input_is_not_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
