/*
 * Memory that is released as a whole.
 *
 * One arena serves one request (or one job): everything allocated for it is in this arena, and arena_reset()
 * releases it. Nothing allocated here is ever freed by itself.
 */
#ifndef FITGATE_CORE_ARENA_H
#define FITGATE_CORE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block
		*first; /* kept by arena_reset(), so that a small request allocates nothing */
	struct arena_block *last;
};

/* An empty arena. It owns nothing until the first allocation. */
#define ARENA_EMPTY ((struct arena){NULL, NULL})

/*
 * `size` bytes, aligned for any type, not cleared. NULL when out of memory, which is logged here, so the caller
 * need not. The same holds for the functions below.
 */
void *arena_alloc(struct arena *arena, size_t size);

/* The same, cleared to zero. */
void *arena_zero(struct arena *arena, size_t size);

/* A NUL-terminated copy of `length` bytes. NULL when out of memory. */
char *arena_copy(struct arena *arena, const void *bytes, size_t length);

/* printf() into the arena. NULL when out of memory. */
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Release everything but one block, for the next request. What was allocated is wiped: it may have
 * been a password. */
void arena_reset(struct arena *arena);

/* Release everything. The arena is empty again and may be used again. */
void arena_free(struct arena *arena);

#endif
