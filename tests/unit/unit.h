/*
 * What all unit tests have in common: cmocka with the headers it wants before it, an arena for each
 * test, and the comparison of JSON trees.
 */
#ifndef FITGATE_TESTS_UNIT_H
#define FITGATE_TESTS_UNIT_H

#include "core/arena.h"
#include "core/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* cmocka's headers do not tell that a test ends where it fails; an analyser would go on behind that. */
#ifdef __clang_analyzer__
#undef fail
#undef assert_true
#undef assert_non_null
#define fail()                   abort()
#define assert_true(condition)   ((condition) ? (void)0 : fail())
#define assert_non_null(pointer) assert_true((pointer) != NULL)
#endif

enum { UNIT_TEXT_MAX = 256 };

#define UNIT_COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A test whose *state is an arena of its own, from which cJSON allocates as well. */
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

/* Fail unless the tree, once printed, has exactly these members and values, in whatever order. */
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
