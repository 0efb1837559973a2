/*
 * Unit tests of core/settings: the file, its location and its permissions (contract §1).
 */
#include "settings_fixture.h"

#include <limits.h>
#include <malloc.h>
#include <sys/stat.h>

static void lines_of_the_file_may_have_blanks_comments_and_crlf(void **state)
{
	static const struct {
		const char *text, *value;
	} LINES[] = {
		{"APP_SECRET_KEY=value", "value"},
		{"", ""},
		{"APP_SECRET_KEY=value\n", "value"},
		{"APP_SECRET_KEY=value\r\n", "value"},
		{"\xEF\xBB\xBF"
		 "APP_SECRET_KEY=value\r\n",
			"value"},
		{"\n\n  \t APP_SECRET_KEY=value", "value"},
		{"export APP_SECRET_KEY=value", "value"},
		{"  export   APP_SECRET_KEY=value", "value"},
		{"APP_SECRET_KEY=", ""},
		{"APP_SECRET_KEY=a b  c  ", "a b  c"},
		{"APP_SECRET_KEY= \t value", "value"},
		{"APP_SECRET_KEY= \"value\"", "value"},
		{"APP_SECRET_KEY=value # comment", "value"},
		{"APP_SECRET_KEY=value\t# comment", "value"},
		{"APP_SECRET_KEY=a#b", "a#b"},
		{"APP_SECRET_KEY=#comment", ""},
		{"APP_SECRET_KEY=a=b=c", "a=b=c"},
		{"APP_SECRET_KEY=\"value\"", "value"},
		{"APP_SECRET_KEY='value'", "value"},
		{"APP_SECRET_KEY=\"value\"\r\n", "value"},
		{"APP_SECRET_KEY=\"\"", ""},
		{"APP_SECRET_KEY=''", ""},
		{"APP_SECRET_KEY=\" a # b \" # comment", " a # b "},
		{"APP_SECRET_KEY='a \"b\" c'", "a \"b\" c"},
		{"APP_SECRET_KEY=\"it's\"", "it's"},
		{"APP_SECRET_KEY=it's", "it's"},
		{"APP_SECRET_KEY='$y$7'", "$y$7"},
		{"APP_SECRET_KEY=a\\nb", "a\\nb"},
		{"# APP_SECRET_KEY=no\nAPP_SECRET_KEY=value\n#APP_SECRET_KEY=no\n   # APP_SECRET_KEY=no",
			"value"},
		{"APP_SECRET_KEY=first\nOTHER=x\nAPP_SECRET_KEY=last\n", "last"},
		{"app_secret_key=no\nAPP_SECRET_KEY=value\nAPP_SECRET_KEY2=no\nMAP=no", "value"},
	};

	for (size_t i = 0; i < UNIT_COUNT(LINES); i++) {
		write_file(*state, LINES[i].text, strlen(LINES[i].text));
		assert_secret(*state, LINES[i].value);
	}
}

static void a_malformed_line_is_named_by_its_number(void **state)
{
	static const struct {
		const char *text, *words;
	} TEXTS[] = {
		{"LOG", "line 1"},
		{"A=1\n\n=value", "line 3"},
		{"A=1\nB=2\nLOG value", "line 3"},
		{"LOG =value", "line 1"},
		{"LO-G=value", "line 1"},
		{"L\xc3\x96G=value", "line 1"},
		{"export", "line 1"},
		{"LOG=\"value", "line 1: LOG"},
		{"LOG='value\"", "line 1: LOG"},
		{"LOG=\"a\"b", "line 1: LOG"},
		{"LOG=\"a\" b", "line 1: LOG"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++) {
		write_file(fixture, TEXTS[i].text, strlen(TEXTS[i].text));
		assert_rejected(fixture, 0, TEXTS[i].words);
		assert_non_null(strstr(fixture->error.text, fixture->path));
	}
}

static void a_file_that_others_may_read_is_rejected(void **state)
{
	static const mode_t REFUSED[] = {0604, 0602, 0601, 0644, 0666, 0777};
	static const mode_t ACCEPTED[] = {0400, 0600};
	struct fixture *fixture = *state;

	write_file(fixture, "LOG=x", 5);
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++) {
		assert_int_equal(chmod(fixture->path, REFUSED[i]), 0);
		assert_rejected(fixture, 0, "chmod 600");
	}
	for (size_t i = 0; i < UNIT_COUNT(ACCEPTED); i++) {
		assert_int_equal(chmod(fixture->path, ACCEPTED[i]), 0);
		assert_loaded(fixture);
	}
}

/* Run as root, the test covers both cases; as another user, only the second. */
static void a_file_that_its_group_may_read_is_rejected_unless_root_owns_it(void **state)
{
	static const mode_t MODES[] = {0640, 0660, 0620, 0610};
	struct fixture *fixture = *state;

	write_file(fixture, "LOG=x", 5);
	for (size_t i = 0; i < UNIT_COUNT(MODES); i++) {
		assert_int_equal(chmod(fixture->path, MODES[i]), 0);
		if (geteuid() == 0) {
			assert_loaded(fixture);
			assert_int_equal(chown(fixture->path, 1, (gid_t)-1), 0);
		}
		assert_rejected(fixture, 0, "chmod 600");
		if (geteuid() == 0)
			assert_int_equal(chown(fixture->path, 0, (gid_t)-1), 0);
	}
}

static void a_relative_path_in_the_file_starts_in_its_directory(void **state)
{
	static const char FILE_TEXT[] = "LOG=a/log\nUPLOAD_FOLDER=/up/load\nEMAIL_CA_FILE=ca.pem";
	const struct settings *settings;

	write_file(*state, FILE_TEXT, strlen(FILE_TEXT));
	settings = assert_loaded(*state);
	assert_string_equal(settings->log_path, P_tmpdir "/a/log");
	assert_string_equal(settings->upload_folder, "/up/load");
	assert_string_equal(settings->mail_ca_file, P_tmpdir "/ca.pem");
}

