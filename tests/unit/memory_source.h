/*
 * A request in memory, for tests of code that reads requests. It implements the same interface as FastCGI
 * and CGI.
 */
#ifndef FITGATE_TESTS_MEMORY_SOURCE_H
#define FITGATE_TESTS_MEMORY_SOURCE_H

#include "http/request.h"
#include "unit.h"

struct memory_source {
	const char *const *parameters; /* name, value, name, value, ..., NULL */
	const char *body;
	size_t length;
	size_t step;  /* maximum number of bytes per read; 0: no maximum */
	bool fails;   /* reading fails at the end of the body */
	size_t taken; /* bytes read so far */
};

static inline const char *memory_parameter(void *state, const char *name)
{
	const struct memory_source *memory = state;

	for (const char *const *pair = memory->parameters; *pair != NULL; pair += 2)
		if (strcmp(pair[0], name) == 0)
			return pair[1];
	return NULL;
}

static inline ssize_t memory_read(void *state, void *buffer, size_t size)
{
	struct memory_source *memory = state;
	size_t left = memory->length - memory->taken;

	if (left == 0)
		return memory->fails ? -1 : 0;
	if (size > left)
		size = left;
	if (memory->step > 0 && size > memory->step)
		size = memory->step;
	memcpy(buffer, memory->body + memory->taken, size);
	memory->taken += size;
	return (ssize_t)size;
}

/* Begin the request in `memory`. `memory` and `source` must outlive the request. */
static inline struct request memory_request(
	struct arena *arena, struct request_source *source, struct memory_source *memory)
{
	struct request request;

	*source = (struct request_source){memory_parameter, memory_read, memory};
	assert_true(request_begin(&request, arena, source));
	return request;
}

#endif
