/*
 * Options are found by name in the list of words, one by one: there are never many.
 */
#include "operator/options.h"

#include "core/text.h"
#include "operator/report.h"

#include <string.h>

/* The entry of `known` for a name of this length: NULL, or where it begins. */
static const char *find_known(const char *known, const char *name, size_t length)
{
	for (const char *word = known; *word != '\0'; word += strspn(word, " ")) {
		size_t size = strcspn(word, " ="), whole = strcspn(word, " ");

		if (size == length && memcmp(word, name, length) == 0)
			return word;
		word += whole;
	}
	return NULL;
}

/* An option may be given once; its name in `given` is as typed, its length that of the known word. */
static bool add_option(struct options *options, char *name, const char *value)
{
	if (options_has(options, name)) {
		report_failure("--%s is given twice", name);
		return false;
	}
	options->given[options->given_count].name = name;
	options->given[options->given_count++].value = value;
	return true;
}

/* Read the option at argv[*at]; moves *at to the last word that belongs to it. */
static bool parse_option(const char *known, int argc, char **argv, int *at, struct options *options)
{
	char *name = argv[*at] + 2, *value = strchr(name, '=');
	size_t length = value == NULL ? strlen(name) : (size_t)(value - name);
	const char *word =
		strncmp(argv[*at], "--", 2) == 0 ? find_known(known, name, length) : NULL;

	if (word == NULL || options->given_count == OPTIONS_GIVEN) {
		report_failure("there is no option %s", argv[*at]);
		return false;
	}
	if (word[length] != '=') {
		if (value == NULL)
			return add_option(options, name, NULL);
		report_failure("--%.*s takes no value", (int)length, name);
		return false;
	}
	if (value != NULL) {
		*value++ = '\0';
		return add_option(options, name, value);
	}
	if (*at + 1 < argc)
		return add_option(options, name, argv[++*at]);
	report_failure("--%s needs a value", name);
	return false;
}

bool options_parse(const char *known, int argc, char **argv, struct options *options)
{
	bool all_arguments = false;

	*options = (struct options){.argument_count = 0};
	for (int i = 0; i < argc; i++) {
		if (!all_arguments && strcmp(argv[i], "--") == 0) {
			all_arguments = true;
		} else if (!all_arguments && argv[i][0] == '-' && argv[i][1] != '\0') {
			if (!parse_option(known, argc, argv, &i, options))
				return false;
		} else if (options->argument_count == OPTIONS_ARGUMENTS) {
			report_failure("'%s' is one word too many", argv[i]);
			return false;
		} else {
			options->arguments[options->argument_count++] = argv[i];
		}
	}
	return true;
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
	report_failure("--%s: '%s' is not a whole number from %lld to %lld", name, value,
		(long long)low, (long long)high);
	return false;
}
