/*
 * Functions about commands that several users of the table share.
 */
#include "admin/cli/command.h"

#include <stddef.h>
#include <string.h>

const struct command_option *command_options(const struct command *command)
{
	static const struct command_option NONE = {.name = NULL};

	return command->options == NULL ? &NONE : command->options;
}

bool command_is_in(const struct command *command, const char *group)
{
	return command->group != NULL && strcmp(command->group, group) == 0;
}

bool command_begins_group(const struct command *commands, const struct command *command)
{
	return command->group == NULL || command == commands ||
	       !command_is_in(command - 1, command->group);
}
