/*
 * The commands of fitgate-admin: the one list from which the parser, the help, the completions and the manual
 * page are made. lib/admin/README.md says how to add one.
 */
#ifndef FITGATE_ADMIN_COMMANDS_H
#define FITGATE_ADMIN_COMMANDS_H

#include "admin/cli/command.h"

/* In the order in which help shows them, those of a group together; the last has a NULL name. */
extern const struct command COMMANDS[];

#endif
