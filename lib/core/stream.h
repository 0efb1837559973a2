/*
 * Sources and sinks of bytes of any kind: the body of a request, one part of it, a file.
 */
#ifndef FITGATE_CORE_STREAM_H
#define FITGATE_CORE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct source {
	/* Read up to `size` bytes. Returns their number; 0 at the end; -1 if they cannot be read. */
	ssize_t (*read)(void *state, void *buffer, size_t size);
	void *state;
};

struct sink {
	/* Write all of the bytes. false: they cannot be written. */
	bool (*write)(void *state, const void *bytes, size_t length);
	void *state;
};

/* Into an open descriptor, which must live as long as the sink. errno has the reason of a failure. */
struct sink sink_to_descriptor(int *descriptor);

#endif
