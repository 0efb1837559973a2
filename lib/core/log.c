/*
 * Lines are put together in a buffer on the stack and written with one write(2) to a descriptor
 * opened for appending, so that lines of several processes do not mix.
 */
#include "core/log.h"

#include "core/clock.h"
#include "core/text.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 2048 };

static const char *program_name = "fitgate";
static const char *request_id;
static int log_fd = STDERR_FILENO;

bool log_open(const char *program, const char *path)
{
	int fd;

	program_name = program;
	if (path == NULL || *path == '\0')
		return true;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return false;
	log_fd = fd;
	return true;
}

void log_set_request(const char *id)
{
	request_id = id;
}

static size_t put_head(char *line, size_t size, const char *level)
{
	struct civil now = clock_to_civil(clock_now());
	bool has_request = request_id != NULL && *request_id != '\0';
	int length = snprintf(line, size,
		"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s[%ld] %s %s%.64s%s", now.year, now.month,
		now.day, now.hour, now.minute, now.second, now.microsecond / 1000, program_name,
		(long)getpid(), level, has_request ? "request=" : "", has_request ? request_id : "",
		has_request ? " " : "");

	return length < 0 ? 0 : (size_t)length < size ? (size_t)length : size - 1;
}

static void write_line(const char *level, const char *format, va_list arguments)
{
	char line[LINE_SIZE];
	size_t length = put_head(line, sizeof(line) - 1, level);
	ssize_t written;

	vsnprintf(line + length, sizeof(line) - 1 - length, format, arguments);
	text_hide_controls(line);
	length = strlen(line);
	line[length++] = '\n';
	written = write(log_fd, line, length);
	(void)written; /* there is nowhere left to complain */
}

#define DEFINE_LEVEL(name, word)                                                                   \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		va_list arguments;                                                                 \
		va_start(arguments, format);                                                       \
		write_line(word, format, arguments);                                               \
		va_end(arguments);                                                                 \
	}

DEFINE_LEVEL(log_info, "info")
DEFINE_LEVEL(log_warning, "warn")
DEFINE_LEVEL(log_error, "error")
