/*
 * Streams over descriptors.
 */
#include "core/stream.h"

#include <errno.h>
#include <unistd.h>

static bool write_all(void *state, const void *bytes, size_t length)
{
	const int *descriptor = state;
	const char *from = bytes;

	while (length > 0) {
		ssize_t written = write(*descriptor, from, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		from += written;
		length -= (size_t)written;
	}
	return true;
}

struct sink sink_to_descriptor(int *descriptor)
{
	return (struct sink){write_all, descriptor};
}
