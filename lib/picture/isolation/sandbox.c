/*
 * This process writes the picture into a pipe while it is received, and the filter writes the new file itself. So no
 * byte of the result passes through this process, and a picture that takes over the filter can only change that file.
 *
 * Starting the filter takes half a millisecond: posix_spawn(3) does not copy this process (vfork), and the filter is
 * linked statically.
 */
#include "picture/isolation/sandbox.h"

#include "core/log.h"
#include "core/process.h"
#include "picture/isolation/filter_status.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "picture_filter"

enum { PIECE = 64 * 1024 };

_Static_assert(
	(int)PICTURE_RESULT_COUNT <= FILTER_STATUS_RESULT + 1, "an exit status holds each result");

struct sandbox {
	pid_t process;
	int input;        /* the writing end of the pipe */
	bool is_confined; /* true unless the filter has reported otherwise */
};

/* The filter is in the directory of the running program. */
static bool find_program(char path[PATH_MAX], struct error *error)
{
	if (!process_directory(path, PATH_MAX - sizeof(PROGRAM)))
		return error_set(error,
			"could not find " PROGRAM ": the directory of this program is not known");
	memcpy(path + strlen(path), PROGRAM, sizeof(PROGRAM));
	return true;
}

static int spawn(struct sandbox *sandbox, const char *path, const char *kind, int input, int output)
{
	char *const arguments[] = {PROGRAM, (char *)kind, NULL}, *const no_environment[] = {NULL};
	posix_spawn_file_actions_t files;
	int failure = posix_spawn_file_actions_init(&files);

	if (failure != 0)
		return failure;
	failure = posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	if (failure == 0)
		failure = posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	if (failure == 0)
		failure = posix_spawn(
			&sandbox->process, path, &files, NULL, arguments, no_environment);
	posix_spawn_file_actions_destroy(&files);
	return failure;
}

static bool start(struct sandbox *sandbox, const char *kind, int output, struct error *error)
{
	char path[PATH_MAX];
	int ends[2], failure;

	if (!find_program(path, error))
		return false;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_set_errno(error, errno, "could not create a pipe");
	failure = spawn(sandbox, path, kind, ends[0], output);
	close(ends[0]);
	sandbox->input = ends[1];
	if (failure == 0)
		return true;
	close(ends[1]);
	return error_set_errno(error, failure, "could not start \"%s\"", path);
}

/* Write the source to the filter until the source or the filter ends. false: the source failed. */
static bool feed(const struct sandbox *sandbox, const struct source *in)
{
	int input = sandbox->input;
	const struct sink sink = sink_to_descriptor(&input);
	char piece[PIECE];
	ssize_t got;

	while ((got = in->read(in->state, piece, sizeof(piece))) > 0)
		if (!sink.write(sink.state, piece, (size_t)got))
			return true;
	return got == 0;
}

static enum picture_result read_status(struct sandbox *sandbox, int status, struct error *error)
{
	enum picture_result result;

	if (WIFSIGNALED(status)) {
		error_set(error, PROGRAM " was killed by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
		return PICTURE_KILLED_FILTER;
	}
	status = WEXITSTATUS(status);
	result = (enum picture_result)(status & FILTER_STATUS_RESULT);
	if ((status & FILTER_STATUS_USAGE) != 0 || result >= PICTURE_RESULT_COUNT) {
		error_set(error, PROGRAM " ended with status %d", status);
		return PICTURE_NO_FILTER;
	}
	sandbox->is_confined = (status & FILTER_STATUS_UNCONFINED) == 0;
	if (result != PICTURE_OK)
		error_set(error, "%s", picture_result_text(result));
	return result;
}

/* Close the pipe, so that the filter ends, and wait for it. */
static enum picture_result finish(struct sandbox *sandbox, struct error *error)
{
	int status;
	pid_t ended;

	close(sandbox->input);
	do
		ended = waitpid(sandbox->process, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (ended == sandbox->process)
		return read_status(sandbox, status, error);
	error_set_errno(error, errno, "could not wait for " PROGRAM);
	return PICTURE_NO_FILTER;
}

static enum picture_result run(struct sandbox *sandbox, enum picture_kind kind,
	const struct source *in, int output, struct error *error)
{
	enum picture_result result;
	bool is_fed;

	if (!start(sandbox, picture_extension(kind), output, error))
		return PICTURE_NO_FILTER;
	is_fed = feed(sandbox, in);
	result = finish(sandbox, error);
	if (is_fed || result == PICTURE_NO_FILTER)
		return result;
	error_set(error, "%s", picture_result_text(PICTURE_UNREADABLE));
	return PICTURE_UNREADABLE;
}

/* ---- a broken animation ------------------------------------------------------------------------ */

static ssize_t read_copy(void *state, void *buffer, size_t size)
{
	return read(*(const int *)state, buffer, size);
}

/* Move the content of the output into memory, and truncate the output. -1: `error` has the reason. */
static int move_to_memory(int output, struct error *error)
{
	int copy = memfd_create("picture", MFD_CLOEXEC);
	const struct sink sink = sink_to_descriptor(&copy);
	char piece[PIECE];
	ssize_t got = 0;
	off_t at = 0;

	if (copy >= 0)
		while ((got = pread(output, piece, sizeof(piece), at)) > 0 &&
			sink.write(sink.state, piece, (size_t)got))
			at += got;
	if (copy >= 0 && got == 0 && ftruncate(output, 0) == 0 && lseek(output, 0, SEEK_SET) == 0 &&
		lseek(copy, 0, SEEK_SET) == 0)
		return copy;
	error_set_errno(error, errno, "could not copy a picture with a broken animation");
	if (copy >= 0)
		close(copy);
	return -1;
}

/* Clean the copy again, without its animation. */
static enum picture_result clean_still(struct sandbox *sandbox, int output, struct error *error)
{
	int copy = move_to_memory(output, error);
	const struct source source = {read_copy, &copy};
	enum picture_result result;

	if (copy < 0)
		return PICTURE_UNWRITABLE;
	result = run(sandbox, PICTURE_PNG_STILL, &source, output, error);
	close(copy);
	return result;
}

enum picture_result picture_sandbox_clean(
	enum picture_kind kind, const struct source *in, int output, struct error *error)
{
	static bool has_warned;
	struct sandbox sandbox = {.is_confined = true};
	enum picture_result result = run(&sandbox, kind, in, output, error);

	if (result == PICTURE_BROKEN_ANIMATION)
		result = clean_still(&sandbox, output, error);
	if (!sandbox.is_confined && !has_warned) {
		log_warning(
			"the kernel has no seccomp: pictures are read without a filter of system calls");
		has_warned = true;
	}
	return result;
}

/* ---- checking ---------------------------------------------------------------------------------- */

static ssize_t read_nothing(void *state, void *buffer, size_t size)
{
	(void)state;
	(void)buffer;
	(void)size;
	return 0;
}

bool picture_sandbox_check(bool *confined, struct error *error)
{
	const struct source nothing = {.read = read_nothing};
	struct sandbox sandbox = {.is_confined = true};
	int output = open("/dev/null", O_WRONLY | O_CLOEXEC);
	enum picture_result result;

	if (output < 0)
		return error_set_errno(error, errno, "could not open \"/dev/null\"");
	result = run(&sandbox, PICTURE_GIF, &nothing, output, error);
	close(output);
	*confined = sandbox.is_confined;
	return result != PICTURE_NO_FILTER && result != PICTURE_KILLED_FILTER;
}
