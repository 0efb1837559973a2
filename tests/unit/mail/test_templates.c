/*
 * Unit tests of the texts of e-mails: each e-mail exists in each language, has all required placeholders, and
 * no others.
 */
#include "../unit.h"

#include "core/text.h"
#include "mail/template.h"
#include "mail/validity.h"

#include <stdio.h>

/* All placeholders, with values that need escaping in HTML and care in plain text. */
static const struct placeholder {
	const char *name, *value, *html;
} PLACEHOLDERS[] = {
	{"username", "Zo\xc3\xab \"<b>\" & 'co'", "Zo\xc3\xab &quot;&lt;b&gt;&quot; &amp; 'co'"},
	{"link", "https://fit.example/page?token=a&x=\"<1>\"",
		"https://fit.example/page?token=a&amp;x=&quot;&lt;1&gt;&quot;"},
	{"system", "Sy{stem}<&>", "Sy{stem}&lt;&amp;&gt;"},
	{"browser", "<script>\xe6\xbc\xa2\xf0\x9f\x98\x80</script>",
		"&lt;script&gt;\xe6\xbc\xa2\xf0\x9f\x98\x80&lt;/script&gt;"},
	{"site", "https://fit.example/?a&b", "https://fit.example/?a&amp;b"},
	{"delay", "<\"delay\">", "&lt;&quot;delay&quot;&gt;"},
	{"new_email", "\"new&old\"@ex\xc3\xa4mple.org",
		"&quot;new&amp;old&quot;@ex\xc3\xa4mple.org"},
};

enum { PLACEHOLDER_COUNT = UNIT_COUNT(PLACEHOLDERS) };

static const struct email {
	const char *name;
	const char *needs; /* names separated by spaces */
} EMAILS[] = {
	{"account_confirmation", "username link system browser site"},
	{"password_reset", "username link system browser site delay"},
	{"password_changed", "username system browser site"},
	{"email_change_old", "username system browser site new_email"},
	{"email_change_new", "username link system browser site"},
	{"email_changed", "username system browser site new_email"},
	{"export_ready", "username link site"},
};

/* ---- tools ------------------------------------------------------------------------------------- */

typedef void check(struct arena *arena, const struct email *email, const struct template *template);

/* Run a check on each e-mail in each language; template_find() would return English for a missing one. */
static void check_all(struct arena *arena, check *function)
{
	for (const struct validity_language *l = VALIDITY_LANGUAGES; l->name != NULL; l++) {
		for (size_t j = 0; j < UNIT_COUNT(EMAILS); j++) {
			const struct template *template = template_find(l->name, EMAILS[j].name);

			if (template == NULL || strcmp(template->language, l->name) != 0)
				fail_msg("%s has no %s", EMAILS[j].name, l->name);
			function(arena, &EMAILS[j], template);
		}
	}
}

static void fail_template(const struct template *template, const char *what, const char *detail)
{
	fail_msg("%s in %s: %s %s", template->name, template->language, what, detail);
}

/* Values for all placeholders that the e-mail needs, except one. */
static void collect(const struct email *email, const char *left_out,
	struct template_value values[PLACEHOLDER_COUNT + 1])
{
	size_t count = 0;

	for (size_t i = 0; i < PLACEHOLDER_COUNT; i++) {
		const struct placeholder *p = &PLACEHOLDERS[i];

		if (text_has_word(email->needs, p->name) &&
			(left_out == NULL || strcmp(p->name, left_out) != 0))
			values[count++] = (struct template_value){p->name, p->value};
	}
	values[count] = (struct template_value){NULL, NULL};
}

static size_t occurrences(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = strstr(text, part); at != NULL; at = strstr(at + strlen(part), part))
		count++;
	return count;
}

