/*
 * The part of fitgate-admin(8) that describes the commands, in mdoc(7), made from the table of commands.
 */
#ifndef FITGATE_ADMIN_CLI_MANUAL_H
#define FITGATE_ADMIN_CLI_MANUAL_H

#include "admin/cli/command.h"

/* Print the entries of a list, one for each command, on standard output. */
void manual_print(const struct command *commands);

#endif
