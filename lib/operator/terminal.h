/*
 * Asking the person at the keyboard, or reading what a script gives instead.
 */
#ifndef FITGATE_OPERATOR_TERMINAL_H
#define FITGATE_OPERATOR_TERMINAL_H

#include "core/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { TERMINAL_LINE_SIZE = 1024 };

/* Whether standard input is a terminal. */
bool terminal_is_there(void);

/*
 * Read a new password: from a terminal twice, without showing it; else one line of standard input, as it
 * is. false: standard error says why not.
 */
bool terminal_read_password(char password[TERMINAL_LINE_SIZE]);

/* Ask a question on the terminal; whether the answer is yes. */
bool terminal_confirm(const char *question);

/* All of standard input, UTF-8 text of at most `limit` bytes. NULL: standard error says why not. */
char *terminal_read_text(struct arena *arena, size_t limit);

#endif
