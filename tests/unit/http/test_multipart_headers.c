/*
 * Unit tests of http/multipart: the boundary, the names of parts and their headers.
 */
#include "multipart_body.h"

/* ---- the boundary in the Content-Type -------------------------------------------------------- */

#define TEN "0123456789"

static void a_boundary_may_be_a_token_or_quoted(void **state)
{
	static const struct {
		const char *content_type, *boundary;
	} TYPES[] = {
		{"multipart/form-data; boundary=xyz", "xyz"},
		{"multipart/form-data;boundary=xyz", "xyz"},
		{"  Multipart/FORM-Data ; charset=utf-8 ;; BOUNDARY=xyz ; ", "xyz"},
		{"multipart/form-data; boundary=\"xyz\"", "xyz"},
		{"multipart/form-data; boundary=\"a b'()+_,-./:=?\"; a=b", "a b'()+_,-./:=?"},
		{"multipart/form-data; boundary=----=_Part_1_2.3", "----=_Part_1_2.3"},
		{"multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
			"----WebKitFormBoundary7MA4YWxkTrZu0gW"},
		{"multipart/form-data; boundary=" TEN TEN TEN TEN TEN TEN TEN,
			TEN TEN TEN TEN TEN TEN TEN},
		{"multipart/form-data; a=\"; boundary=no\"; boundary=yes", "yes"},
	};

	for (size_t i = 0; i < UNIT_COUNT(TYPES); i++) {
		char body[UNIT_TEXT_MAX * 2];

		snprintf(body, sizeof(body), "--%s\r\n" PLAIN("a") "1\r\n--%s--\r\n",
			TYPES[i].boundary, TYPES[i].boundary);
		assert_typed(*state, TYPES[i].content_type, body, strlen(body), "[a]1\nend");
	}
}

static void other_types_and_unusable_boundaries_are_rejected(void **state)
{
	static const char *const TYPES[] = {
		"",
		"application/json",
		"multipart/mixed; boundary=xyz",
		"multipart/form-dataa; boundary=xyz",
		"multipart/form-dat; boundary=xyz",
		"multipart/form-data",
		"multipart/form-data;",
		"multipart/form-data; boundary",
		"multipart/form-data; boundary=",
		"multipart/form-data; boundary=;",
		"multipart/form-data; boundary =xyz",
		"multipart/form-data; boundary=\"\"",
		"multipart/form-data; boundary=\"xyz",
		"multipart/form-data; boundary=\"xyz\\\"",
		"multipart/form-data; boundary=xyz\"",
		"multipart/form-data; boundary=\"xyz\"a",
		"multipart/form-data; boundary=\"xyz \"",
		"multipart/form-data; boundary=x y",
		"multipart/form-data; boundary=x@y",
		"multipart/form-data; boundary=\"x\ty\"",
		"multipart/form-data; boundary=\"x\ny\"",
		"multipart/form-data; boundary=caf\xc3\xa9",
		"multipart/form-data; boundary=xyz; boundary=xyz",
		"multipart/form-data, multipart/form-data; boundary=xyz",
		"multipart/form-data; boundary=xyz, multipart/form-data; boundary=xyz",
		"multipart/form-data; boundary=" TEN TEN TEN TEN TEN TEN TEN "x",
	};
	struct multipart *m = arena_alloc(*state, sizeof(*m));
	struct pieces pieces = {.bytes = "", .length = 0};
	char *long_type = arena_printf(*state, BOUNDARY "%*s", MULTIPART_HEADERS, "");

	for (size_t i = 0; i < UNIT_COUNT(TYPES); i++)
		assert_false(multipart_begin(m, TYPES[i], &(struct source){read_piece, &pieces}));
	assert_false(multipart_begin(m, long_type, &(struct source){read_piece, &pieces}));
	long_type[MULTIPART_HEADERS - 1] = '\0';
	assert_true(multipart_begin(m, long_type, &(struct source){read_piece, &pieces}));
	assert_int_equal(pieces.reads_at_end, 0);
}

/* ---- names ----------------------------------------------------------------------------------- */

