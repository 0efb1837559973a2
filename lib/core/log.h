/*
 * The log: one event a line, in the key=value form that logfmt tools read; one write(2) a line, to standard
 * error or to a file.
 *
 *	time=2026-11-22T19:00:00.123Z level=error program=login pid=1234 request=6f1c user=7 message="could not …"
 *
 * What a line belongs to (request, job, user) is set once and appears on every line until it changes. A value
 * with blanks or quotes is quoted, with \" and \\ inside; control characters become "?", so that a client cannot
 * forge a line. A line that is too long is cut. Callers must not log secrets.
 */
#ifndef FITGATE_CORE_LOG_H
#define FITGATE_CORE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,   /* a request or a job failed */
	LOG_LEVEL_WARNING, /* it did not, but an administrator should know */
	LOG_LEVEL_INFO,    /* what happened: one line a request, one a job */
	LOG_LEVEL_DEBUG,   /* how: routes, queries, times */
};

/*
 * Starts or changes the log. `program` is on every line; it and `path` must live on. `path`: the file to append
 * to, which is opened again after it has been renamed or removed (log rotation); NULL or "": standard error.
 * false: the file could not be opened. This is logged to standard error, and so are all further lines.
 */
bool log_open(const char *program, const char *path);

/* Drop the lines below this level; the default is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* Find the level of this name ("error", "warning", "info", "debug"). false: no level has this name. */
bool log_level_find(const char *name, enum log_level *level);

/* Whether lines of this level are written: for a message that is expensive to make. */
bool log_is_enabled(enum log_level level);

/* ---- what the following lines belong to -------------------------------------------------------- */

/* A request begins (its id, at most 64 characters, must live until the next call) or, with NULL, ends. Its user
 * and its count of errors end with it. */
void log_set_request(const char *id);

/* The same for a job of the queue. 0: it ends. `kind` must live until the next call. */
void log_set_job(const char *kind, int64_t id);

/* The user that the request or the job concerns, once known; 0: none. */
void log_set_user(int64_t id);

/*
 * Begin or end a step that the request or the job can do without: until the end, errors are logged as warnings. It also
 * ends with the request or the job.
 */
void log_set_optional(bool optional);

/* How many errors have been logged since the request or the job began. */
unsigned log_error_count(void);

enum { LOG_KEPT_SIZE = 501 };

/* The first of these errors, without control characters, and cut to LOG_KEPT_SIZE - 1 bytes. */
struct log_kept {
	const char *program;
	const char *request; /* NULL: none */
	const char *message;
};

/* false: no error has been logged since the request or the job began. Valid until the next one begins. */
bool log_first_error(struct log_kept *kept);

/* ---- lines ------------------------------------------------------------------------------------- */

void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A key and its value, for lines that programs read. */
struct log_field {
	const char *key; /* NULL: the end of the list */
	enum log_field_type { LOG_FIELD_TEXT, LOG_FIELD_NUMBER, LOG_FIELD_MILLISECONDS } type;
	const char *text;
	int64_t number; /* of milliseconds: in microseconds */
};

#define LOG_TEXT(k, v)   ((struct log_field){.key = (k), .type = LOG_FIELD_TEXT, .text = (v)})
#define LOG_NUMBER(k, v) ((struct log_field){.key = (k), .type = LOG_FIELD_NUMBER, .number = (v)})
/* A duration in microseconds, written in milliseconds. */
#define LOG_MILLISECONDS(k, v)                                                                     \
	((struct log_field){.key = (k), .type = LOG_FIELD_MILLISECONDS, .number = (v)})

/* A line of these fields instead of a message. The list ends with {0}. */
void log_fields(enum log_level level, const struct log_field *fields);

#endif
