/*
 * A chain of blocks; the last one is filled from its front. A request larger than a block gets a
 * block of its own size.
 */
#include "core/arena.h"

#include "core/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 32 * 1024, ALIGNMENT = 16 };

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	_Alignas(ALIGNMENT) unsigned char bytes[];
};

static struct arena_block *block_new(size_t size)
{
	struct arena_block *block;

	if (size > SIZE_MAX - sizeof(*block))
		return NULL;
	block = malloc(sizeof(*block) + size);
	if (block == NULL)
		return NULL;
	block->next = NULL;
	block->used = 0;
	block->size = size;
	return block;
}

static struct arena_block *block_with_room(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->last;

	if (block != NULL && block->size - block->used >= size)
		return block;
	block = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);
	if (block == NULL)
		return NULL;
	if (arena->last != NULL)
		arena->last->next = block;
	else
		arena->first = block;
	arena->last = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = NULL;
	void *place;

	if (size <= SIZE_MAX - ALIGNMENT) {
		size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
		block = block_with_room(arena, size);
	}
	if (block == NULL) {
		log_error("could not allocate %zu bytes: out of memory", size);
		return NULL;
	}
	place = block->bytes + block->used;
	block->used += size;
	return place;
}

void *arena_zero(struct arena *arena, size_t size)
{
	void *place = arena_alloc(arena, size);

	return place == NULL ? NULL : memset(place, 0, size);
}

char *arena_copy(struct arena *arena, const void *bytes, size_t length)
{
	char *copy = length < SIZE_MAX ? arena_alloc(arena, length + 1) : NULL;

	if (copy == NULL)
		return NULL;
	memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		return NULL;
	text = arena_alloc(arena, (size_t)length + 1);
	if (text == NULL)
		return NULL;
	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

static void blocks_free(struct arena_block *block)
{
	while (block != NULL) {
		struct arena_block *next = block->next;

		explicit_bzero(block->bytes, block->used);
		free(block);
		block = next;
	}
}

void arena_reset(struct arena *arena)
{
	struct arena_block *kept = arena->first;

	if (kept == NULL)
		return;
	if (kept->size > BLOCK_SIZE) {
		arena_free(arena);
		return;
	}
	blocks_free(kept->next);
	explicit_bzero(kept->bytes, kept->used);
	kept->next = NULL;
	kept->used = 0;
	arena->last = kept;
}

void arena_free(struct arena *arena)
{
	blocks_free(arena->first);
	*arena = ARENA_EMPTY;
}
