/*
 * Usage lines, --help and the list of commands, all made from the table of commands.
 */
#ifndef FITGATE_ADMIN_CLI_HELP_H
#define FITGATE_ADMIN_CLI_HELP_H

#include "admin/cli/command.h"

#include <stdio.h>

/* Print the usage of one command. */
void help_print_usage(FILE *stream, const struct command *command);

/* Print the --help of one command on standard output. */
void help_print_command(const struct command *command);

/* Print the names and summaries of all commands, or of one group (NULL: all). */
void help_print_list(FILE *stream, const struct command *commands, const char *group);

#endif
