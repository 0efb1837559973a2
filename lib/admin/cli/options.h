/*
 * The words after a command: arguments and options, as getopt_long(3) accepts them. "--name value" and
 * "--name=value" mean the same; after "--" every word is an argument, and "-" is one.
 */
#ifndef FITGATE_ADMIN_CLI_OPTIONS_H
#define FITGATE_ADMIN_CLI_OPTIONS_H

#include "admin/cli/command.h"

#include <stdbool.h>
#include <stdint.h>

enum { OPTIONS_MAX = 12 }; /* options of one command */

struct options {
	const char *arguments[COMMAND_ARGUMENTS + 1]; /* NULL after the last */
	int argument_count;
	struct {
		const char *name;  /* of the command's table */
		const char *value; /* NULL: it takes none */
	} given[OPTIONS_MAX];
	int given_count;
};

enum options_result {
	OPTIONS_VALID,
	OPTIONS_HELP,    /* --help or -h was given: nothing else was checked */
	OPTIONS_INVALID, /* standard error has one line with the reason */
};

/*
 * Parse argv[1] to argv[argc - 1] for the command. Checks everything that the command's table says: unknown,
 * repeated, missing and exclusive options, and the number of arguments. argv is reordered; the values stay in it.
 */
enum options_result options_parse(
	const struct command *command, int argc, char **argv, struct options *options);

bool options_has(const struct options *options, const char *name);

/* NULL: the option was not given. */
const char *options_value(const struct options *options, const char *name);

/*
 * The option's value, or `fallback` if it was not given. false: the value is not a whole number from `low` to
 * `high`, and standard error says so.
 */
bool options_number(const struct options *options, const char *name, int64_t low, int64_t high,
	int64_t fallback, int64_t *number);

#endif