static void names_may_be_tokens_or_quoted_in_any_order_and_case(void **state)
{
	static const struct example EXAMPLES[] = {
		{NAMED("name=file; filename=a.png"), "[file|a.png]content\nend"},
		{NAMED("filename=\"a.png\"; name=\"file\""), "[file|a.png]content\nend"},
		{NAMED("NAME=\"file\" ;\tFileName=\"a.png\";"), "[file|a.png]content\nend"},
		{NAMED("size=7; name=\"file\"; x=\"; name=no\""), "[file]content\nend"},
		{NAMED("name=\"\"; filename=\"\""), "[|]content\nend"},
		{NAMED("name=\"a; b=c\"; filename=\"d;e.png\""), "[a; b=c|d;e.png]content\nend"},
		{NAMED("name=\"file\"; filename=dir/a,b.png"), "[file|dir/a,b.png]content\nend"},
		{"--xyz\r\ncontent-disposition:FORM-DATA;name=a\r\n\r\n1\r\n--xyz--", "[a]1\nend"},
	};

	assert_examples(*state, EXAMPLES, UNIT_COUNT(EXAMPLES));
}

static void escaped_quotes_in_names_are_decoded_and_other_backslashes_kept(void **state)
{
	static const struct example EXAMPLES[] = {
		{NAMED("name=\"a\\\"b\\\\c\""), "[a\"b\\c]content\nend"},
		{NAMED("name=\"a%22b%41\""), "[a\"b%41]content\nend"},
		{NAMED("name=f; filename=\"C:\\dir\\a.png\""), "[f|C:\\dir\\a.png]content\nend"},
		{NAMED("name=f; filename=\"\\\\host\\a.png\""), "[f|\\host\\a.png]content\nend"},
		{NAMED("name=f; filename=\"a%2Fb%0A.png\""), "[f|a%2Fb%0A.png]content\nend"},
		{NAMED("name=f; filename=\"a%2\""), "[f|a%2]content\nend"},
		{NAMED("name=f; filename=a%22b"), "[f|a%22b]content\nend"},
	};

	assert_examples(*state, EXAMPLES, UNIT_COUNT(EXAMPLES));
}

static void the_bytes_of_names_are_not_interpreted(void **state)
{
	static const struct example EXAMPLES[] = {
		{NAMED("name=f; filename=\"caf\xc3\xa9.png\""), "[f|caf\xc3\xa9.png]content\nend"},
		{NAMED("name=f; filename=\"caf\xe9.png\""), "[f|caf\xe9.png]content\nend"},
		{NAMED("name=f; filename=\xff\xfe.png"), "[f|\xff\xfe.png]content\nend"},
		{NAMED("name=f; filename=\"a\tb.png\""), "[f|a\tb.png]content\nend"},
	};

	assert_examples(*state, EXAMPLES, UNIT_COUNT(EXAMPLES));
}

static void an_encoded_file_name_counts_if_it_is_the_only_one(void **state)
{
	static const struct example EXAMPLES[] = {
		{NAMED("name=f; filename*=UTF-8''caf%C3%a9.png"),
			"[f|caf\xc3\xa9.png]content\nend"},
		{NAMED("name=f; FILENAME*=utf-8'en'a%20b.png"), "[f|a b.png]content\nend"},
		{NAMED("name=f; filename*=\"UTF-8''a.png\""), "[f|a.png]content\nend"},
		{NAMED("name=f; filename*=ISO-8859-1''caf%E9.png"), "[f|caf\xe9.png]content\nend"},
		{NAMED("name=f; filename*=UTF-8''"), "[f|]content\nend"},
		{NAMED("name=f; filename*=UTF-8''b.png; filename=a.png"), "[f|a.png]content\nend"},
		{NAMED("name=f; filename=\"\"; filename*=UTF-8''b.png"), "[f|]content\nend"},
		{NAMED("name=f; filename*=a.png"), "broken"},
		{NAMED("name=f; filename*=UTF-8'a.png"), "broken"},
		{NAMED("name=f; filename*=UTF-8''a%2"), "broken"},
		{NAMED("name=f; filename*=UTF-8''a%00.png"), "broken"},
		{NAMED("name=f; filename*=UTF-8''a%0D%0A.png"), "broken"},
	};

	assert_examples(*state, EXAMPLES, UNIT_COUNT(EXAMPLES));
}

