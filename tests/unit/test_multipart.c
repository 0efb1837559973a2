/*
 * Unit tests of http/multipart. Nearly every body is read in pieces of many sizes, and cut in two at every
 * byte, so that whatever has to be seen whole is met in parts as well.
 */
#include "unit.h"

#include "http/multipart.h"

#include <stdio.h>

enum { TRANSCRIPT = 64 * 1024, BIG = 1024 * 1024 };

#define BOUNDARY     "multipart/form-data; boundary=xyz"
#define PLAIN(name)  "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define DISPOSITION  "Content-Disposition: form-data; "
#define NAMED(names) "--xyz\r\n" DISPOSITION names "\r\n\r\ncontent\r\n--xyz--\r\n"

/* A body that comes in pieces: the first one of `first` bytes, then `step` at a time; 0: all there is. */
struct pieces {
	const char *bytes;
	size_t length, first, step, taken;
	bool fails; /* an error stands where the bytes end */
	int reads_at_end;
};

static ssize_t read_piece(void *state, void *buffer, size_t size)
{
	struct pieces *pieces = state;
	size_t left = pieces->length - pieces->taken;
	size_t most = pieces->taken == 0 && pieces->first > 0 ? pieces->first : pieces->step;

	if (left == 0) {
		pieces->reads_at_end++;
		return pieces->fails ? -1 : 0;
	}
	if (size > left)
		size = left;
	if (most > 0 && size > most)
		size = most;
	memcpy(buffer, pieces->bytes + pieces->taken, size);
	pieces->taken += size;
	return (ssize_t)size;
}

static struct multipart *begin(struct arena *arena, const char *content_type, struct pieces *pieces)
{
	struct multipart *m = arena_alloc(arena, sizeof(*m));

	assert_true(multipart_begin(m, content_type, &(struct source){read_piece, pieces}));
	return m;
}

/* ---- what a body says, as text ----------------------------------------------------------------- */

static size_t transcribe_content(struct multipart *m, char *text, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while ((got = multipart_read(m, text + length, size)) > 0)
		length += (size_t)got;
	return length;
}

/* Each part as "[name]content" or "[name|file name]content" in a line; then how it ended. */
static const char *transcribe(struct multipart *m, char *text, size_t size)
{
	static const char *const ENDS[] = {
		[MULTIPART_END] = "end",
		[MULTIPART_BROKEN] = "broken",
		[MULTIPART_UNREADABLE] = "unreadable",
	};
	struct multipart_part part;
	enum multipart_result result;
	char *at = text;

	while ((result = multipart_next(m, &part)) == MULTIPART_PART) {
		at += snprintf(at, 1024, "[%s%s%s]", part.name, part.filename == NULL ? "" : "|",
			part.filename == NULL ? "" : part.filename);
		at += transcribe_content(m, at, size);
		*at++ = '\n';
	}
	snprintf(at, 16, "%s", ENDS[result]);
	assert_int_equal(multipart_next(m, &part), result);
	/* cppcheck-suppress uninitvar ; written through `at` */
	return text;
}

/* Fail unless the body reads like that, in whatever pieces it comes and is taken. */
static void assert_typed(struct arena *arena, const char *content_type, const char *body,
	size_t length, const char *expected)
{
	static const size_t STEPS[] = {0, 1, 2, 3, 5, 7, 16, 61};
	static const size_t SIZES[] = {1, 3, 4096};
	char *text = arena_alloc(arena, TRANSCRIPT);

	for (size_t i = 0; i < UNIT_COUNT(STEPS); i++)
		for (size_t j = 0; j < UNIT_COUNT(SIZES); j++) {
			struct pieces pieces = {body, length, 0, STEPS[i], 0, false, 0};

			assert_string_equal(
				transcribe(begin(arena, content_type, &pieces), text, SIZES[j]),
				expected);
		}
	for (size_t first = 1; first < length && length < 4096; first++) {
		struct pieces pieces = {body, length, first, 0, 0, false, 0};

		assert_string_equal(
			transcribe(begin(arena, content_type, &pieces), text, 4096), expected);
	}
	arena_reset(arena);
}

static void assert_reads(struct arena *arena, const char *body, const char *expected)
{
	assert_typed(arena, BOUNDARY, body, strlen(body), expected);
}