static bool ends_with(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* ---- what every text has ----------------------------------------------------------------------- */

static void check_shape(
	struct arena *arena, const struct email *email, const struct template *template)
{
	(void)arena;
	(void)email;
	/* scripts/embed-templates rejects a file without a subject */
	if (strlen(template->subject) < 5 || strpbrk(template->subject, "{}") != NULL)
		fail_template(template, "is not a subject:", template->subject);
	if (!text_is_utf8(template->subject, strlen(template->subject)) ||
		!text_is_utf8(template->body, strlen(template->body)))
		fail_template(template, "is not UTF-8", "");
	if (!ends_with(template->body, "\n\n{site}\n"))
		fail_template(template, "does not end with", "{site}");
	if (strchr(template->body, '\t') != NULL || strstr(template->body, " \n") != NULL ||
		strstr(template->body, "  ") != NULL)
		fail_template(template, "has stray whitespace", "");
}

static void every_text_has_a_subject_and_a_signature(void **state)
{
	check_all(*state, check_shape);
}

static void check_translated(
	struct arena *arena, const struct email *email, const struct template *template)
{
	const struct template *english = template_find("en", email->name);

	(void)arena;
	if (template == english)
		return;
	if (strcmp(template->subject, english->subject) == 0)
		fail_template(template, "has the English subject:", template->subject);
	if (strcmp(template->body, english->body) == 0)
		fail_template(template, "has the English text", "");
}

static void every_translation_differs_from_the_english_text(void **state)
{
	check_all(*state, check_translated);
}

static void there_are_no_other_templates(void **state)
{
	size_t count = 0, languages = 0;

	(void)state;
	while (VALIDITY_LANGUAGES[languages].name != NULL)
		languages++;
	while (TEMPLATES[count].language != NULL)
		count++;
	assert_int_equal(count, languages * UNIT_COUNT(EMAILS));
}

static void a_language_without_templates_is_english(void **state)
{
	static const char *const UNKNOWN[] = {NULL, "", "ja", "FR", "fr_FR"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(UNKNOWN); i++)
		assert_ptr_equal(template_find(UNKNOWN[i], "password_reset"),
			template_find("en", "password_reset"));
	assert_null(template_find("en", "no_such_template"));
	assert_null(template_find("fr", ""));
}

/* ---- placeholders ------------------------------------------------------------------------------ */

/* A template with an unknown placeholder cannot be filled. */
static void check_asks_for_no_more(
	struct arena *arena, const struct email *email, const struct template *template)
{
	struct template_value values[PLACEHOLDER_COUNT + 1];

	collect(email, NULL, values);
	if (template_plain(arena, template, values) == NULL)
		fail_template(template, "asks for more than", email->needs);
	if (template_html(arena, template, values) == NULL)
		fail_template(template, "asks, in HTML, for more than", email->needs);
}

static void no_text_has_a_placeholder_that_its_sender_cannot_fill(void **state)
{
	check_all(*state, check_asks_for_no_more);
}

static void check_asks_for_all(
	struct arena *arena, const struct email *email, const struct template *template)
{
	for (size_t i = 0; i < PLACEHOLDER_COUNT; i++) {
		const char *name = PLACEHOLDERS[i].name;
		struct template_value values[PLACEHOLDER_COUNT + 1];

		if (!text_has_word(email->needs, name))
			continue;
		collect(email, name, values);
		if (template_plain(arena, template, values) != NULL)
			fail_template(template, "lacks", name);
	}
}

static void every_text_has_all_required_placeholders(void **state)
{
	check_all(*state, check_asks_for_all);
}

static void check_link(
	struct arena *arena, const struct email *email, const struct template *template)
{
	size_t links = text_has_word(email->needs, "link") ? 1 : 0;
	const char *start = strstr(template->body, "\n\n[");
	const char *end = strstr(template->body, "]({link})\n\n");

	(void)arena;
	if (occurrences(template->body, "{link}") != links ||
		occurrences(template->body, "](") != links)
		fail_template(template, "has an unexpected number of links", "");
	if (links == 0)
		return;
	if (start == NULL || end == NULL || end < start + 4) {
		fail_template(template, "has a link that is not a paragraph of its own", "");
		return;
	}
	for (const char *at = start + 2; at < end; at++)
		if (*at == '\n')
			fail_template(
				template, "has a link that is not a paragraph of its own", "");
}

static void every_link_is_a_paragraph_of_its_own(void **state)
{
	check_all(*state, check_link);
}

/* ---- filling in -------------------------------------------------------------------------------- */

static void check_plain(
	struct arena *arena, const struct email *email, const struct template *template)
{
	struct template_value values[PLACEHOLDER_COUNT + 1];
	const char *text;

	collect(email, NULL, values);
	text = template_plain(arena, template, values);
	assert_non_null(text);
	for (const struct template_value *v = values; v->name != NULL; v++)
		if (strstr(text, v->value) == NULL)
			fail_template(template, "does not show, in plain text,", v->name);
	if (strchr(text, '[') != NULL)
		fail_template(template, "shows the marks of a link:", text);
}

static void plain_text_shows_the_values_as_they_are(void **state)
{
	check_all(*state, check_plain);
}

/* Each '<' opens a tag of the template; no value adds a tag. */
static void assert_only_our_tags(const struct template *template, const char *html)
{
	static const char *const OURS[] = {"<!DOCTYPE html>", "<html lang=\"", "</html>", "<head>",
		"</head>", "<meta charset=\"utf-8\">", "<body>", "</body>", "<p>", "</p>",
		"<a href=\"", "</a>", "<br>"};

	for (const char *at = strchr(html, '<'); at != NULL; at = strchr(at + 1, '<')) {
		bool ours = false;

		for (size_t i = 0; i < UNIT_COUNT(OURS); i++)
			ours = ours || strncmp(at, OURS[i], strlen(OURS[i])) == 0;
		if (!ours)
			fail_template(template, "lets a value be HTML:", at);
	}
}

static void check_html(
	struct arena *arena, const struct email *email, const struct template *template)
{
	struct template_value values[PLACEHOLDER_COUNT + 1];
	const char *html, *link;

	collect(email, NULL, values);
	html = template_html(arena, template, values);
	assert_non_null(html);
	for (size_t i = 0; i < PLACEHOLDER_COUNT; i++)
		if (text_has_word(email->needs, PLACEHOLDERS[i].name) &&
			strstr(html, PLACEHOLDERS[i].html) == NULL)
			fail_template(template, "does not show, in HTML,", PLACEHOLDERS[i].name);
	assert_only_our_tags(template, html);
	assert_non_null(
		strstr(html, arena_printf(arena, "<html lang=\"%s\">", template->language)));
	link = "<p><a href=\"https://fit.example/page?token=a&amp;x=&quot;&lt;1&gt;&quot;\">";
	assert_int_equal(occurrences(html, link), text_has_word(email->needs, "link") ? 1 : 0);
}

static void html_shows_the_values_escaped(void **state)
{
	check_all(*state, check_html);
}

/* One complete e-mail; the README shows a part of it. */
static void a_filled_text_is_as_expected(void **state)
{
	const struct template_value values[] = {
		{"username", "sam"},
		{"link", "https://fit.example/account-confirmation?token=abc"},
		{"system", "Linux"},
		{"browser", "Other"},
		{"site", "https://fit.example"},
		{NULL, NULL},
	};

	assert_string_equal(
		template_plain(*state, template_find("en", "account_confirmation"), values),
		"Hello sam,\n\n"
		"An account has been created at https://fit.example with this e-mail address. "
		"Please confirm the address to activate the account.\n\n"
		"Confirm the account\nhttps://fit.example/account-confirmation?token=abc\n\n"
		"The request came from this device: operating system Linux, browser Other.\n\n"
		"If you did not create an account, you can ignore this e-mail: the account stays inactive.\n\n"
		"https://fit.example\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(every_text_has_a_subject_and_a_signature),
		ARENA_TEST(every_translation_differs_from_the_english_text),
		cmocka_unit_test(there_are_no_other_templates),
		cmocka_unit_test(a_language_without_templates_is_english),
		ARENA_TEST(no_text_has_a_placeholder_that_its_sender_cannot_fill),
		ARENA_TEST(every_text_has_all_required_placeholders),
		ARENA_TEST(every_link_is_a_paragraph_of_its_own),
		ARENA_TEST(plain_text_shows_the_values_as_they_are),
		ARENA_TEST(html_shows_the_values_escaped),
		ARENA_TEST(a_filled_text_is_as_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
