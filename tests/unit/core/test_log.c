/*
 * Unit tests of core/log: the form of a line, and that no text can forge one.
 */
#include "../unit.h"

#include "core/log.h"

#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <unistd.h>

enum { LONG_TEXT = 10000 };

static char path[] = P_tmpdir "/fitgate-log-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

/* The text written since the last call. */
static char *new_lines(struct arena *arena)
{
	static long read_so_far;
	char *text = arena_zero(arena, LONG_TEXT);
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fseek(file, read_so_far, SEEK_SET), 0);
	read_so_far += (long)fread(text, 1, LONG_TEXT - 1, file);
	fclose(file);
	return text;
}

static void assert_matches(const char *text, const char *pattern)
{
	regex_t regex;
	int result;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	result = regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	if (result != 0)
		fail_msg("'%s' is not of the form %s", text, pattern);
}

#define TIME        "time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z"
#define HEAD(level) "^" TIME " level=" level " program=login pid=[0-9]+ "

/* Before any file is opened. */
static void without_a_file_the_log_is_standard_error(void **state)
{
	static const char *const NONE[] = {NULL, ""};
	int kept = dup(STDERR_FILENO), file = open(path, O_WRONLY | O_APPEND);

	assert_true(kept >= 0 && file >= 0);
	for (size_t i = 0; i < UNIT_COUNT(NONE); i++) {
		bool opened = log_open("login", NONE[i]);

		dup2(file, STDERR_FILENO);
		log_info("over there");
		dup2(kept, STDERR_FILENO);
		assert_true(opened);
		assert_matches(new_lines(*state), HEAD("info") "message=\"over there\"\n$");
	}
	close(kept);
	close(file);
}

static void after_log_open_the_log_is_the_file(void **state)
{
	assert_true(log_open("login", path));
	log_info("here");
	assert_matches(new_lines(*state), " message=here\n$");
}

static void the_first_error_of_a_request_is_kept(void **state)
{
	struct log_kept kept;

	log_set_request("6f1c");
	log_warning("not an error");
	assert_false(log_first_error(&kept));
	log_error("the %s", "cause\n\xff");
	log_error("what follows");
	assert_true(log_first_error(&kept));
	assert_string_equal(kept.program, "login");
	assert_string_equal(kept.request, "6f1c");
	assert_string_equal(kept.message, "the cause??");
	log_set_request("another");
	assert_false(log_first_error(&kept));
	log_set_request(NULL);
	new_lines(*state);
}

static void within_an_optional_step_errors_are_warnings(void **state)
{
	struct log_kept kept;

	log_set_request("6f1c");
	log_set_optional(true);
	log_error("could not note it: no privilege");
	assert_false(log_first_error(&kept));
	assert_matches(new_lines(*state), HEAD("warning") "request=6f1c message=.*\n$");
	log_set_optional(false);
	log_error("the cause");
	assert_matches(new_lines(*state), HEAD("error") "request=6f1c message=.*\n$");
	log_set_optional(true);
	log_set_request("another");
	log_error("the cause");
	assert_int_equal(log_error_count(), 1);
	log_set_request(NULL);
	new_lines(*state);
}

static void a_long_error_is_kept_in_part(void **state)
{
	struct log_kept kept;
	char *message = arena_zero(*state, LOG_KEPT_SIZE + 1);

	memset(message, 'x', LOG_KEPT_SIZE - 2);
	/* the end of the text divides the character */
	memcpy(message + LOG_KEPT_SIZE - 2, "\xc3\xa9", 2);
	log_set_request("6f1c");
	log_error("%s", message);
	assert_true(log_first_error(&kept));
	assert_int_equal(strlen(kept.message), LOG_KEPT_SIZE - 1);
	assert_string_equal(kept.message + LOG_KEPT_SIZE - 3, "x?");
	log_set_request(NULL);
	new_lines(*state);
}

static void after_a_rotation_lines_go_to_a_new_file(void **state)
{
	char *old = arena_printf(*state, "%s.1", path), *text;
	FILE *file;

	assert_true(log_open("login", path));
	for (int round = 0; round < 2; round++) {
		assert_int_equal(rename(path, old), 0);
		log_info("after round %d", round);
		assert_int_equal(access(path, F_OK), 0);
		file = fopen(path, "r");
		text = arena_zero(*state, LONG_TEXT);
		assert_true(fread(text, 1, LONG_TEXT - 1, file) > 0);
		fclose(file);
		assert_matches(text,
			arena_printf(*state, HEAD("info") "message=\"after round %d\"\n$", round));
	}
	assert_int_equal(unlink(old), 0);
}

