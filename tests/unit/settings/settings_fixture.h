/*
 * For the unit tests of core/settings: a cleared environment, a file for settings, and what loading them gives.
 */
#ifndef FITGATE_TESTS_SETTINGS_FIXTURE_H
#define FITGATE_TESTS_SETTINGS_FIXTURE_H

#include "../unit.h"

#include "core/settings.h"

#include <stdio.h>
#include <unistd.h>

#define SETTINGS_TEST(function)                                                                    \
	cmocka_unit_test_setup_teardown(function, settings_begin, settings_end)

/* The fixture: a cleared environment and a file for settings. */
struct fixture {
	struct arena arena;
	struct settings settings;
	struct error error;
	char path[sizeof(P_tmpdir "/fitgate-settings-XXXXXX")];
};

static inline int settings_begin(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	int fd;

	*state = fixture;
	if (fixture == NULL || clearenv() != 0)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/fitgate-settings-XXXXXX", P_tmpdir);
	fd = mkstemp(fixture->path);
	if (fd < 0)
		return -1;
	return close(fd);
}

static inline int settings_end(void **state)
{
	struct fixture *fixture = *state;
	int result = unlink(fixture->path);

	arena_free(&fixture->arena);
	free(fixture);
	return result;
}

static inline void set(const char *name, const char *value)
{
	assert_int_equal(setenv(name, value, 1), 0);
}

/* Write bytes to the file, and set FITGATE_CONFIG to its path. */
static inline void write_file(struct fixture *fixture, const char *bytes, size_t length)
{
	FILE *file = fopen(fixture->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	/* cppcheck-suppress deallocuse ; the macro evaluates its argument once */
	assert_int_equal(fclose(file), 0);
	set("FITGATE_CONFIG", fixture->path);
}

static inline bool load_for(struct fixture *fixture, const char *program, unsigned needs)
{
	fixture->error = ERROR_NONE;
	return settings_load(&fixture->settings, &fixture->arena, program, needs, &fixture->error);
}

static inline const struct settings *assert_loaded(struct fixture *fixture)
{
	if (!load_for(fixture, "login", 0))
		fail_msg("refused: %s", fixture->error.text);
	return &fixture->settings;
}

/* The key is kept only by a program that needs it, which must not be without. */
static inline void assert_secret(struct fixture *fixture, const char *expected)
{
	bool loaded = load_for(fixture, "login", SETTINGS_NEED_SECRET);

	if (*expected == '\0') {
		assert_false(loaded);
		assert_non_null(strstr(fixture->error.text, "APP_SECRET_KEY is missing"));
		return;
	}
	if (!loaded)
		fail_msg("refused: %s", fixture->error.text);
	assert_string_equal(fixture->settings.secret_key, expected);
}

/* Fail unless the settings are rejected, with a message of one line that contains `words`. */
static inline void assert_rejected(struct fixture *fixture, unsigned needs, const char *words)
{
	if (load_for(fixture, "login", needs))
		fail_msg("accepted in spite of %s", words);
	if (strstr(fixture->error.text, words) == NULL || strchr(fixture->error.text, '\n') != NULL)
		fail_msg("'%s' does not say '%s' in one line", fixture->error.text, words);
}

#endif
