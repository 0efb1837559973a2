/*
 * fitgate-admin(8): finds the command, parses its arguments and options, and runs it.
 *
 *	fitgate-admin users create sam --email sam@example.org
 *	fitgate-admin users create --help
 *
 * Exit status: 0 success, 1 failure (one line on standard error has the reason), 2 wrong usage.
 *
 * Two more options serve the build: --print-manual prints the commands for fitgate-admin(8), and
 * --print-completion=SHELL the completion for bash or zsh.
 */
#include "admin/admin.h"
#include "admin/cli/completion.h"
#include "admin/cli/help.h"
#include "admin/cli/manual.h"
#include "admin/cli/report.h"
#include "admin/commands.h"
#include "core/json/json.h"
#include "core/log.h"
#include "core/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A command may change or read many rows in one statement. */
enum { DATABASE_TIMEOUT_SECONDS = 3600 };

/* ---- running ----------------------------------------------------------------------------------- */

static int run_connected(const struct command *command, struct admin_context *admin)
{
	int status;

	admin->db = db_open(&admin->settings->database);
	if (admin->db == NULL)
		return report_failure("out of memory");
	db_set_timeout(admin->db, DATABASE_TIMEOUT_SECONDS);
	status = command->run(admin);
	db_close(admin->db);
	return status;
}

static int run(const struct command *command, const struct options *options)
{
	struct arena settings_arena = ARENA_EMPTY, arena = ARENA_EMPTY;
	struct settings settings;
	struct admin_context admin = {.settings = &settings, .arena = &arena, .options = options};
	struct error error = ERROR_NONE;
	int status;

	log_open("admin", NULL);
	json_use_arena(&arena);
	if (command->standalone)
		status = command->run(&admin);
	else if (settings_load(&settings, &settings_arena, "admin",
			 SETTINGS_NEED_DATABASE | SETTINGS_NEED_MAIL, &error))
		status = run_connected(command, &admin);
	else
		status = report_failure("%s", error.text);
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		status = report_failure("could not write to standard output: %m");
	arena_free(&arena);
	arena_free(&settings_arena);
	return status;
}

/* argv[0] is the last word of the command's name. */
static int parse_and_run(const struct command *command, int argc, char **argv)
{
	struct options options;
	int status = ADMIN_USAGE_ERROR;

	switch (options_parse(command, argc, argv, &options)) {
	case OPTIONS_HELP:
		help_print_command(command);
		return EXIT_SUCCESS;
	case OPTIONS_VALID:
		status = run(command, &options);
		break;
	case OPTIONS_INVALID:
		break;
	}
	if (status == ADMIN_USAGE_ERROR)
		help_print_usage(stderr, command);
	return status;
}

/* ---- finding the command ----------------------------------------------------------------------- */

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool print_for_build(const char *word)
{
	static const char COMPLETION[] = "--print-completion=";

	if (strncmp(word, COMPLETION, strlen(COMPLETION)) == 0)
		return completion_print(COMMANDS, word + strlen(COMPLETION));
	if (strcmp(word, "--print-manual") != 0)
		return false;
	manual_print(COMMANDS);
	return true;
}

static int print_list(const char *group, const char *word)
{
	FILE *stream = is_help(word) ? stdout : stderr;

	if (*word != '\0' && !is_help(word))
		report_failure("unrecognized command '%s%s%s'", group == NULL ? "" : group,
			group == NULL ? "" : " ", word);
	help_print_list(stream, COMMANDS, group);
	return is_help(word) ? EXIT_SUCCESS : ADMIN_USAGE_ERROR;
}

int main(int argc, char **argv)
{
	const char *first = argc > 1 ? argv[1] : "", *second = argc > 2 ? argv[2] : "";
	const char *group = NULL;

	process_make_private();
	if (print_for_build(first))
		return EXIT_SUCCESS;
	for (const struct command *command = COMMANDS; command->name != NULL; command++) {
		if (command->group == NULL && strcmp(command->name, first) == 0)
			return parse_and_run(command, argc - 1, argv + 1);
		if (!command_is_in(command, first))
			continue;
		if (strcmp(command->name, second) == 0)
			return parse_and_run(command, argc - 2, argv + 2);
		group = command->group;
	}
	return print_list(group, group == NULL ? first : second);
}