static void of_several_files_the_last_wins(void **state)
{
	static const char COMMON[] = "LOG=log\nMAP_ATTRIBUTION=common\n",
			  OWN[] = "MAP_ATTRIBUTION=own\n";
	struct fixture *fixture = *state;
	char common[] = P_tmpdir "/fitgate-settings-XXXXXX", list[2 * PATH_MAX];
	int fd = mkstemp(common);

	assert_true(fd >= 0 && write(fd, COMMON, strlen(COMMON)) == (ssize_t)strlen(COMMON));
	close(fd);
	write_file(fixture, OWN, strlen(OWN));
	snprintf(list, sizeof(list), "%s:%s", common, fixture->path);
	set("FITGATE_CONFIG", list);
	assert_string_equal(assert_loaded(fixture)->map_attribution, "own");
	assert_string_equal(fixture->settings.log_path, P_tmpdir "/log");
	assert_string_equal(fixture->settings.file, list);
	snprintf(list, sizeof(list), "%s:/nowhere", common);
	set("FITGATE_CONFIG", list);
	assert_rejected(fixture, 0, "/nowhere");
	assert_int_equal(unlink(common), 0);
}

static void a_program_that_does_not_need_the_key_does_not_keep_it(void **state)
{
	static const char FILE_TEXT[] = "APP_SECRET_KEY=swordfish\n";
	struct fixture *fixture = *state;

	write_file(fixture, FILE_TEXT, strlen(FILE_TEXT));
	assert_string_equal(assert_loaded(fixture)->secret_key, "");
	for (struct arena_block *block = fixture->arena.first; block != NULL;
		block = *(struct arena_block **)block)
		assert_null(memmem(block, malloc_usable_size(block), "swordfish", 9));
}

/* A file beside the program names the settings, as on shared hosts. */
static void without_fitgate_config_a_file_beside_the_program_names_the_settings(void **state)
{
	struct fixture *fixture = *state;
	char directory[PATH_MAX] = "", location[PATH_MAX + 16];
	FILE *file;

	assert_true(readlink("/proc/self/exe", directory, sizeof(directory) - 1) > 0);
	*strrchr(directory, '/') = '\0';
	snprintf(location, sizeof(location), "%s/fitgate.path", directory);
	write_file(fixture, "APP_SECRET_KEY=beside", 21);
	unsetenv("FITGATE_CONFIG");
	file = fopen(location, "w");
	assert_non_null(file);
	fprintf(file, "\xEF\xBB\xBF%s\r\nanother line\n", fixture->path);
	fclose(file);
	assert_secret(fixture, "beside");
	assert_string_equal(fixture->settings.file, fixture->path);
	set("FITGATE_CONFIG", "");
	assert_secret(fixture, "");
	unsetenv("FITGATE_CONFIG");
	file = fopen(location, "w");
	assert_non_null(file);
	fputs("nowhere/at-all.conf\n", file);
	fclose(file);
	assert_rejected(fixture, 0, "/nowhere/at-all.conf");
	assert_int_equal(unlink(location), 0);
	assert_secret(fixture, "");
}

static void unreadable_and_binary_files_are_rejected(void **state)
{
	struct fixture *fixture = *state;

	write_file(fixture, "LOG=a\0b", 7);
	assert_rejected(fixture, 0, "FITGATE_CONFIG");
	set("FITGATE_CONFIG", "/");
	assert_rejected(fixture, 0, "FITGATE_CONFIG");
	set("FITGATE_CONFIG", "/nowhere/at/all");
	assert_rejected(fixture, 0, "FITGATE_CONFIG");
	set("FITGATE_CONFIG", "");
	assert_loaded(fixture);
}

static void a_file_has_at_most_64_kibibytes_and_256_settings(void **state)
{
	enum { SIZE = 64 * 1024 };
	struct fixture *fixture = *state;
	char *text = arena_alloc(&fixture->arena, SIZE + 1), *at = text;

	memset(text, '#', SIZE + 1);
	memcpy(text, "LOG=/x\n", 7);
	write_file(fixture, text, SIZE);
	assert_string_equal(assert_loaded(fixture)->log_path, "/x");
	write_file(fixture, text, SIZE + 1);
	assert_rejected(fixture, 0, "FITGATE_CONFIG");

	for (int i = 0; i < 256; i++)
		at += sprintf(at, "LOG=/%d\n", i);
	write_file(fixture, text, (size_t)(at - text));
	assert_string_equal(assert_loaded(fixture)->log_path, "/255");
	at += sprintf(at, "LOG=x\n");
	write_file(fixture, text, (size_t)(at - text));
	assert_rejected(fixture, 0, "256");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SETTINGS_TEST(lines_of_the_file_may_have_blanks_comments_and_crlf),
		SETTINGS_TEST(a_malformed_line_is_named_by_its_number),
		SETTINGS_TEST(a_file_that_others_may_read_is_rejected),
		SETTINGS_TEST(a_file_that_its_group_may_read_is_rejected_unless_root_owns_it),
		SETTINGS_TEST(a_relative_path_in_the_file_starts_in_its_directory),
		SETTINGS_TEST(of_several_files_the_last_wins),
		SETTINGS_TEST(a_program_that_does_not_need_the_key_does_not_keep_it),
		SETTINGS_TEST(without_fitgate_config_a_file_beside_the_program_names_the_settings),
		SETTINGS_TEST(unreadable_and_binary_files_are_rejected),
		SETTINGS_TEST(a_file_has_at_most_64_kibibytes_and_256_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
