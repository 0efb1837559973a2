/*
 * Prompts on a terminal, or the standard input that a script gives instead.
 */
#ifndef FITGATE_ADMIN_CLI_TERMINAL_H
#define FITGATE_ADMIN_CLI_TERMINAL_H

#include "core/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { TERMINAL_LINE_SIZE = 1024 };

/* Whether standard input is a terminal. */
bool terminal_is_there(void);

/*
 * Read a new password: twice without echo from a terminal, otherwise one line of standard input, unchanged. false:
 * standard error has the reason.
 */
bool terminal_read_password(char password[TERMINAL_LINE_SIZE]);

/* Ask for yes or no on the terminal; true for yes. */
bool terminal_confirm(const char *prompt);

/* Read all of standard input, UTF-8 text of at most `limit` bytes. NULL: standard error has the reason. */
char *terminal_read_text(struct arena *arena, size_t limit);

#endif
