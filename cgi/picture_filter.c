/*
 * The program that reads pictures, in a sandbox: from standard input to standard output. Not a CGI program: the
 * programs that take uploads start it for each (picture/isolation/sandbox.h).
 *
 *	picture_filter jpg|png|gif|png-still
 *
 * The exit status is the result for the picture (picture/isolation/filter_status.h). Nothing else of Fitgate is linked
 * into it.
 */
#include "picture/isolation/confinement.h"
#include "picture/isolation/filter_status.h"
#include "picture/picture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static ssize_t read_input(void *state, void *buffer, size_t size)
{
	ssize_t got;

	(void)state;
	do
		got = read(STDIN_FILENO, buffer, size);
	while (got < 0 && errno == EINTR);
	return got;
}

static enum picture_kind find_kind(const char *name)
{
	for (enum picture_kind kind = PICTURE_JPEG; kind <= PICTURE_PNG_STILL; kind++)
		if (strcmp(name, picture_extension(kind)) == 0)
			return kind;
	return PICTURE_UNKNOWN;
}

int main(int argc, char **argv)
{
	const struct source source = {.read = read_input};
	int output = STDOUT_FILENO, status;
	const struct sink sink = sink_to_descriptor(&output);
	enum picture_kind kind = argc == 2 ? find_kind(argv[1]) : PICTURE_UNKNOWN;

	if (kind == PICTURE_UNKNOWN)
		return FILTER_STATUS_USAGE;
	status = confine() ? 0 : FILTER_STATUS_UNCONFINED;
	status |= (int)picture_clean(kind, &source, &sink);
	_exit(status);
}