static void malformed_names_make_the_body_malformed(void **state)
{
	static const char *const BODIES[] = {
		NAMED(""),
		NAMED("filename=a.png"),
		NAMED("name"),
		NAMED("name="),
		NAMED("name=; filename=a.png"),
		NAMED("name =a"),
		NAMED("name= a"),
		NAMED("=a"),
		NAMED("name=\"a"),
		NAMED("name=\"a\\\""),
		NAMED("name=\"a\"b"),
		NAMED("name=a b"),
		NAMED("name=a\"b\""),
		NAMED("name=a; name=a"),
		NAMED("name=a; Name=b"),
		NAMED("name=a; filename=b; filename=c"),
		NAMED("name=a; filename*=UTF-8''b; filename*=UTF-8''b"),
		NAMED("name=\"a\x01\""),
		NAMED("name=a; filename=\"a\x7f.png\""),
		NAMED("name=a; filename=\"a\r.png\""),
		NAMED("name=a; filename=\"a\n.png\""),
	};

	for (size_t i = 0; i < UNIT_COUNT(BODIES); i++)
		assert_reads(*state, BODIES[i], "broken");
}

/* ---- headers --------------------------------------------------------------------------------- */

static void other_headers_are_ignored(void **state)
{
	assert_reads(*state,
		"--xyz\r\nContent-Type: multipart/mixed; boundary=abc\r\nX-Empty:\r\n"
		"Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n"
		"Content-Length: 1\r\nX: caf\xe9 \"\r\n\r\nMTIz\r\n--xyz--\r\n",
		"[a]MTIz\nend");
}

static void folded_header_lines_are_joined(void **state)
{
	static const struct example EXAMPLES[] = {
		{"--xyz\r\nContent-Disposition: form-data;\r\n name=a;\r\n\tfilename=b\r\n"
		 "X: y\r\n z\r\n\r\n1\r\n--xyz--",
			"[a|b]1\nend"},
		{"--xyz\r\n " DISPOSITION "name=a\r\n\r\n1\r\n--xyz--", "broken"},
	};

	assert_examples(*state, EXAMPLES, UNIT_COUNT(EXAMPLES));
}

static void malformed_headers_make_the_body_malformed(void **state)
{
	static const char *const BODIES[] = {
		"--xyz\r\n\r\n1\r\n--xyz--",
		"--xyz\r\nContent-Type: text/plain\r\n\r\n1\r\n--xyz--",
		"--xyz\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--xyz--",
		"--xyz\r\nContent-Disposition: form-data-x; name=a\r\n\r\n1\r\n--xyz--",
		"--xyz\r\nContent-Disposition:\r\n\r\n1\r\n--xyz--",
		"--xyz\r\nContent-Disposition : form-data; name=a\r\n\r\n1\r\n--xyz--",
		"--xyz\r\n" DISPOSITION "name=a\r\n" DISPOSITION "name=a\r\n\r\n1\r\n--xyz--",
		"--xyz\r\nno header\r\n" DISPOSITION "name=a\r\n\r\n1\r\n--xyz--",
		"--xyz\r\n: empty\r\n" DISPOSITION "name=a\r\n\r\n1\r\n--xyz--",
		"--xyz\r\nX: a\nb\r\n" DISPOSITION "name=a\r\n\r\n1\r\n--xyz--",
		"--xyz\r\nX: a\rb\r\n" DISPOSITION "name=a\r\n\r\n1\r\n--xyz--",
		"--xyz\r\nX: \x1b[1m\r\n" DISPOSITION "name=a\r\n\r\n1\r\n--xyz--",
		"--xyz\r\n" DISPOSITION "name=a\r\n--xyz--\r\n",
		"--xyz\n" DISPOSITION "name=a\n\n1\n--xyz--\n",
		"--xyz\r\n" PLAIN("a") "1\n--xyz--\n",
	};

	for (size_t i = 0; i < UNIT_COUNT(BODIES) - 1; i++)
		assert_reads(*state, BODIES[i], "broken");
	assert_reads(*state, BODIES[UNIT_COUNT(BODIES) - 1], "[a]1\n--xyz--\n\nbroken");
}

