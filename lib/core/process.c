/*
 * See process.h. prctl(2) and setrlimit(2) cannot fail for these arguments, except where a seccomp filter
 * forbids them; the program runs all the same then.
 */
#include "core/process.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

void process_make_private(void)
{
#ifndef __SANITIZE_ADDRESS__
	const struct rlimit no_core = {0, 0};

	if (getenv("FITGATE_DUMPABLE") != NULL)
		return;
	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &no_core);
#endif
}

void process_ignore_write_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

bool process_directory(char *directory, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", directory, size - 1);
	char *slash;

	if (length <= 0 || (size_t)length >= size - 1)
		return false;
	directory[length] = '\0';
	slash = strrchr(directory, '/');
	if (slash == NULL)
		return false;
	slash[1] = '\0';
	return true;
}
