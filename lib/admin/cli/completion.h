/*
 * Completion of fitgate-admin for bash and zsh, made from the table of commands.
 */
#ifndef FITGATE_ADMIN_CLI_COMPLETION_H
#define FITGATE_ADMIN_CLI_COMPLETION_H

#include "admin/cli/command.h"

/* Print the script for a shell, "bash" or "zsh", on standard output. false: there is none for this shell. */
bool completion_print(const struct command *commands, const char *shell);

#endif
