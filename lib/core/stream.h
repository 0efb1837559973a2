/*
 * Where bytes come from and where they go, whatever lies behind it: the body of a request, one part of
 * it, a file.
 */
#ifndef FITGATE_CORE_STREAM_H
#define FITGATE_CORE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct source {
	/* Up to `size` bytes: how many there were, 0 at the end, -1 when they cannot be read. */
	ssize_t (*read)(void *state, void *buffer, size_t size);
	void *state;
};

struct sink {
	/* All of the bytes. false: they cannot be written. */
	bool (*write)(void *state, const void *bytes, size_t length);
	void *state;
};

/* Into an open descriptor, which must live as long as the sink. errno tells why it failed. */
struct sink sink_to_descriptor(int *descriptor);

#endif