/* The directory is gone. */
static void without_a_new_file_lines_still_go_to_the_old_one(void **state)
{
	char directory[] = P_tmpdir "/fitgate-log-XXXXXX", text[LONG_TEXT] = "";
	char *file_path, *moved;
	FILE *file;

	assert_non_null(mkdtemp(directory));
	file_path = arena_printf(*state, "%s/log", directory);
	assert_true(log_open("login", file_path));
	moved = arena_printf(*state, "%s.moved", directory);
	assert_int_equal(rename(directory, moved), 0);
	log_info("still here");
	assert_true(log_open("login", path));
	file_path = arena_printf(*state, "%s/log", moved);
	file = fopen(file_path, "r");
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_matches(text, "message=\"still here\"");
	assert_int_equal(unlink(file_path), 0);
	assert_int_equal(rmdir(moved), 0);
}

static void a_line_has_time_level_program_process_and_request(void **state)
{
	log_set_request("6f1c");
	log_info("%s %d", "served", 200);
	assert_matches(new_lines(*state), HEAD("info") "request=6f1c message=\"served 200\"\n$");
	log_warning("careful");
	assert_matches(new_lines(*state), HEAD("warning") "request=6f1c message=careful\n$");
	log_error("broken");
	assert_matches(new_lines(*state), HEAD("error") "request=6f1c message=broken\n$");
	log_set_request(NULL);
}

static void user_and_job_are_on_every_line_until_they_end(void **state)
{
	log_set_request("6f1c");
	log_set_user(7);
	log_info("a");
	log_info("b");
	assert_matches(new_lines(*state),
		" request=6f1c user=7 message=a\n.* request=6f1c user=7 message=b\n$");
	log_set_request("6f1d");
	log_info("c");
	assert_matches(new_lines(*state), " request=6f1d message=c\n$");
	log_set_request(NULL);
	log_set_job("export", 12);
	log_set_user(8);
	log_info("d");
	assert_matches(new_lines(*state), HEAD("info") "job=12 kind=export user=8 message=d\n$");
	log_set_job(NULL, 0);
	log_info("e");
	assert_matches(new_lines(*state), HEAD("info") "message=e\n$");
}

static void outside_a_request_the_line_has_no_request_id(void **state)
{
	log_set_request(NULL);
	log_info("started");
	assert_matches(new_lines(*state), HEAD("info") "message=started\n$");
	log_set_request("");
	log_info("started");
	assert_matches(new_lines(*state), HEAD("info") "message=started\n$");
	log_set_request(NULL);
}

static void the_line_has_this_process_id(void **state)
{
	log_info("here");
	assert_non_null(
		strstr(new_lines(*state), arena_printf(*state, " pid=%ld ", (long)getpid())));
}

static void a_value_that_is_not_a_plain_word_is_quoted(void **state)
{
	static const struct {
		const char *value, *expected;
	} CASES[] = {
		{"word", "message=word\n"},
		{"caf\xc3\xa9", "message=caf\xc3\xa9\n"},
		{"", "message=\"\"\n"},
		{"two words", "message=\"two words\"\n"},
		{"a=b", "message=\"a=b\"\n"},
		{"\"x\"", "message=\"\\\"x\\\"\"\n"},
		{"a\\b", "message=\"a\\\\b\"\n"},
	};

	for (size_t i = 0; i < UNIT_COUNT(CASES); i++) {
		log_info("%s", CASES[i].value);
		assert_non_null(strstr(new_lines(*state), CASES[i].expected));
	}
}

static void fields_take_the_place_of_a_message(void **state)
{
	log_fields(LOG_LEVEL_INFO, (const struct log_field[]){
					   LOG_TEXT("route", "/api/x y"),
					   LOG_NUMBER("status", 200),
					   LOG_MILLISECONDS("ms", 71249),
					   LOG_MILLISECONDS("least", 0),
					   {0},
				   });
	assert_matches(new_lines(*state),
		HEAD("info") "route=\"/api/x y\" status=200 ms=71\\.2 least=0\\.0\n$");
}

static void text_from_a_client_cannot_forge_a_line_or_a_field(void **state)
{
	log_set_request("a\nb");
	log_info("%s", "GET /x\r\n2026-11-22T19:00:00.123Z \" user=1 \x1b[31m\x7f\t.");
	assert_matches(new_lines(*state),
		HEAD("info") "request=a\\?b message=\"GET /x\\?\\?2026-11-22T19:00:00\\.123Z "
			     "\\\\\" user=1 \\?\\[31m\\?\\?\\.\"\n$");
	log_set_request(NULL);
}