static void a_nul_in_a_header_makes_the_body_malformed(void **state)
{
	static const char IN_NAME[] = NAMED("name=f; filename=\"a.png\0.gif\"");
	static const char BEFORE[] = "--xyz\r\nX: \0\r\n" PLAIN("a") "1\r\n--xyz--";

	assert_typed(*state, BOUNDARY, IN_NAME, sizeof(IN_NAME) - 1, "broken");
	assert_typed(*state, BOUNDARY, BEFORE, sizeof(BEFORE) - 1, "broken");
}

/* A body whose part has `lines` header lines, with `extra` more bytes in the last one. */
static char *with_headers(struct arena *arena, int lines, int padding)
{
	char *body = arena_printf(arena, "--xyz\r\n");

	for (int i = 1; i < lines; i++)
		body = arena_printf(arena, "%sX: y\r\n", body);
	return arena_printf(
		arena, "%s" DISPOSITION "name=a; %*s\r\n\r\n1\r\n--xyz--\r\n", body, padding, "");
}

static void the_size_of_headers_is_limited(void **state)
{
	struct arena arena = ARENA_EMPTY;
	const int without = (int)strlen(DISPOSITION "name=a; \r\n\r\n");

	assert_reads(*state, with_headers(&arena, MULTIPART_HEADER_LINES, 0), "[a]1\nend");
	assert_reads(*state, with_headers(&arena, MULTIPART_HEADER_LINES + 1, 0), "broken");
	assert_reads(*state, with_headers(&arena, 1, MULTIPART_HEADERS - without), "[a]1\nend");
	assert_reads(*state, with_headers(&arena, 1, MULTIPART_HEADERS - without + 1), "broken");
	assert_reads(*state, with_headers(&arena, 1, MULTIPART_BUFFER * 2), "broken");
	arena_free(&arena);
}

static void a_body_has_at_most_100_parts(void **state)
{
	char *body = malloc(TRANSCRIPT), *text = malloc(TRANSCRIPT);

	for (int parts = MULTIPART_PARTS; parts <= MULTIPART_PARTS + 1; parts++) {
		struct pieces pieces = {.bytes = body};
		struct multipart *m;
		char *at = body;

		for (int i = 0; i < parts; i++)
			at += sprintf(at, "--xyz\r\n" PLAIN("a") "1\r\n");
		at += sprintf(at, "--xyz--");
		pieces.length = (size_t)(at - body);
		m = begin(*state, BOUNDARY, &pieces);
		assert_string_equal(strrchr(transcribe(m, text, 4096), '\n'),
			parts > MULTIPART_PARTS ? "\nbroken" : "\nend");
	}
	free(body);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(a_boundary_may_be_a_token_or_quoted),
		ARENA_TEST(other_types_and_unusable_boundaries_are_rejected),
		ARENA_TEST(names_may_be_tokens_or_quoted_in_any_order_and_case),
		ARENA_TEST(escaped_quotes_in_names_are_decoded_and_other_backslashes_kept),
		ARENA_TEST(the_bytes_of_names_are_not_interpreted),
		ARENA_TEST(an_encoded_file_name_counts_if_it_is_the_only_one),
		ARENA_TEST(malformed_names_make_the_body_malformed),
		ARENA_TEST(other_headers_are_ignored),
		ARENA_TEST(folded_header_lines_are_joined),
		ARENA_TEST(malformed_headers_make_the_body_malformed),
		ARENA_TEST(a_nul_in_a_header_makes_the_body_malformed),
		ARENA_TEST(the_size_of_headers_is_limited),
		ARENA_TEST(a_body_has_at_most_100_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