struct example {
	const char *body, *expected;
};

static void assert_examples(struct arena *arena, const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_reads(arena, examples[i].body, examples[i].expected);
}

/* ---- the frame --------------------------------------------------------------------------------- */

static void parts_come_in_their_order_with_name_file_name_and_content(void **state)
{
	assert_reads(*state,
		"--xyz\r\n" PLAIN(
			"title") "A ride\r\n"
				 "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
				 "Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n"
				 "--xyz\r\n" PLAIN("empty") "\r\n--xyz--\r\n",
		"[title]A ride\n[file|a.png]\x89PNG\r\n\x1a\n\n[empty]\nend");
}

static void preamble_and_epilogue_are_passed_over(void **state)
{
	static const struct example EXAMPLES[] = {
		{"To whom it may concern\r\n--xyz\r\n" PLAIN("a") "1\r\n--xyz--\r\n", "[a]1\nend"},
		{"\r\n--xyz\r\n" PLAIN("a") "1\r\n--xyz--", "[a]1\nend"},
		{"--xyz\r\n" PLAIN("a") "1\r\n--xyz--\r\nThe end\r\n", "[a]1\nend"},
		{"--xyz\r\n" PLAIN("a") "1\r\n--xyz--no line\r\n--xyz\r\n" PLAIN("b"), "[a]1\nend"},
		{"--xyz--", "end"},
		{"--xyz--\r\n", "end"},
	};

	assert_examples(*state, EXAMPLES, UNIT_COUNT(EXAMPLES));
}

static void a_body_is_read_to_its_end_and_not_beyond(void **state)
{
	static const char BODY[] = "--xyz\r\n" PLAIN("a") "1\r\n--xyz--\r\nepilogue";
	struct pieces pieces = {.bytes = BODY, .length = strlen(BODY), .step = 4};
	struct multipart *m = begin(*state, BOUNDARY, &pieces);
	struct multipart_part part;
	char byte;

	assert_int_equal(multipart_next(m, &part), MULTIPART_PART);
	assert_int_equal(multipart_next(m, &part), MULTIPART_END);
	assert_int_equal(pieces.taken, pieces.length);
	assert_int_equal(multipart_next(m, &part), MULTIPART_END);
	assert_int_equal(multipart_read(m, &byte, 1), 0);
	assert_int_equal(pieces.reads_at_end, 1);
}

static void blanks_may_stand_behind_a_boundary(void **state)
{
	static const char SIXTY_FOUR[] =
		"                                                                ";
	char body[UNIT_TEXT_MAX];

	assert_reads(*state,
		"--xyz \t \r\n" PLAIN("a") "1\r\n--xyz \r\n" PLAIN("b") "2\r\n--xyz--  ",
		"[a]1\n[b]2\nend");
	snprintf(body, sizeof(body), "--xyz%s\r\n" PLAIN("a") "1\r\n--xyz--", SIXTY_FOUR);
	assert_reads(*state, body, "[a]1\nend");
	snprintf(body, sizeof(body), "--xyz%s \r\n" PLAIN("a") "1\r\n--xyz--", SIXTY_FOUR);
	assert_reads(*state, body, "end");
}

static void what_only_looks_like_a_delimiter_is_content(void **state)
{
	static const char *const CONTENTS[] = {
		"x--xyz",
		"a--xyz--",
		"\r\n--xy",
		"\r\n--xyzz",
		"\r\n--xyz-",
		"\r\n--xyz -- ",
		"\r\n--xyz x",
		"\r\n--xyz\n",
		"\r\n--xyz \rx",
		"\r\n --xyz--",
		"\r\n-xyz--",
		"\n--xyz--",
		"\n--xyz\n",
		"\r--xyz--",
		"\r\r\n\r\n-\r\n--\r\n--x\r\n--xy",
		"\r\n--XYZ--",
		"\r",
		"\r\n",
		"\r\n\r\n",
	};

	for (size_t i = 0; i < UNIT_COUNT(CONTENTS); i++) {
		char body[UNIT_TEXT_MAX], expected[UNIT_TEXT_MAX];

		snprintf(body, sizeof(body), "--xyz\r\n" PLAIN("a") "%s\r\n--xyz--\r\n",
			CONTENTS[i]);
		snprintf(expected, sizeof(expected), "[a]%s\nend", CONTENTS[i]);
		assert_reads(*state, body, expected);
	}
}