static void a_long_line_is_cut_and_ends_in_a_line_feed(void **state)
{
	/* what is cut is in quotes, or not, or ends in a character that takes two bytes */
	static const char FILLERS[] = {'x', ' ', '"', '\\'};
	char *text = arena_zero(*state, LONG_TEXT), *line;

	for (size_t i = 0; i < UNIT_COUNT(FILLERS); i++) {
		memset(text, FILLERS[i], LONG_TEXT - 1);
		log_info("%s", text);
		line = new_lines(*state);
		assert_in_range(strlen(line), 2000, 2048);
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
		assert_int_equal(line[strlen(line) - 2], FILLERS[i] == 'x' ? 'x' : '"');
	}
	log_fields(LOG_LEVEL_INFO, (const struct log_field[]){LOG_TEXT("a", text),
					   LOG_TEXT("b", text), LOG_NUMBER("c", 1), {0}});
	assert_in_range(strlen(new_lines(*state)), 2000, 2048);
	log_set_request(text);
	log_info("end");
	assert_matches(new_lines(*state), " message=end\n$");
	log_set_request(NULL);
}

static void lines_are_appended(void **state)
{
	log_info("first");
	assert_true(log_open("worker", path));
	log_info("second");
	assert_matches(new_lines(*state),
		" program=login .* message=first\n.* program=worker .* message=second\n$");
	assert_true(log_open("login", path));
}

static void a_file_that_cannot_be_opened_is_reported(void **state)
{
	(void)state;
	assert_false(log_open("login", "/nowhere/at/all"));
	assert_true(log_open("login", path));
}

static void lines_below_the_level_are_dropped(void **state)
{
	static const struct {
		enum log_level level;
		int lines;
	} CASES[] = {{LOG_LEVEL_ERROR, 1}, {LOG_LEVEL_WARNING, 2}, {LOG_LEVEL_INFO, 3},
		{LOG_LEVEL_DEBUG, 4}};

	for (size_t i = 0; i < UNIT_COUNT(CASES); i++) {
		int lines = 0;

		log_set_level(CASES[i].level);
		assert_int_equal(
			log_is_enabled(LOG_LEVEL_DEBUG), CASES[i].level == LOG_LEVEL_DEBUG);
		log_debug("x");
		log_info("x");
		log_warning("x");
		log_error("x");
		for (const char *c = new_lines(*state); *c != '\0'; c++)
			lines += *c == '\n';
		assert_int_equal(lines, CASES[i].lines);
	}
	log_set_level(LOG_LEVEL_INFO);
}

static void levels_are_found_by_their_names(void **state)
{
	enum log_level level = LOG_LEVEL_INFO;

	(void)state;
	assert_true(log_level_find("debug", &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_true(log_level_find("error", &level));
	assert_int_equal(level, LOG_LEVEL_ERROR);
	assert_false(log_level_find("Debug", &level));
	assert_false(log_level_find("", &level));
}

static void the_errors_of_a_request_are_counted(void **state)
{
	log_set_request("6f1c");
	assert_int_equal(log_error_count(), 0);
	log_warning("x");
	assert_int_equal(log_error_count(), 0);
	log_error("x");
	log_error("x");
	assert_int_equal(log_error_count(), 2);
	log_set_request("6f1d");
	assert_int_equal(log_error_count(), 0);
	log_set_request(NULL);
	(void)new_lines(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(without_a_file_the_log_is_standard_error),
		ARENA_TEST(after_log_open_the_log_is_the_file),
		ARENA_TEST(a_line_has_time_level_program_process_and_request),
		ARENA_TEST(user_and_job_are_on_every_line_until_they_end),
		ARENA_TEST(outside_a_request_the_line_has_no_request_id),
		ARENA_TEST(the_line_has_this_process_id),
		ARENA_TEST(a_value_that_is_not_a_plain_word_is_quoted),
		ARENA_TEST(fields_take_the_place_of_a_message),
		ARENA_TEST(text_from_a_client_cannot_forge_a_line_or_a_field),
		ARENA_TEST(a_long_line_is_cut_and_ends_in_a_line_feed),
		ARENA_TEST(lines_are_appended),
		ARENA_TEST(a_file_that_cannot_be_opened_is_reported),
		ARENA_TEST(lines_below_the_level_are_dropped),
		ARENA_TEST(levels_are_found_by_their_names),
		ARENA_TEST(the_errors_of_a_request_are_counted),
		ARENA_TEST(the_first_error_of_a_request_is_kept),
		ARENA_TEST(within_an_optional_step_errors_are_warnings),
		ARENA_TEST(a_long_error_is_kept_in_part),
		ARENA_TEST(after_a_rotation_lines_go_to_a_new_file),
		ARENA_TEST(without_a_new_file_lines_still_go_to_the_old_one),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
