/*
 * Unit tests of redirect URIs: contract §18.1, W38 and W39, RFC 8252.
 */
#include "../unit.h"

#include "account/oauth/redirect_uri.h"

/* A copy on the heap, so that the sanitizers see a read beyond its end. */
static bool holds(bool (*check)(const char *), const char *uri)
{
	char *copy = strdup(uri);
	bool result;

	assert_non_null(copy);
	result = check(copy);
	free(copy);
	return result;
}

static void assert_each(
	bool (*check)(const char *), const char *const *uris, size_t count, bool expected)
{
	for (size_t i = 0; i < count; i++)
		if (holds(check, uris[i]) != expected)
			fail_msg("%s: %s", expected ? "rejected" : "accepted", uris[i]);
}

#define ACCEPTED(check, uris) assert_each(check, uris, UNIT_COUNT(uris), true)
#define REJECTED(check, uris) assert_each(check, uris, UNIT_COUNT(uris), false)

/* ---- registration ------------------------------------------------------------------------------ */

static void https_and_this_host_and_private_schemes_are_registrable(void **state)
{
	static const char *const URIS[] = {"https://uploader.example/callback",
		"HTTPS://uploader.example", "https://uploader.example:8443/?a=b",
		"https://[2001:db8::1]:443/", "http://localhost", "http://LOCALHOST:8080/",
		"http://127.0.0.1:1/x", "http://[::1]:65535/", "org.example.app:/callback",
		"org.example.app://callback?x"};

	(void)state;
	ACCEPTED(redirect_uri_is_registrable, URIS);
}

static void other_schemes_are_not_registrable(void **state)
{
	static const char *const URIS[] = {"", ":", "x", "//uploader.example/", "/callback",
		"http://uploader.example/", "ftp://uploader.example/", "javascript:alert(1)",
		"data:text/html,x", "myapp:/callback", "1org.example:/x", "-a.b:/x",
		"org.example.app", "org.example.app:"};

	(void)state;
	REJECTED(redirect_uri_is_registrable, URIS);
}

static void a_host_that_only_looks_like_this_one_is_not_registrable(void **state)
{
	static const char *const URIS[] = {"http://localhost.evil.example/",
		"http://localhost@evil.example/", "http://127.0.0.1.evil.example/",
		"http://127.0.0.10/", "http://[::1]evil.example/", "http://localhost:80:80/",
		"http://localhost:x/", "http://localhost:1234567/", "http:localhost",
		"http:///localhost"};

	(void)state;
	REJECTED(redirect_uri_is_registrable, URIS);
}

static void a_uri_that_can_be_read_in_two_ways_is_not_registrable(void **state)
{
	static const char *const URIS[] = {"https://a.example/#x", "https://user@a.example/",
		"https://a.example\\@evil.example/", "https://a.example/ x", "https://a.example/\n",
		"https://a.example/\x7f", "https://a.example/\xc3\xa9", "https:///callback",
		"https:a.example", "https://", "https://:443/", "https://[::1/", "https://a b/"};

	(void)state;
	REJECTED(redirect_uri_is_registrable, URIS);
}

static void an_at_sign_behind_the_host_is_registrable(void **state)
{
	static const char *const URIS[] = {"https://a.example/@me", "https://a.example?x=a@b"};

	(void)state;
	ACCEPTED(redirect_uri_is_registrable, URIS);
}

static void a_uri_of_more_than_2000_bytes_is_not_registrable(void **state)
{
	const char *uri = arena_printf(*state, "https://a.example/%01982d", 0);

	assert_int_equal(strlen(uri), REDIRECT_URI_MAX);
	assert_true(redirect_uri_is_registrable(uri));
	assert_false(redirect_uri_is_registrable(arena_printf(*state, "%sx", uri)));
}

/* ---- imported applications --------------------------------------------------------------------- */