static void a_part_without_content_may_share_its_line_end_with_the_delimiter(void **state)
{
	static const struct example EXAMPLES[] = {
		{"--xyz\r\n" PLAIN("a") "--xyz--\r\n", "[a]\nend"},
		{"--xyz\r\n" PLAIN("a") "--xyz\r\n" PLAIN("b") "2\r\n--xyz--", "[a]\n[b]2\nend"},
		{"--xyz\r\n" PLAIN("a") "--xyzzy\r\n--xyz--", "[a]--xyzzy\nend"},
	};

	assert_examples(*state, EXAMPLES, UNIT_COUNT(EXAMPLES));
}

static void a_body_cut_short_anywhere_is_broken(void **state)
{
	static const char BODY[] =
		"--xyz\r\n" PLAIN("a") "1\r\n--xyz\r\n" PLAIN("b") "2\r\n--xyz--";
	char text[UNIT_TEXT_MAX];

	for (size_t length = 0; length < strlen(BODY); length++) {
		struct pieces pieces = {.bytes = BODY, .length = length};

		transcribe(begin(*state, BOUNDARY, &pieces), text, 4096);
		assert_non_null(strstr(text, "broken"));
		arena_reset(*state);
	}
}

static void a_source_that_fails_anywhere_is_unreadable(void **state)
{
	static const char BODY[] =
		"--xyz\r\n" PLAIN("a") "1\r\n--xyz\r\n" PLAIN("b") "2\r\n--xyz--";
	char text[UNIT_TEXT_MAX];

	for (size_t length = 0; length <= strlen(BODY); length++) {
		struct pieces pieces = {.bytes = BODY, .length = length, .fails = true};

		transcribe(begin(*state, BOUNDARY, &pieces), text, 4096);
		assert_non_null(strstr(text, "unreadable"));
		assert_int_equal(pieces.reads_at_end, 1);
		arena_reset(*state);
	}
}

static void a_part_that_is_cut_short_does_not_look_whole(void **state)
{
	static const char BODY[] = "--xyz\r\n" PLAIN("a") "12345\r\n--xy";
	struct pieces pieces = {.bytes = BODY, .length = strlen(BODY)};
	struct multipart *m = begin(*state, BOUNDARY, &pieces);
	struct multipart_part part;
	char content[16];

	assert_int_equal(multipart_next(m, &part), MULTIPART_PART);
	assert_int_equal(multipart_read(m, content, sizeof(content)), 5);
	assert_int_equal(multipart_read(m, content, sizeof(content)), -1);
	assert_int_equal(multipart_read(m, content, sizeof(content)), -1);
	assert_int_equal(multipart_next(m, &part), MULTIPART_BROKEN);
}

static void what_is_not_read_of_a_part_is_passed_over(void **state)
{
	static const char BODY[] =
		"preamble\r\n--xyz\r\n" PLAIN("a") "12345\r\n--xyz\r\n" PLAIN("b") "678\r\n--xyz--";
	struct pieces pieces = {.bytes = BODY, .length = strlen(BODY), .step = 3};
	struct multipart *m = begin(*state, BOUNDARY, &pieces);
	struct multipart_part part;
	char content[16];

	assert_int_equal(multipart_read(m, content, sizeof(content)), 0);
	assert_int_equal(multipart_next(m, &part), MULTIPART_PART);
	assert_string_equal(part.name, "a");
	assert_int_equal(multipart_read(m, content, 0), 0);
	assert_int_equal(multipart_read(m, content, 1), 1);
	assert_int_equal(multipart_next(m, &part), MULTIPART_PART);
	assert_string_equal(part.name, "b");
	assert_int_equal(multipart_next(m, &part), MULTIPART_END);
}

static void a_name_stays_while_its_part_is_read(void **state)
{
	char *body = arena_printf(
		*state, "--xyz\r\n" PLAIN("a") "%100000s\r\n--xyz--\r\n", "many blanks");
	struct pieces pieces = {.bytes = body, .length = strlen(body)};
	struct multipart *m = begin(*state, BOUNDARY, &pieces);
	struct multipart_part part;
	char content[4096];

	assert_int_equal(multipart_next(m, &part), MULTIPART_PART);
	while (multipart_read(m, content, sizeof(content)) > 0)
		assert_string_equal(part.name, "a");
}

