/*
 * bash gets two tables as case statements (after which command which words and options follow, and which values
 * an option has) and one function that reads them. zsh gets one call of _arguments for each command.
 */
#include "admin/cli/completion.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MADE_BY "made at build time from the table of commands"

static const char *group_prefix(const struct command *command)
{
	return command->group == NULL ? "" : command->group;
}

static const char *group_space(const struct command *command)
{
	return command->group == NULL ? "" : " ";
}

/* The values that an option has: separated by `|` in the placeholder, or by spaces in `words`; NULL: any text. */
static const char *option_values(const struct command_option *option)
{
	bool placeholder = option->value == NULL || isupper((unsigned char)*option->value);

	return option->words != NULL ? option->words : placeholder ? NULL : option->value;
}

static void print_values(const char *values)
{
	for (; *values != '\0'; values++)
		putchar(*values == '|' ? ' ' : *values);
}

static bool has_path(const struct command *command, enum command_path path)
{
	for (int i = 0; command->arguments[i].name != NULL; i++)
		if (command->arguments[i].path == path)
			return true;
	return false;
}

/* ---- bash -------------------------------------------------------------------------------------- */

static const char BASH_HEAD[] =
	"# shellcheck shell=bash\n"
	"# Completion of fitgate-admin(8) for bash, " MADE_BY ".\n"
	"\n"
	"# Set $words to what may follow the command $1, or be the value of its option $2; $paths to f for files,\n"
	"# d for directories; $options to the command's options.\n"
	"_fitgate_admin_words() {\n";

static const char BASH_FUNCTION[] =
	"}\n"
	"\n"
	"_fitgate_admin() {\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal words='' paths='' options='' command=''\n"
	"\tif ((COMP_CWORD > 1)); then\n"
	"\t\tcommand=${COMP_WORDS[1]}\n"
	"\tfi\n"
	"\tif ((COMP_CWORD > 2)) && _fitgate_admin_has_group \"$command\"; then\n"
	"\t\tcommand=\"$command ${COMP_WORDS[2]}\"\n"
	"\tfi\n"
	"\t_fitgate_admin_words \"$command\" \"$previous\"\n"
	"\tcase $current in -*) words=\"$options --help\" paths='' ;; esac\n"
	"\tif [ -n \"$paths\" ]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -\"$paths\" -- \"$current\")\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\telse\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
	"\tfi\n"
	"}\n"
	"\n"
	"complete -F _fitgate_admin fitgate-admin\n";

/* The first words of all commands, or the second words of a group. */
static void print_names(const struct command *commands, const char *group)
{
	const char *separator = "";

	for (const struct command *command = commands; command->name != NULL; command++) {
		const char *name =
			group == NULL && command->group != NULL ? command->group : command->name;

		if (group == NULL ? !command_begins_group(commands, command)
				  : !command_is_in(command, group))
			continue;
		printf("%s%s", separator, name);
		separator = " ";
	}
}

static void print_bash_command(const struct command *command)
{
	const char *separator = "";

	printf("\t'%s%s%s')", group_prefix(command), group_space(command), command->name);
	for (int i = 0; command->arguments[i].name != NULL; i++) {
		const struct command_choice *choice = command->arguments[i].choices;

		for (; choice != NULL && choice->name != NULL; choice++)
			printf("%s%s", choice == command->arguments[i].choices ? " words='" : " ",
				choice->name);
		if (command->arguments[i].choices != NULL)
			putchar('\'');
	}
	if (has_path(command, COMMAND_PATH_DIRECTORY))
		fputs(" paths=d", stdout);
	else if (has_path(command, COMMAND_PATH_FILE))
		fputs(" paths=f", stdout);
	fputs(" options='", stdout);
	for (const struct command_option *option = command_options(command); option->name != NULL;
		option++) {
		printf("%s--%s", separator, option->name);
		separator = " ";
	}
	puts("' ;;");
}

static void print_bash_values(const struct command *command)
{
	for (const struct command_option *option = command_options(command); option->name != NULL;
		option++) {
		if (option->value == NULL)
			continue;
		printf("\t'%s%s%s --%s') words='", group_prefix(command), group_space(command),
			command->name, option->name);
		if (option_values(option) != NULL)
			print_values(option_values(option));
		puts("' && return ;;");
	}
}

static void print_bash_groups(const struct command *commands)
{
	fputs("}\n\n_fitgate_admin_has_group() {\n\tcase $1 in\n", stdout);
	for (const struct command *command = commands; command->name != NULL; command++)
		if (command->group != NULL && command_begins_group(commands, command))
			printf("\t%s) return 0 ;;\n", command->group);
	fputs("\t*) return 1 ;;\n\tesac\n", stdout);
}

static void print_bash(const struct command *commands)
{
	fputs(BASH_HEAD, stdout);
	puts("\tcase \"$1 $2\" in");
	for (const struct command *command = commands; command->name != NULL; command++)
		print_bash_values(command);
	fputs("\tesac\n\tcase $1 in\n\t'') words='", stdout);
	print_names(commands, NULL);
	puts("' ;;");
	for (const struct command *command = commands; command->name != NULL; command++) {
		if (command->group != NULL && command_begins_group(commands, command)) {
			printf("\t%s) words='", command->group);
			print_names(commands, command->group);
			puts("' ;;");
		}
		print_bash_command(command);
	}
	puts("\tesac");
	print_bash_groups(commands);
	fputs(BASH_FUNCTION, stdout);
}

