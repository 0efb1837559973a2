/*
 * Common to all unit tests: cmocka with the headers that it requires, an arena for each test, and the
 * comparison of JSON trees.
 */
#ifndef FITGATE_TESTS_UNIT_H
#define FITGATE_TESTS_UNIT_H

#include "core/arena.h"
#include "core/json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* cmocka's headers do not declare that a failed assertion ends the test; analyzers would continue after it. */
#ifdef __clang_analyzer__
#undef fail
#undef assert_true
#undef assert_non_null
#define fail()                   abort()
#define assert_true(condition)   ((condition) ? (void)0 : fail())
#define assert_non_null(pointer) assert_true((pointer) != NULL)
#endif

enum { UNIT_TEXT_MAX = 256 };

/*
 * Run only the tests whose names match the pattern in UNIT_TEST_FILTER (`make test T=...`), where "*" and
 * "?" are wildcards. Before main(), because cmocka takes the filter for all groups of a program.
 */
__attribute__((constructor)) static void unit_read_filter(void)
{
	const char *pattern = getenv("UNIT_TEST_FILTER");

	if (pattern != NULL)
		cmocka_set_test_filter(pattern);
}

#define UNIT_COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A test with its own arena as *state; cJSON allocates from it too. */
#define ARENA_TEST(function) cmocka_unit_test_setup_teardown(function, unit_begin, unit_end)

static inline int unit_begin(void **state)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		return -1;
	*arena = ARENA_EMPTY;
	json_use_arena(arena);
	*state = arena;
	return 0;
}

static inline int unit_end(void **state)
{
	arena_free(*state);
	free(*state);
	return 0;
}

/* Fail unless the printed tree has exactly these members and values, in any order. */
static inline void unit_assert_json(const cJSON *actual, const char *expected)
{
	const char *text = actual == NULL ? NULL : json_text(actual);

	if (text == NULL)
		fail_msg("there is no tree");
	if (!cJSON_Compare(
		    json_parse(text, strlen(text)), json_parse(expected, strlen(expected)), true))
		fail_msg("%s\nis not\n%s", text, expected);
}

#endif
