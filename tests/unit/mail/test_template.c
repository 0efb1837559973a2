/*
 * Unit tests of mail/template: the two parts of an e-mail made from a template (contract §9).
 */
#include "../unit.h"

#include "mail/template.h"

static const struct template_value VALUES[] = {
	{"name", "S\xc3\xa1m"},
	{"link", "https://fit.example.com/x?a=1&b=2"},
	{"hostile", "<b>\"&'{name}"},
	{"empty", ""},
	{NULL, NULL},
};

static struct template template_of(const char *body)
{
	return (struct template){"en", "test", "Subject", body};
}

static void assert_plain(struct arena *arena, const char *body, const char *expected)
{
	const struct template template = template_of(body);

	assert_string_equal(template_plain(arena, &template, VALUES), expected);
}

static void assert_html(struct arena *arena, const char *body, const char *expected)
{
	static const char HEAD[] = "<!DOCTYPE html>\n<html lang=\"en\">\n"
				   "<head><meta charset=\"utf-8\"></head>\n<body>\n";
	const struct template template = template_of(body);

	assert_string_equal(template_html(arena, &template, VALUES),
		arena_printf(arena, "%s%s</body>\n</html>\n", HEAD, expected));
}

/* ---- filling in ------------------------------------------------------------------------------ */

static void values_replace_their_placeholders(void **state)
{
	assert_string_equal(template_fill(*state, "{name}, hello {name}{empty}!", VALUES),
		"S\xc3\xa1m, hello S\xc3\xa1m!");
	assert_string_equal(template_fill(*state, "nothing", VALUES), "nothing");
	assert_string_equal(template_fill(*state, "", VALUES), "");
}

static void an_unknown_placeholder_is_an_error(void **state)
{
	static const char *const TEXTS[] = {
		"{nam}", "{names}", "{Name}", "{}", "{ name}", "a {name} b {other} c"};
	static const struct template_value NOT_GIVEN[] = {{"name", NULL}, {NULL, NULL}};

	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++) {
		const struct template template = template_of(TEXTS[i]);

		assert_null(template_fill(*state, TEXTS[i], VALUES));
		assert_null(template_plain(*state, &template, VALUES));
		assert_null(template_html(*state, &template, VALUES));
	}
	assert_null(template_fill(*state, "{name}", NOT_GIVEN));
}

static void a_missing_value_is_an_error_in_every_part_of_a_link(void **state)
{
	const struct template words = template_of("[{other}]({link})"),
			      address = template_of("[x]({other})");

	assert_null(template_plain(*state, &words, VALUES));
	assert_null(template_plain(*state, &address, VALUES));
	assert_null(template_html(*state, &words, VALUES));
	assert_null(template_html(*state, &address, VALUES));
}

static void values_are_not_parsed_as_templates(void **state)
{
	assert_string_equal(template_fill(*state, "{hostile}", VALUES), "<b>\"&'{name}");
}

static void an_unpaired_brace_is_kept(void **state)
{
	assert_string_equal(template_fill(*state, "a } b { c", VALUES), "a } b { c");
	assert_string_equal(template_fill(*state, "{name} {", VALUES), "S\xc3\xa1m {");
}

/* ---- the parts ------------------------------------------------------------------------------- */

static void plain_text_separates_paragraphs_and_ends_in_one_line_feed(void **state)
{
	assert_plain(*state, "Hello {name},\n\none\ntwo\n\n\n\nthree\n",
		"Hello S\xc3\xa1m,\n\none\ntwo\n\nthree\n");
	assert_plain(*state, "\n\nonly\n\n", "only\n");
	assert_plain(*state, "only", "only\n");
}

static void a_link_in_plain_text_is_its_words_and_its_address(void **state)
{
	assert_plain(*state, "a\n\n[Click, {name}]({link})\n\nb\n",
		"a\n\nClick, S\xc3\xa1m\nhttps://fit.example.com/x?a=1&b=2\n\nb\n");
}

static void html_has_a_paragraph_for_each_paragraph(void **state)
{
	assert_html(*state, "Hello {name},\n\none\ntwo\n",
		"<p>Hello S\xc3\xa1m,</p>\n<p>one\ntwo</p>\n");
}

static void a_link_in_html_can_be_clicked_and_copied(void **state)
{
	assert_html(*state, "[Click]({link})\n",
		"<p><a href=\"https://fit.example.com/x?a=1&amp;b=2\">Click</a><br>\n"
		"https://fit.example.com/x?a=1&amp;b=2</p>\n");
}