static void a_browser_is_sent_to_web_addresses_and_private_schemes_alone(void **state)
{
	static const char *const USABLE[] = {
		"http://uploader.example/", "https://u.example/#x", "org.example.app:/callback"};
	static const char *const UNUSABLE[] = {"", "javascript:alert(1)", "data:,x", "myapp:/x",
		"/callback", "https://a.example/ x", "https://a.example/\r\nX: y"};

	(void)state;
	ACCEPTED(redirect_uri_is_usable, USABLE);
	REJECTED(redirect_uri_is_usable, UNUSABLE);
}

static void a_website_is_a_web_address_with_a_host(void **state)
{
	static const char *const SITES[] = {"http://a.example", "https://a.example/x#y"};
	static const char *const OTHERS[] = {"", "https://", "https:a.example", "//a.example",
		"org.example.app:/x", "https://user@a.example/", "https://a.example/ x",
		"https://a.example/\n"};

	(void)state;
	ACCEPTED(redirect_uri_is_website, SITES);
	REJECTED(redirect_uri_is_website, OTHERS);
}

/* ---- going back -------------------------------------------------------------------------------- */

static void assert_with(
	struct arena *arena, const char *uri, const char *state, const char *expected)
{
	assert_string_equal(redirect_uri_with(arena, uri, "code", "a b&c", state), expected);
}

static void a_parameter_is_added_to_the_query(void **state)
{
	assert_with(*state, "https://a.example/", NULL, "https://a.example/?code=a+b%26c");
	assert_with(*state, "https://a.example/?x=y", "", "https://a.example/?x=y&code=a+b%26c");
	assert_with(*state, "https://a.example?", NULL, "https://a.example?code=a+b%26c");
	assert_with(*state, "https://a.example?x&", NULL, "https://a.example?x&code=a+b%26c");
}

static void the_state_returns_encoded(void **state)
{
	assert_with(*state, "https://a.example/", "x=1#&\r\n",
		"https://a.example/?code=a+b%26c&state=x%3D1%23%26%0D%0A");
}

static void a_fragment_of_an_imported_uri_stays_at_the_end(void **state)
{
	assert_with(*state, "https://a.example/#f?g", "s",
		"https://a.example/?code=a+b%26c&state=s#f?g");
}

/* ---- the policy of the page -------------------------------------------------------------------- */

static void the_policy_names_the_origin_alone(void **state)
{
	static const struct {
		const char *uri, *origin;
	} CASES[] = {
		{"https://a.example/callback?x", "https://a.example"},
		{"http://localhost:8080/x", "http://localhost:8080"},
		{"https://[2001:db8::1]:444/", "https://[2001:db8::1]:444"},
		{"https://user:secret@a.example/", "https://a.example"},
		{"org.example.app:/callback", "org.example.app:"},
	};

	for (size_t i = 0; i < UNIT_COUNT(CASES); i++)
		assert_string_equal(redirect_uri_origin(*state, CASES[i].uri), CASES[i].origin);
}

static void a_host_cannot_add_words_to_the_policy(void **state)
{
	static const char *const URIS[] = {"https://a.example;script-src *", "https://a,b/",
		"https://*/", "https://'self'/", "https://a.example:443;/"};

	for (size_t i = 0; i < UNIT_COUNT(URIS); i++)
		assert_string_equal(redirect_uri_origin(*state, URIS[i]), "https:");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(https_and_this_host_and_private_schemes_are_registrable),
		cmocka_unit_test(other_schemes_are_not_registrable),
		cmocka_unit_test(a_host_that_only_looks_like_this_one_is_not_registrable),
		cmocka_unit_test(a_uri_that_can_be_read_in_two_ways_is_not_registrable),
		cmocka_unit_test(an_at_sign_behind_the_host_is_registrable),
		ARENA_TEST(a_uri_of_more_than_2000_bytes_is_not_registrable),
		cmocka_unit_test(a_browser_is_sent_to_web_addresses_and_private_schemes_alone),
		cmocka_unit_test(a_website_is_a_web_address_with_a_host),
		ARENA_TEST(a_parameter_is_added_to_the_query),
		ARENA_TEST(the_state_returns_encoded),
		ARENA_TEST(a_fragment_of_an_imported_uri_stays_at_the_end),
		ARENA_TEST(the_policy_names_the_origin_alone),
		ARENA_TEST(a_host_cannot_add_words_to_the_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
