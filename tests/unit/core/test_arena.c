/*
 * Unit tests of core/arena: memory that is released together.
 */
#include "../unit.h"

static void allocations_are_aligned_for_any_type(void **state)
{
	for (size_t size = 0; size < 100; size++)
		assert_int_equal((uintptr_t)arena_alloc(*state, size) % _Alignof(max_align_t), 0);
}

static void allocations_do_not_overlap(void **state)
{
	/* sizes from zero to more than a block, so that blocks of both kinds are filled */
	static const size_t SIZES[] = {
		1, 16, 17, 1000, 20000, 20000, 100000, 5, 32768, 32769, 0, 7};
	unsigned char *places[UNIT_COUNT(SIZES)];

	for (size_t i = 0; i < UNIT_COUNT(SIZES); i++) {
		places[i] = arena_alloc(*state, SIZES[i]);
		assert_non_null(places[i]);
		memset(places[i], (int)i + 1, SIZES[i]);
	}
	for (size_t i = 0; i < UNIT_COUNT(SIZES); i++)
		for (size_t at = 0; at < SIZES[i]; at++)
			assert_int_equal(places[i][at], i + 1);
}

static void arena_zero_clears_reused_memory(void **state)
{
	static const unsigned char ZERO[500];

	memset(arena_alloc(*state, 500), 0xA5, 500);
	arena_reset(*state);
	assert_memory_equal(arena_zero(*state, 500), ZERO, 500);
}

static void a_copy_is_independent_and_ends_in_nul(void **state)
{
	char original[] = "ab\0cd, and more";
	char *copy = arena_copy(*state, original, 5);

	memset(original, 'x', sizeof(original));
	assert_memory_equal(copy, "ab\0cd", 6);
}

static void copies_do_not_overwrite_each_others_nul(void **state)
{
	char *copies[100];

	for (size_t i = 0; i < UNIT_COUNT(copies); i++)
		copies[i] = arena_copy(*state,
			"0123456789012345678901234567890123456789012345678901234567890123456789"
			"012345678901234567890123456789",
			i);
	for (size_t i = 0; i < UNIT_COUNT(copies); i++)
		assert_int_equal(strlen(copies[i]), i);
}

static void arena_printf_allocates_what_the_text_needs(void **state)
{
	char *text = arena_printf(*state, "%s %d %*d", "line", 7, 50000, 1);

	assert_int_equal(strlen(text), 50007);
	assert_memory_equal(text, "line 7 ", 7);
	assert_string_equal(text + 50005, " 1");
	assert_string_equal(arena_printf(*state, "%s", ""), "");
}

static void an_impossible_size_is_rejected(void **state)
{
	assert_null(arena_alloc(*state, SIZE_MAX));
	assert_null(arena_alloc(*state, SIZE_MAX - 20));
	assert_null(arena_zero(*state, SIZE_MAX - 7));
	assert_null(arena_copy(*state, "", SIZE_MAX));
	assert_non_null(arena_alloc(*state, 1));
}

static void reset_wipes_the_memory(void **state)
{
	static const char SECRET[] = "correct horse battery staple";
	char *before = arena_copy(*state, SECRET, strlen(SECRET)), *after;

	arena_reset(*state);
	after = arena_alloc(*state, sizeof(SECRET));
	assert_ptr_equal(after, before); /* otherwise the test shows nothing */
	for (size_t i = 0; i < sizeof(SECRET); i++)
		assert_int_equal(after[i], 0);
}

static void reset_keeps_one_block_only(void **state)
{
	struct arena *arena = *state;
	void *first = arena_alloc(arena, 10);

	arena_alloc(arena, 100000);
	arena_alloc(arena, 100000);
	arena_reset(arena);
	assert_ptr_equal(arena->first, arena->last);
	assert_ptr_equal(arena_alloc(arena, 10), first);
}

static void reset_does_not_keep_a_block_of_unusual_size(void **state)
{
	struct arena *arena = *state;

	memset(arena_alloc(arena, 10000000), 1, 10000000);
	arena_reset(arena);
	assert_null(arena->first);
	assert_non_null(arena_alloc(arena, 10));
}

static void an_arena_is_usable_after_reset_and_free(void **state)
{
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 1000; i++)
			memset(arena_alloc(*state, 100), round, 100);
		if (round == 1)
			arena_free(*state);
		else
			arena_reset(*state);
	}
	assert_string_equal(arena_copy(*state, "still here", 10), "still here");
}

static void free_and_reset_accept_an_empty_arena(void **state)
{
	struct arena *arena = *state;

	arena_reset(arena);
	arena_free(arena);
	arena_free(arena);
	assert_null(arena->first);
	assert_null(arena->last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(allocations_are_aligned_for_any_type),
		ARENA_TEST(allocations_do_not_overlap),
		ARENA_TEST(arena_zero_clears_reused_memory),
		ARENA_TEST(a_copy_is_independent_and_ends_in_nul),
		ARENA_TEST(copies_do_not_overwrite_each_others_nul),
		ARENA_TEST(arena_printf_allocates_what_the_text_needs),
		ARENA_TEST(an_impossible_size_is_rejected),
		ARENA_TEST(reset_wipes_the_memory),
		ARENA_TEST(reset_keeps_one_block_only),
		ARENA_TEST(reset_does_not_keep_a_block_of_unusual_size),
		ARENA_TEST(an_arena_is_usable_after_reset_and_free),
		ARENA_TEST(free_and_reset_accept_an_empty_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
