/*
 * The description of a command: what the parser accepts, and what its usage, its --help, the shells'
 * completions and fitgate-admin(8) say about it. COMMANDS (admin/commands.h) is the only list of them.
 *
 * Help texts are parts of sentences in lower case without a full stop; a summary is an imperative.
 */
#ifndef FITGATE_ADMIN_CLI_COMMAND_H
#define FITGATE_ADMIN_CLI_COMMAND_H

#include <stdbool.h>

struct admin_context;

enum { COMMAND_ARGUMENTS = 2 };

/* One value that an argument accepts. A list ends with a NULL name. */
struct command_choice {
	const char *name, *help;
};

/* What a shell completes in place of an argument. */
enum command_path { COMMAND_PATH_NONE, COMMAND_PATH_FILE, COMMAND_PATH_DIRECTORY };

struct command_argument {
	const char *name; /* in capitals */
	const char *help;
	bool optional;
	enum command_path path;
	const struct command_choice *choices; /* NULL: any text */
};

struct command_option {
	const char *name; /* without the dashes */
	const char *
		value; /* the name of its value in capitals, or "yes|no"; NULL: it takes no value */
	const char *help;
	const char *words; /* the values that it accepts, separated by spaces; NULL: any text */
	bool required;
	bool excludes_previous; /* cannot be given together with the option before it */
};

struct command {
	const char *group; /* NULL: the command is a single word */
	const char *name;
	const char *summary;
	const char *details; /* sentences for --help and the manual page; NULL: none */
	struct command_argument arguments[COMMAND_ARGUMENTS + 1]; /* ends with a NULL name */
	const struct command_option *options; /* ends with a NULL name; NULL: none */
	/* Returns the exit status; the main program shows the usage after ADMIN_USAGE_ERROR. */
	int (*run)(const struct admin_context *admin);
	bool standalone; /* reads the settings and opens the database by itself */
};

/* The options as a list that is never NULL. */
const struct command_option *command_options(const struct command *command);

/* Whether the command belongs to the group. */
bool command_is_in(const struct command *command, const char *group);

/* Whether the command is the first of its group in the list, or has no group. */
bool command_begins_group(const struct command *commands, const struct command *command);

#endif
