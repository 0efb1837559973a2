/*
 * A line is built in a buffer on the stack and written with one write(2) to a descriptor opened for appending, so
 * that the lines of several processes do not mix.
 */
#include "core/log.h"

#include "core/clock.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_SIZE = 2048, REQUEST_ID_MAX = 64 };

static const char *const LEVEL_NAMES[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static struct {
	const char *program;
	const char *path; /* NULL: standard error */
	int descriptor;
	dev_t device; /* with the inode, the identity of the open file */
	ino_t inode;
	enum log_level level;
	const char *request;
	const char *job_kind;
	int64_t job, user;
	bool optional;
	unsigned errors;
	char first_error[LOG_KEPT_SIZE];
} the_log = {.program = "fitgate", .descriptor = STDERR_FILENO, .level = LOG_LEVEL_INFO};

/* ---- building a line --------------------------------------------------------------------------- */

/* The last two bytes of the buffer are kept for a closing quote and the line feed. */
struct line {
	char text[LINE_SIZE];
	size_t length;
};

static size_t room(const struct line *line)
{
	size_t limit = sizeof(line->text) - 2;

	return line->length < limit ? limit - line->length : 0;
}

static bool put(struct line *line, const char *text, size_t length)
{
	if (length > room(line))
		return false;
	memcpy(line->text + line->length, text, length);
	line->length += length;
	return true;
}

/* Whether the value can be written as it is: printable ASCII without blanks, quotes, '\\' and '='. */
static bool is_plain(const char *value)
{
	const char *c = value;

	while (*c > ' ' && *c < 127 && *c != '"' && *c != '\\' && *c != '=')
		c++;
	return *c == '\0' && c != value;
}

static bool needs_quotes(const char *value)
{
	return *value == '\0' || strpbrk(value, " \"\\=") != NULL;
}

/* As much of the value as there is room for; a quoted one ends with its quote in any case. */
static void put_quoted(struct line *line, const char *value)
{
	if (!put(line, "\"", 1))
		return;
	for (; *value != '\0'; value++) {
		const char escaped[] = {'\\', *value};
		bool special = *value == '"' || *value == '\\';

		if (!put(line, special ? escaped : value, special ? 2 : 1))
			break;
	}
	line->text[line->length++] = '"';
}

/* As much of the value as there is room for. */
static void put_bare(struct line *line, const char *value)
{
	size_t length = strlen(value);

	put(line, value, length < room(line) ? length : room(line));
}

/* A value that has to be changed or quoted. */
static void put_unsafe(struct line *line, const char *value)
{
	char copy[LINE_SIZE];

	snprintf(copy, sizeof(copy), "%s", value);
	text_hide_controls(copy);
	if (needs_quotes(copy))
		put_quoted(line, copy);
	else
		put_bare(line, copy);
}

static void put_value(struct line *line, const char *value)
{
	if (is_plain(value))
		put_bare(line, value);
	else
		put_unsafe(line, value);
}

static void put_field(struct line *line, const char *key, const char *value)
{
	if (line->length > 0 && !put(line, " ", 1))
		return;
	if (put(line, key, strlen(key)) && put(line, "=", 1))
		put_value(line, value);
}

static void put_number(struct line *line, const char *key, int64_t value)
{
	char text[TEXT_DECIMAL_SIZE];

	put_field(line, key, text_decimal(value, 0, text));
}

/* With one decimal. */
static void put_milliseconds(struct line *line, const char *key, int64_t microseconds)
{
	char text[40];
	int64_t tenths = (microseconds + 50) / 100;

	snprintf(text, sizeof(text), "%" PRId64 ".%d", tenths / 10, (int)(tenths % 10));
	put_field(line, key, text);
}

static void put_log_field(struct line *line, const struct log_field *field)
{
	switch (field->type) {
	case LOG_FIELD_TEXT:
		put_field(line, field->key, field->text);
		return;
	case LOG_FIELD_NUMBER:
		put_number(line, field->key, field->number);
		return;
	case LOG_FIELD_MILLISECONDS:
		put_milliseconds(line, field->key, field->number);
		return;
	}
}

/* ISO 8601 with milliseconds. */
static void put_time(struct line *line)
{
	instant now = clock_now();
	int milliseconds = (int)(now % MICROSECONDS / 1000);
	char text[CLOCK_ISO_SIZE + 4], *end = text + CLOCK_ISO_SIZE - 2; /* at the Z */

	clock_iso(now, text);
	end[0] = '.';
	end[1] = (char)('0' + milliseconds / 100);
	end[2] = (char)('0' + milliseconds / 10 % 10);
	end[3] = (char)('0' + milliseconds % 10);
	end[4] = 'Z';
	end[5] = '\0';
	put_field(line, "time", text);
}

static void begin_line(struct line *line, enum log_level level)
{
	char request[REQUEST_ID_MAX + 1];

	line->length = 0;
	put_time(line);
	put_field(line, "level", LEVEL_NAMES[level]);
	put_field(line, "program", the_log.program);
	put_number(line, "pid", getpid());
	if (the_log.request != NULL && *the_log.request != '\0') {
		snprintf(request, sizeof(request), "%s", the_log.request);
		put_field(line, "request", request);
	}
	if (the_log.job != 0) {
		put_number(line, "job", the_log.job);
		put_field(line, "kind", the_log.job_kind);
	}
	if (the_log.user != 0)
		put_number(line, "user", the_log.user);
}

static int open_file(const char *path)
{
	int descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	struct stat opened;

	if (descriptor >= 0 && fstat(descriptor, &opened) == 0) {
		the_log.device = opened.st_dev;
		the_log.inode = opened.st_ino;
	}
	return descriptor;
}

/*
 * Opens the file again if it has been renamed or removed, as log rotation does; no signal is needed. If it cannot be
 * opened, the lines still go to the old file.
 */
static void follow_rotation(void)
{
	struct stat named;
	int descriptor;

	if (the_log.path == NULL ||
		(stat(the_log.path, &named) == 0 && named.st_dev == the_log.device &&
			named.st_ino == the_log.inode))
		return;
	descriptor = open_file(the_log.path);
	if (descriptor < 0)
		return;
	close(the_log.descriptor);
	the_log.descriptor = descriptor;
}

static void end_line(struct line *line, enum log_level level)
{
	ssize_t written;

	if (level == LOG_LEVEL_ERROR)
		the_log.errors++;
	line->text[line->length++] = '\n';
	follow_rotation();
	written = write(the_log.descriptor, line->text, line->length);
	(void)written; /* there is no other place to report it */
}

/* ---- lines ------------------------------------------------------------------------------------- */

static void keep_error(const char *message)
{
	snprintf(the_log.first_error, sizeof(the_log.first_error), "%.*s", LOG_KEPT_SIZE - 1,
		message);
	text_make_utf8(the_log.first_error);
	text_hide_controls(the_log.first_error);
}

static void log_message(enum log_level level, const char *format, va_list arguments)
{
	struct line line;
	char message[LINE_SIZE];

	if (level == LOG_LEVEL_ERROR && the_log.optional)
		level = LOG_LEVEL_WARNING;
	if (!log_is_enabled(level))
		return;
	vsnprintf(message, sizeof(message), format, arguments);
	if (level == LOG_LEVEL_ERROR && the_log.errors == 0)
		keep_error(message);
	begin_line(&line, level);
	put_field(&line, "message", message);
	end_line(&line, level);
}

#define DEFINE_LEVEL(name, level)                                                                  \
	void name(const char *format, ...)                                                         \
	{                                                                                          \
		va_list arguments;                                                                 \
		va_start(arguments, format);                                                       \
		log_message(level, format, arguments);                                             \
		va_end(arguments);                                                                 \
	}

DEFINE_LEVEL(log_debug, LOG_LEVEL_DEBUG)
DEFINE_LEVEL(log_info, LOG_LEVEL_INFO)
DEFINE_LEVEL(log_warning, LOG_LEVEL_WARNING)
DEFINE_LEVEL(log_error, LOG_LEVEL_ERROR)

void log_fields(enum log_level level, const struct log_field *fields)
{
	struct line line;

	if (!log_is_enabled(level))
		return;
	begin_line(&line, level);
	for (; fields->key != NULL; fields++)
		put_log_field(&line, fields);
	end_line(&line, level);
}

/* ---- state ------------------------------------------------------------------------------------- */

bool log_open(const char *program, const char *path)
{
	bool has_file = path != NULL && *path != '\0';
	int descriptor = has_file ? open_file(path) : STDERR_FILENO;

	the_log.program = program;
	the_log.path = has_file && descriptor >= 0 ? path : NULL;
	the_log.descriptor = descriptor < 0 ? STDERR_FILENO : descriptor;
	if (descriptor < 0)
		log_warning("could not open log file \"%s\": %s", path, strerror(errno));
	return descriptor >= 0;
}

void log_set_level(enum log_level level)
{
	the_log.level = level;
}

bool log_level_find(const char *name, enum log_level *level)
{
	for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++) {
		if (strcmp(LEVEL_NAMES[i], name) != 0)
			continue;
		*level = (enum log_level)i;
		return true;
	}
	return false;
}

bool log_is_enabled(enum log_level level)
{
	return level <= the_log.level;
}

void log_set_request(const char *id)
{
	the_log.request = id;
	the_log.user = 0;
	the_log.optional = false;
	the_log.errors = 0;
}

void log_set_job(const char *kind, int64_t id)
{
	the_log.job_kind = kind;
	the_log.job = id;
	the_log.user = 0;
	the_log.optional = false;
	the_log.errors = 0;
}

void log_set_user(int64_t id)
{
	the_log.user = id;
}

void log_set_optional(bool optional)
{
	the_log.optional = optional;
}

unsigned log_error_count(void)
{
	return the_log.errors;
}

bool log_first_error(struct log_kept *kept)
{
	*kept = (struct log_kept){
		.program = the_log.program,
		.request = the_log.request,
		.message = the_log.first_error,
	};
	return the_log.errors > 0;
}
