/*
 * The log: one line an event, one write a line, to standard error or a file.
 *
 *   2026-11-22T19:00:00.123Z login[1234] info request=6f1c… POST /api/auth/login 200 71.2ms
 *
 * Control characters in the text are replaced, so that what a client sends cannot forge a line.
 * Nothing secret may be handed to these functions.
 */
#ifndef FITGATE_CORE_LOG_H
#define FITGATE_CORE_LOG_H

#include <stdbool.h>

/* `program` is the name in each line; it must live on. `path` NULL or "": standard error. false: the
 * file cannot be opened (errno says why); lines then go to standard error. */
bool log_open(const char *program, const char *path);

/* The request (or job) that the following lines belong to; NULL for none. Must live until changed. */
void log_set_request(const char *id);

void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
