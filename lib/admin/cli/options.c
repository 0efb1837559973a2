/*
 * getopt_long(3) splits the words; what it does not know (repeated, required and exclusive options) is checked
 * here. It returns FIRST_OPTION plus the index of the option in the command's table.
 */
#include "admin/cli/options.h"

#include "core/text.h"
#include "admin/cli/report.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

enum { FIRST_OPTION = 256 };

static bool add_option(struct options *options, const char *name, const char *value)
{
	if (options_has(options, name)) {
		report_failure("option --%s is given twice", name);
		return false;
	}
	options->given[options->given_count].name = name;
	options->given[options->given_count++].value = value;
	return true;
}

/* Report what getopt_long() did not accept: `code` is its result, `word` the last word that it read. */
static void reject_option(const struct command *command, int code, const char *word)
{
	if (code == ':')
		report_failure("option --%s needs a value",
			command_options(command)[optopt - FIRST_OPTION].name);
	else if (optopt >= FIRST_OPTION)
		report_failure("option --%s takes no value",
			command_options(command)[optopt - FIRST_OPTION].name);
	else if (optopt != 0)
		report_failure("unrecognized option '-%c'", optopt);
	else
		report_failure("unrecognized option '%s'", word);
}

/* The table as getopt_long() reads it. */
static void list_options(const struct command *command, struct option list[OPTIONS_MAX + 2])
{
	const struct command_option *known = command_options(command);
	int count = 0;

	for (; count < OPTIONS_MAX && known[count].name != NULL; count++)
		list[count] = (struct option){known[count].name,
			known[count].value == NULL ? no_argument : required_argument, NULL,
			FIRST_OPTION + count};
	list[count++] = (struct option){"help", no_argument, NULL, 'h'};
	list[count] = (struct option){NULL, 0, NULL, 0};
}

static enum options_result split(
	const struct command *command, int argc, char **argv, struct options *options)
{
	struct option list[OPTIONS_MAX + 2];
	int code;

	list_options(command, list);
	opterr = 0;
	optind = 0; /* makes glibc forget an earlier argv */
	while ((code = getopt_long(argc, argv, ":h", list, NULL)) != -1) {
		if (code == 'h')
			return OPTIONS_HELP;
		if (code < FIRST_OPTION) {
			reject_option(command, code, argv[optind - 1]);
			return OPTIONS_INVALID;
		}
		if (!add_option(options, list[code - FIRST_OPTION].name, optarg))
			return OPTIONS_INVALID;
	}
	return OPTIONS_VALID;
}

static bool check_options(const struct command *command, const struct options *options)
{
	const struct command_option *known = command_options(command);

	for (int i = 0; known[i].name != NULL; i++) {
		if (known[i].required && !options_has(options, known[i].name)) {
			report_failure("missing option --%s", known[i].name);
			return false;
		}
		if (known[i].excludes_previous && options_has(options, known[i].name) &&
			options_has(options, known[i - 1].name)) {
			report_failure("--%s and --%s exclude each other", known[i - 1].name,
				known[i].name);
			return false;
		}
	}
	return true;
}

static bool take_arguments(
	const struct command *command, int argc, char **argv, struct options *options)
{
	const struct command_argument *known = command->arguments;

	for (int i = optind; i < argc; i++) {
		if (known[options->argument_count].name == NULL) {
			report_failure("unexpected argument '%s'", argv[i]);
			return false;
		}
		options->arguments[options->argument_count++] = argv[i];
	}
	known += options->argument_count;
	if (known->name == NULL || known->optional)
		return true;
	report_failure("missing argument %s", known->name);
	return false;
}

enum options_result options_parse(
	const struct command *command, int argc, char **argv, struct options *options)
{
	enum options_result result;

	*options = (struct options){.argument_count = 0};
	result = split(command, argc, argv, options);
	if (result != OPTIONS_VALID)
		return result;
	return check_options(command, options) && take_arguments(command, argc, argv, options)
		       ? OPTIONS_VALID
		       : OPTIONS_INVALID;
}

bool options_has(const struct options *options, const char *name)
{
	for (int i = 0; i < options->given_count; i++)
		if (strcmp(options->given[i].name, name) == 0)
			return true;
	return false;
}

const char *options_value(const struct options *options, const char *name)
{
	for (int i = 0; i < options->given_count; i++)
		if (strcmp(options->given[i].name, name) == 0)
			return options->given[i].value;
	return NULL;
}

bool options_number(const struct options *options, const char *name, int64_t low, int64_t high,
	int64_t fallback, int64_t *number)
{
	const char *value = options_value(options, name);

	*number = fallback;
	if (value == NULL || text_integer(value, low, high, number))
		return true;
	report_failure("--%s: '%s' is not a whole number from %" PRId64 " to %" PRId64, name, value,
		low, high);
	return false;
}
