/*
 * Unit tests of http/multipart: the frame of a body and the content of its parts.
 */
#include "multipart_body.h"

/* ---- the frame ------------------------------------------------------------------------------- */

static void parts_come_in_order_with_name_file_name_and_content(void **state)
{
	assert_reads(*state,
		"--xyz\r\n" PLAIN(
			"title") "A ride\r\n"
				 "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
				 "Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n"
				 "--xyz\r\n" PLAIN("empty") "\r\n--xyz--\r\n",
		"[title]A ride\n[file|a.png]\x89PNG\r\n\x1a\n\n[empty]\nend");
}

static void preamble_and_epilogue_are_skipped(void **state)
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

static void blanks_may_follow_a_boundary(void **state)
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

static void text_that_resembles_a_delimiter_is_content(void **state)
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

static void a_truncated_body_is_malformed(void **state)
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

static void a_failed_source_makes_the_body_unreadable(void **state)
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

static void a_truncated_part_does_not_look_complete(void **state)
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

static void unread_content_of_a_part_is_skipped(void **state)
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

static void a_name_stays_valid_while_its_part_is_read(void **state)
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

/* ---- content of all sizes -------------------------------------------------------------------- */

/* Bytes with many CRs, LFs and dashes. */
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

/* Fail unless content of this length is read unchanged. */
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

static void content_around_the_size_of_the_buffer_is_unchanged(void **state)
{
	char *content = malloc(MULTIPART_BUFFER + 100);

	fill_with_noise(content, MULTIPART_BUFFER + 100);
	for (size_t length = MULTIPART_BUFFER - 100; length < MULTIPART_BUFFER + 100; length++)
		assert_content(*state, content, length, 0);
	free(content);
}

static void content_of_any_size_is_unchanged(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(parts_come_in_order_with_name_file_name_and_content),
		ARENA_TEST(preamble_and_epilogue_are_skipped),
		ARENA_TEST(a_body_is_read_to_its_end_and_not_beyond),
		ARENA_TEST(blanks_may_follow_a_boundary),
		ARENA_TEST(text_that_resembles_a_delimiter_is_content),
		ARENA_TEST(a_part_without_content_may_share_its_line_end_with_the_delimiter),
		ARENA_TEST(a_truncated_body_is_malformed),
		ARENA_TEST(a_failed_source_makes_the_body_unreadable),
		ARENA_TEST(a_truncated_part_does_not_look_complete),
		ARENA_TEST(unread_content_of_a_part_is_skipped),
		ARENA_TEST(a_name_stays_valid_while_its_part_is_read),
		ARENA_TEST(content_around_the_size_of_the_buffer_is_unchanged),
		ARENA_TEST(content_of_any_size_is_unchanged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