/* ---- content of all sizes ---------------------------------------------------------------------- */

/* Bytes that hold CR, LF and dashes often enough. */
static void fill_with_noise(char *bytes, size_t length)
{
	uint32_t noise = 1;

	for (size_t i = 0; i < length; i++) {
		noise = noise * 1664525 + 1013904223;
		bytes[i] = (char)(noise >> 16);
		if (noise >> 28 == 0)
			bytes[i] = "\r\n-x"[noise >> 26 & 3];
	}
}

/* Fail unless content of that length comes back as it was. */
static void assert_content(struct arena *arena, const char *content, size_t length, size_t step)
{
	static const char HEAD[] = "--xyz\r\n" PLAIN("a"), TAIL[] = "\r\n--xyz--\r\n";
	size_t total = strlen(HEAD) + length + strlen(TAIL);
	char *body = arena_alloc(arena, total), *back = arena_alloc(arena, length + 1);
	struct pieces pieces = {.bytes = body, .length = total, .step = step};
	struct multipart *m = begin(arena, BOUNDARY, &pieces);
	struct multipart_part part;

	memcpy(body, HEAD, strlen(HEAD));
	memcpy(body + strlen(HEAD), content, length);
	memcpy(body + strlen(HEAD) + length, TAIL, strlen(TAIL));
	assert_int_equal(multipart_next(m, &part), MULTIPART_PART);
	assert_int_equal(transcribe_content(m, back, length + 1), length);
	assert_memory_equal(back, content, length);
	assert_int_equal(multipart_next(m, &part), MULTIPART_END);
	arena_reset(arena);
}

static void content_around_the_size_of_the_buffer_comes_back_as_it_was(void **state)
{
	char *content = malloc(MULTIPART_BUFFER + 100);

	fill_with_noise(content, MULTIPART_BUFFER + 100);
	for (size_t length = MULTIPART_BUFFER - 100; length < MULTIPART_BUFFER + 100; length++)
		assert_content(*state, content, length, 0);
	free(content);
}

static void content_of_any_size_comes_back_as_it_was(void **state)
{
	static const size_t STEPS[] = {0, 1000, 8192, 40000};
	char *content = malloc(BIG);

	fill_with_noise(content, BIG);
	for (size_t i = 0; i < UNIT_COUNT(STEPS); i++)
		assert_content(*state, content, BIG, STEPS[i]);
	memset(content, '\r', BIG);
	assert_content(*state, content, BIG, 0);
	memset(content, 0, BIG);
	assert_content(*state, content, BIG, 0);
	free(content);
}

/* ---- the boundary in the Content-Type ---------------------------------------------------------- */

#define TEN "0123456789"

static void a_boundary_is_taken_as_a_token_or_quoted(void **state)
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

static void what_is_not_form_data_with_a_usable_boundary_is_refused(void **state)
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

/* ---- names ------------------------------------------------------------------------------------- */

static void names_are_read_as_tokens_or_quoted_in_any_order_and_case(void **state)
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

static void quotes_in_names_are_decoded_and_other_backslashes_kept(void **state)
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

static void names_are_passed_on_whatever_their_bytes_mean(void **state)
{
	static const struct example EXAMPLES[] = {
		{NAMED("name=f; filename=\"caf\xc3\xa9.png\""), "[f|caf\xc3\xa9.png]content\nend"},
		{NAMED("name=f; filename=\"caf\xe9.png\""), "[f|caf\xe9.png]content\nend"},
		{NAMED("name=f; filename=\xff\xfe.png"), "[f|\xff\xfe.png]content\nend"},
		{NAMED("name=f; filename=\"a\tb.png\""), "[f|a\tb.png]content\nend"},
	};

	assert_examples(*state, EXAMPLES, UNIT_COUNT(EXAMPLES));
}

static void an_encoded_file_name_counts_where_there_is_no_other(void **state)
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

static void names_that_are_not_of_the_form_break_the_body(void **state)
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

