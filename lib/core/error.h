/*
 * Why an attempt failed: what was attempted, on which object, and the reason.
 *
 *	if (fd == -1)
 *		return error_set_errno(error, errno, "could not open directory \"%s\"", path);
 *
 * A function that can fail for a reason takes a `struct error *` as its last parameter and returns false (or an
 * enum) when it has set it. Nothing is allocated. The caller that decides what happens next logs the text or shows
 * it, once.
 */
#ifndef FITGATE_CORE_ERROR_H
#define FITGATE_CORE_ERROR_H

#include <stdbool.h>

enum { ERROR_TEXT_SIZE = 512 };

struct error {
	int number; /* errno of the failed call; 0: not the system's failure */
	char text[ERROR_TEXT_SIZE];
};

/* No error yet. */
#define ERROR_NONE ((struct error){0})

/* Set the text, cut to its size. `error` may be NULL. Always false. */
bool error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, followed by ": " and what errno `number` means. Always false. */
bool error_set_errno(struct error *error, int number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put what was attempted at a higher level before the text: "<context>: <text>". Always false. */
bool error_prefix(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
