/*
 * The words behind a command: arguments and options. "--name value" and "--name=value" are the same; after
 * "--" everything is an argument, and so is "-".
 */
#ifndef FITGATE_OPERATOR_OPTIONS_H
#define FITGATE_OPERATOR_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum { OPTIONS_ARGUMENTS = 2, OPTIONS_GIVEN = 12 };

struct options {
	const char *arguments[OPTIONS_ARGUMENTS + 1]; /* NULL behind the last */
	int argument_count;
	struct {
		const char *name;  /* as `known` has it, without "=" */
		const char *value; /* NULL: it takes none */
	} given[OPTIONS_GIVEN];
	int given_count;
};

/*
 * Take the words apart. `known`: the options there are, separated by spaces; one that takes a value ends
 * in "=", such as "json days=". The values live in `argv`. false: one line on standard error says which
 * word is wrong.
 */
bool options_parse(const char *known, int argc, char **argv, struct options *options);

bool options_has(const struct options *options, const char *name);

/* NULL: it was not given. */
const char *options_value(const struct options *options, const char *name);

/* The option's value, or `fallback` where it was not given. false: it is no whole number of that range. */
bool options_number(const struct options *options, const char *name, int64_t low, int64_t high,
	int64_t fallback, int64_t *number);

#endif