/* ---- headers ----------------------------------------------------------------------------------- */

static void other_headers_are_passed_over(void **state)
{
	assert_reads(*state,
		"--xyz\r\nContent-Type: multipart/mixed; boundary=abc\r\nX-Empty:\r\n"
		"Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n"
		"Content-Length: 1\r\nX: caf\xe9 \"\r\n\r\nMTIz\r\n--xyz--\r\n",
		"[a]MTIz\nend");
}

static void folded_header_lines_are_one(void **state)
{
	static const struct example EXAMPLES[] = {
		{"--xyz\r\nContent-Disposition: form-data;\r\n name=a;\r\n\tfilename=b\r\n"
		 "X: y\r\n z\r\n\r\n1\r\n--xyz--",
			"[a|b]1\nend"},
		{"--xyz\r\n " DISPOSITION "name=a\r\n\r\n1\r\n--xyz--", "broken"},
	};

	assert_examples(*state, EXAMPLES, UNIT_COUNT(EXAMPLES));
}

static void headers_that_are_not_of_the_form_break_the_body(void **state)
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

static void a_nul_in_a_header_breaks_the_body(void **state)
{
	static const char IN_NAME[] = NAMED("name=f; filename=\"a.png\0.gif\"");
	static const char BEFORE[] = "--xyz\r\nX: \0\r\n" PLAIN("a") "1\r\n--xyz--";

	assert_typed(*state, BOUNDARY, IN_NAME, sizeof(IN_NAME) - 1, "broken");
	assert_typed(*state, BOUNDARY, BEFORE, sizeof(BEFORE) - 1, "broken");
}

/* A body whose part has so many header lines, and the last one so many bytes more. */
static char *with_headers(struct arena *arena, int lines, int padding)
{
	char *body = arena_printf(arena, "--xyz\r\n");

	for (int i = 1; i < lines; i++)
		body = arena_printf(arena, "%sX: y\r\n", body);
	return arena_printf(
		arena, "%s" DISPOSITION "name=a; %*s\r\n\r\n1\r\n--xyz--\r\n", body, padding, "");
}

static void headers_have_their_limits(void **state)
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

static void a_body_has_up_to_100_parts(void **state)
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
		ARENA_TEST(parts_come_in_their_order_with_name_file_name_and_content),
		ARENA_TEST(preamble_and_epilogue_are_passed_over),
		ARENA_TEST(a_body_is_read_to_its_end_and_not_beyond),
		ARENA_TEST(blanks_may_stand_behind_a_boundary),
		ARENA_TEST(what_only_looks_like_a_delimiter_is_content),
		ARENA_TEST(a_part_without_content_may_share_its_line_end_with_the_delimiter),
		ARENA_TEST(a_body_cut_short_anywhere_is_broken),
		ARENA_TEST(a_source_that_fails_anywhere_is_unreadable),
		ARENA_TEST(a_part_that_is_cut_short_does_not_look_whole),
		ARENA_TEST(what_is_not_read_of_a_part_is_passed_over),
		ARENA_TEST(a_name_stays_while_its_part_is_read),
		ARENA_TEST(content_around_the_size_of_the_buffer_comes_back_as_it_was),
		ARENA_TEST(content_of_any_size_comes_back_as_it_was),
		ARENA_TEST(a_boundary_is_taken_as_a_token_or_quoted),
		ARENA_TEST(what_is_not_form_data_with_a_usable_boundary_is_refused),
		ARENA_TEST(names_are_read_as_tokens_or_quoted_in_any_order_and_case),
		ARENA_TEST(quotes_in_names_are_decoded_and_other_backslashes_kept),
		ARENA_TEST(names_are_passed_on_whatever_their_bytes_mean),
		ARENA_TEST(an_encoded_file_name_counts_where_there_is_no_other),
		ARENA_TEST(names_that_are_not_of_the_form_break_the_body),
		ARENA_TEST(other_headers_are_passed_over),
		ARENA_TEST(folded_header_lines_are_one),
		ARENA_TEST(headers_that_are_not_of_the_form_break_the_body),
		ARENA_TEST(a_nul_in_a_header_breaks_the_body),
		ARENA_TEST(headers_have_their_limits),
		ARENA_TEST(a_body_has_up_to_100_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
