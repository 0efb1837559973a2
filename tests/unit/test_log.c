/*
 * Unit tests of core/log: the form of a line, and that nothing can forge one.
 */
#include "unit.h"

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

/* What has been written since the last time; the log goes on behind it. */
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

#define TIME "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z"

/* Before any file is opened. */
static void without_a_file_lines_go_to_standard_error(void **state)
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
		assert_matches(new_lines(*state), "^" TIME " login\\[[0-9]+\\] info over there\n$");
	}
	close(kept);
	close(file);
}

static void from_now_on_lines_go_to_the_file(void **state)
{
	assert_true(log_open("login", path));
	log_info("here");
	assert_matches(new_lines(*state), " info here\n$");
}

static void a_line_has_time_program_process_level_and_request(void **state)
{
	log_set_request("6f1c");
	log_info("%s %d", "POST /api/auth/login", 200);
	assert_matches(new_lines(*state),
		"^" TIME " login\\[[0-9]+\\] info request=6f1c POST /api/auth/login 200\n$");
	log_warning("careful");
	assert_matches(
		new_lines(*state), "^" TIME " login\\[[0-9]+\\] warn request=6f1c careful\n$");
	log_error("broken");
	assert_matches(
		new_lines(*state), "^" TIME " login\\[[0-9]+\\] error request=6f1c broken\n$");
}

static void outside_a_request_none_is_named(void **state)
{
	log_set_request(NULL);
	log_info("started");
	assert_matches(new_lines(*state), "^" TIME " login\\[[0-9]+\\] info started\n$");
	log_set_request("");
	log_info("started");
	assert_matches(new_lines(*state), "^" TIME " login\\[[0-9]+\\] info started\n$");
}

static void the_process_is_this_one(void **state)
{
	log_set_request(NULL);
	log_info("here");
	assert_non_null(
		strstr(new_lines(*state), arena_printf(*state, " login[%ld] ", (long)getpid())));
}

static void what_a_client_sends_cannot_forge_a_line(void **state)
{
	log_set_request("a\nb");
	log_info("%s", "GET /x\r\n2026-11-22T19:00:00.123Z login[1] info forged\x1b[31m\x7f\t.");
	assert_matches(new_lines(*state),
		"^" TIME
		" login\\[[0-9]+\\] info request=a\\?b GET /x\\?\\?2026-11-22T19:00:00\\.123Z "
		"login\\[1\\] info forged\\?\\[31m\\?\\?\\.\n$");
	log_set_request(NULL);
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
	char *text = arena_zero(*state, LONG_TEXT), *line;

	memset(text, 'x', LONG_TEXT - 1);
	log_info("%s", text);
	line = new_lines(*state);
	assert_in_range(strlen(line), 1000, 4096);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	log_set_request(text);
	log_info("the end");
	assert_non_null(strstr(new_lines(*state), "x the end\n"));
	log_set_request(NULL);
}

static void lines_are_added_to_what_is_there(void **state)
{
	log_info("first");
	assert_true(log_open("worker", path));
	log_info("second");
	assert_matches(new_lines(*state),
		"login\\[[0-9]+\\] info first\n.* worker\\[[0-9]+\\] info second\n$");
	assert_true(log_open("login", path));
}

static void a_file_that_cannot_be_opened_is_told(void **state)
{
	(void)state;
	assert_false(log_open("login", "/nowhere/at/all"));
	assert_true(log_open("login", path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(without_a_file_lines_go_to_standard_error),
		ARENA_TEST(from_now_on_lines_go_to_the_file),
		ARENA_TEST(a_line_has_time_program_process_level_and_request),
		ARENA_TEST(outside_a_request_none_is_named),
		ARENA_TEST(the_process_is_this_one),
		ARENA_TEST(what_a_client_sends_cannot_forge_a_line),
		ARENA_TEST(a_long_line_is_cut_and_still_ends),
		ARENA_TEST(lines_are_added_to_what_is_there),
		ARENA_TEST(a_file_that_cannot_be_opened_is_told),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