static void an_address_alone_is_a_link_to_itself(void **state)
{
	assert_html(*state, "{link}\n",
		"<p><a href=\"https://fit.example.com/x?a=1&amp;b=2\">https://fit.example.com/x?a=1&amp;b=2</a></p>\n");
	assert_plain(*state, "{link}\n", "https://fit.example.com/x?a=1&b=2\n");
	assert_html(*state, "{name} {name}\n", "<p>S\xc3\xa1m S\xc3\xa1m</p>\n");
}

static void a_paragraph_with_a_value_that_is_left_out_is_left_out(void **state)
{
	const struct template_value values[] = {
		{"name", "Sam"}, {"system", TEMPLATE_LEFT_OUT}, {NULL, NULL}};
	const struct template template = template_of(
		"{name}\n\nBy {name} from {system}, yes.\n\nRead {this.\n\nBye {name}.\n");
	const struct template first = template_of("{system}\n\n{name}.\n");

	assert_string_equal(
		template_plain(*state, &template, values), "Sam\n\nRead {this.\n\nBye Sam.\n");
	assert_null(strstr(template_html(*state, &template, values), "from"));
	assert_string_equal(template_plain(*state, &first, values), "Sam.\n");
}

static void html_markup_in_values_is_escaped(void **state)
{
	assert_html(*state, "I say {hostile}\n", "<p>I say &lt;b&gt;&quot;&amp;'{name}</p>\n");
	assert_html(*state, "[{hostile}]({hostile})\n",
		"<p><a href=\"&lt;b&gt;&quot;&amp;'{name}\">&lt;b&gt;&quot;&amp;'{name}</a><br>\n"
		"&lt;b&gt;&quot;&amp;'{name}</p>\n");
	assert_html(*state, "a < b & \"c\"\n", "<p>a &lt; b &amp; &quot;c&quot;</p>\n");
	assert_plain(*state, "{hostile} < & \"\n", "<b>\"&'{name} < & \"\n");
}

static void only_a_whole_paragraph_is_a_link(void **state)
{
	assert_plain(*state, "[a](b) c\n", "[a](b) c\n");
	assert_plain(*state, "c [a](b)\n", "c [a](b)\n");
	assert_plain(*state, "[a] (b)\n", "[a] (b)\n");
	assert_plain(*state, "[a (c)\n\nd](b)\n", "[a (c)\n\nd](b)\n");
}

/* ---- the texts ------------------------------------------------------------------------------- */

static void a_template_is_found_in_its_language_or_in_english(void **state)
{
	const struct template *english = template_find("en", "account_confirmation");

	(void)state;
	assert_non_null(english);
	assert_string_equal(english->language, "en");
	assert_string_equal(english->name, "account_confirmation");
	assert_ptr_equal(template_find(NULL, "account_confirmation"), english);
	assert_ptr_equal(template_find("", "account_confirmation"), english);
	assert_ptr_equal(template_find("tlh", "account_confirmation"), english);
	assert_ptr_equal(template_find("EN", "account_confirmation"), english);
	for (const struct template *t = TEMPLATES; t->language != NULL; t++)
		assert_ptr_equal(template_find(t->language, t->name), t);
}

static void an_unknown_template_is_not_found(void **state)
{
	(void)state;
	assert_null(template_find("en", "account_confirmatio"));
	assert_null(template_find("en", ""));
	assert_null(template_find(NULL, "nothing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(values_replace_their_placeholders),
		ARENA_TEST(an_unknown_placeholder_is_an_error),
		ARENA_TEST(a_missing_value_is_an_error_in_every_part_of_a_link),
		ARENA_TEST(values_are_not_parsed_as_templates),
		ARENA_TEST(an_unpaired_brace_is_kept),
		ARENA_TEST(plain_text_separates_paragraphs_and_ends_in_one_line_feed),
		ARENA_TEST(a_link_in_plain_text_is_its_words_and_its_address),
		ARENA_TEST(html_has_a_paragraph_for_each_paragraph),
		ARENA_TEST(a_link_in_html_can_be_clicked_and_copied),
		ARENA_TEST(an_address_alone_is_a_link_to_itself),
		ARENA_TEST(a_paragraph_with_a_value_that_is_left_out_is_left_out),
		ARENA_TEST(html_markup_in_values_is_escaped),
		ARENA_TEST(only_a_whole_paragraph_is_a_link),
		cmocka_unit_test(a_template_is_found_in_its_language_or_in_english),
		cmocka_unit_test(an_unknown_template_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