/* ---- zsh --------------------------------------------------------------------------------------- */

static const char ZSH_HEAD[] = "#compdef fitgate-admin\n"
			       "# Completion of fitgate-admin(8) for zsh, " MADE_BY ".\n";

/* A description between single quotes and square brackets, or behind a colon. */
static void print_escaped(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\'", stdout);
		else if (strchr("[]:\\", *text) != NULL)
			putchar('\\');
		putchar(*text);
	}
}

static void print_zsh_option(const struct command_option *option)
{
	printf(" \\\n\t\t'--%s%s[", option->name, option->value == NULL ? "" : "=");
	print_escaped(option->help);
	putchar(']');
	if (option->value != NULL) {
		putchar(':');
		print_escaped(option->value);
		putchar(':');
		if (option_values(option) != NULL) {
			putchar('(');
			print_values(option_values(option));
			putchar(')');
		}
	}
	putchar('\'');
}

static void print_zsh_argument(const struct command_argument *argument)
{
	static const char *const ACTIONS[] = {[COMMAND_PATH_NONE] = " ",
		[COMMAND_PATH_FILE] = "_files",
		[COMMAND_PATH_DIRECTORY] = "_files -/"};

	printf(" \\\n\t\t':%s:", argument->name);
	if (argument->choices == NULL) {
		printf("%s'", ACTIONS[argument->path]);
		return;
	}
	fputs("((", stdout);
	for (const struct command_choice *choice = argument->choices; choice->name != NULL;
		choice++) {
		printf("%s%s\\:\"", choice == argument->choices ? "" : " ", choice->name);
		print_escaped(choice->help);
		putchar('"');
	}
	fputs("))'", stdout);
}

static void print_zsh_command(const struct command *command)
{
	printf("\t'%s%s%s')\n\t\t_arguments -S '(- *)'{-h,--help}'[show the help]'",
		group_prefix(command), group_space(command), command->name);
	for (const struct command_option *option = command_options(command); option->name != NULL;
		option++)
		print_zsh_option(option);
	for (int i = 0; command->arguments[i].name != NULL; i++)
		print_zsh_argument(&command->arguments[i]);
	puts("\n\t\t;;");
}

/* Summaries of the first words, or of the second words of a group. A group has those of its commands. */
static void print_zsh_names(const struct command *commands, const char *group)
{
	for (const struct command *command = commands; command->name != NULL; command++) {
		if (group == NULL ? !command_begins_group(commands, command)
				  : !command_is_in(command, group))
			continue;
		printf("\t\t\t'%s:",
			group == NULL && command->group != NULL ? command->group : command->name);
		if (group == NULL && command->group != NULL)
			print_names(commands, command->group);
		else
			print_escaped(command->summary);
		puts("'");
	}
}

static void print_zsh_list(const struct command *commands, const char *group)
{
	printf("\t%s)\n\t\tnames=(\n", group == NULL ? "''" : group);
	print_zsh_names(commands, group);
	puts("\t\t)\n\t\t;;");
}

static void print_zsh(const struct command *commands)
{
	fputs(ZSH_HEAD, stdout);
	puts("\n_fitgate_admin_names() {\n\tlocal -a names\n\tcase $1 in");
	print_zsh_list(commands, NULL);
	for (const struct command *command = commands; command->name != NULL; command++)
		if (command->group != NULL && command_begins_group(commands, command))
			print_zsh_list(commands, command->group);
	puts("\tesac\n\t(($#names)) && _describe command names\n}\n\n_fitgate_admin_command() {\n\tcase $1 in");
	for (const struct command *command = commands; command->name != NULL; command++)
		print_zsh_command(command);
	puts("\tesac\n}\n");
	puts("_fitgate_admin() {\n"
	     "\tif ((CURRENT == 2)); then\n"
	     "\t\t_fitgate_admin_names ''\n"
	     "\telif ((CURRENT == 3)) && _fitgate_admin_names $words[2]; then\n"
	     "\t\t:\n"
	     "\telse\n"
	     "\t\tlocal command=$words[2]");
	fputs("\t\tcase $command in\n\t\t", stdout);
	for (const struct command *command = commands; command->name != NULL; command++)
		if (command->group != NULL && command_begins_group(commands, command))
			printf("%s%s", command == commands ? "" : " | ", command->group);
	puts(") command+=\" $words[3]\" && shift words && ((CURRENT--)) ;;\n"
	     "\t\tesac\n"
	     "\t\tshift words\n"
	     "\t\t((CURRENT--))\n"
	     "\t\t_fitgate_admin_command $command\n"
	     "\tfi\n"
	     "}\n"
	     "\n"
	     "_fitgate_admin \"$@\"");
}

bool completion_print(const struct command *commands, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		print_bash(commands);
	else if (strcmp(shell, "zsh") == 0)
		print_zsh(commands);
	else
		return false;
	return true;
}
