/*
 * Everything is wrapped to 80 columns, the width of the smallest usual terminal.
 */
#include "admin/cli/help.h"

#include "admin/cli/wrap.h"

#include <ctype.h>
#include <string.h>

enum { WIDTH = 80, NAME_WIDTH = 18, TERM_WIDTH = 22, ITEM_SIZE = 128 };

#define PROGRAM "fitgate-admin"

/* ---- usage ------------------------------------------------------------------------------------- */

static void add_argument(struct wrap *wrap, const struct command_argument *argument)
{
	char item[ITEM_SIZE];

	snprintf(item, sizeof(item), argument->optional ? "[%s]" : "%s", argument->name);
	wrap_word(wrap, item);
}

/* Print an option and those that exclude it as one item; returns the option after them. */
static const struct command_option *add_options(
	struct wrap *wrap, const struct command_option *option)
{
	char item[ITEM_SIZE] = "";
	const char *separator = option->required ? "" : "[";
	bool required = option->required;
	size_t length = 0;

	do {
		length += (size_t)snprintf(item + length, sizeof(item) - length, "%s--%s%s%s",
			separator, option->name, option->value == NULL ? "" : " ",
			option->value == NULL ? "" : option->value);
		separator = "|";
		option++;
	} while (option->name != NULL && option->excludes_previous && length < sizeof(item));
	if (!required && length < sizeof(item))
		snprintf(item + length, sizeof(item) - length, "]");
	wrap_word(wrap, item);
	return option;
}

void help_print_usage(FILE *stream, const struct command *command)
{
	struct wrap wrap = {.stream = stream, .width = WIDTH};

	wrap_text(&wrap, "usage: " PROGRAM);
	if (command->group != NULL)
		wrap_word(&wrap, command->group);
	wrap_word(&wrap, command->name);
	wrap.indent = wrap.column + 1;
	for (int i = 0; command->arguments[i].name != NULL; i++)
		add_argument(&wrap, &command->arguments[i]);
	for (const struct command_option *option = command_options(command); option->name != NULL;)
		option = add_options(&wrap, option);
	fputc('\n', stream);
}

/* ---- help -------------------------------------------------------------------------------------- */

/* Print a term and its explanation beside it, or below it when the term is too long. */
static void print_entry(int indent, const char *term, const char *help, const char *words)
{
	int used = printf("%*s%s", indent, "", term), column = indent + TERM_WIDTH;
	struct wrap wrap = {.stream = stdout, .width = WIDTH, .indent = column, .column = column};

	if (used > column - 2)
		printf("\n%*s", column, "");
	else
		printf("%*s", column - used, "");
	wrap_text(&wrap, help);
	if (words != NULL) {
		fputc(':', stdout);
		wrap.column++;
		wrap_text(&wrap, words);
	}
	putchar('\n');
}

static void print_arguments(const struct command *command)
{
	for (int i = 0; command->arguments[i].name != NULL; i++) {
		const struct command_argument *argument = &command->arguments[i];

		print_entry(2, argument->name, argument->help, NULL);
		for (const struct command_choice *choice = argument->choices;
			choice != NULL && choice->name != NULL; choice++)
			print_entry(4, choice->name, choice->help, NULL);
	}
}

static void print_options(const struct command *command)
{
	char term[ITEM_SIZE];

	for (const struct command_option *option = command_options(command); option->name != NULL;
		option++) {
		snprintf(term, sizeof(term), "--%s%s%s", option->name,
			option->value == NULL ? "" : " ",
			option->value == NULL ? "" : option->value);
		print_entry(2, term, option->help, option->words);
	}
}

void help_print_command(const struct command *command)
{
	struct wrap wrap = {.stream = stdout, .width = WIDTH};

	help_print_usage(stdout, command);
	printf("\n%c%s.\n\n", toupper((unsigned char)*command->summary), command->summary + 1);
	if (command->details != NULL) {
		wrap_text(&wrap, command->details);
		fputs("\n\n", stdout);
	}
	print_arguments(command);
	print_options(command);
	print_entry(2, "-h, --help", "show this help", NULL);
}

/* ---- the list ---------------------------------------------------------------------------------- */

void help_print_list(FILE *stream, const struct command *commands, const char *group)
{
	fprintf(stream, "usage: " PROGRAM " %s%sCOMMAND [ARGUMENT...] [OPTION...]\n\nCommands:\n",
		group == NULL ? "" : group, group == NULL ? "" : " ");
	for (const struct command *command = commands; command->name != NULL; command++) {
		bool grouped = command->group != NULL;
		int width = grouped ? (int)strlen(command->group) + 1 : 0;

		if (group == NULL || command_is_in(command, group))
			fprintf(stream, "  %s%s%-*s  %s\n", grouped ? command->group : "",
				grouped ? " " : "", NAME_WIDTH - width, command->name,
				command->summary);
	}
	fputs("\n'" PROGRAM " COMMAND --help' describes a command and its options.\n", stream);
}
