/*
 * Unit tests of pages/html: what is escaped, and how the text grows.
 */
#include "../unit.h"

#include "pages/html.h"

static void text_is_escaped_and_markup_is_not(void **state)
{
	struct html html = {.arena = *state};

	html_markup(&html, "<p>");
	html_text(&html, "<script>\"a\" & 'b'</script>\xc3\xa9");
	html_markup(&html, "</p>");
	assert_string_equal(html.text,
		"<p>&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;\xc3\xa9</p>");
	assert_int_equal(html.length, strlen(html.text));
	assert_false(html.failed);
}

static void a_value_cannot_end_its_attribute(void **state)
{
	struct html html = {.arena = *state};

	html_attribute(&html, "value", "\" onclick='x' <&>");
	assert_string_equal(html.text, " value=\"&quot; onclick=&#39;x&#39; &lt;&amp;&gt;\"");
}

static void an_absent_text_adds_nothing(void **state)
{
	struct html html = {.arena = *state};

	html_attribute(&html, "value", NULL);
	html_text(&html, NULL);
	html_text(&html, "");
	assert_string_equal(html.text, " value=\"\"");
}

static void numbers_are_decimal(void **state)
{
	struct html html = {.arena = *state};

	html_number(&html, 0);
	html_markup(&html, " ");
	html_number(&html, INT64_MIN);
	html_markup(&html, " ");
	html_number(&html, INT64_MAX);
	assert_string_equal(html.text, "0 -9223372036854775808 9223372036854775807");
}

static void a_page_grows_to_any_length(void **state)
{
	static const char PIECE[] = "0123456789<";
	static const char ESCAPED[] = "0123456789&lt;";
	enum { PIECES = 20000 };
	struct html html = {.arena = *state};

	for (int i = 0; i < PIECES; i++)
		html_text(&html, PIECE);
	assert_int_equal(html.length, PIECES * strlen(ESCAPED));
	assert_int_equal(strlen(html.text), html.length);
	for (size_t at = 0; at < html.length; at += strlen(ESCAPED))
		assert_memory_equal(html.text + at, ESCAPED, strlen(ESCAPED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(text_is_escaped_and_markup_is_not),
		ARENA_TEST(a_value_cannot_end_its_attribute),
		ARENA_TEST(an_absent_text_adds_nothing),
		ARENA_TEST(numbers_are_decimal),
		ARENA_TEST(a_page_grows_to_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
