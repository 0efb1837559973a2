/*
 * The operator's command.
 *
 *	admin migrate    bring the database to the newest schema
 *
 * Exit status: 0 done, 1 it failed and standard error says why, 2 wrong usage.
 */
#include "core/log.h"
#include "core/settings.h"
#include "db/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct admin {
	struct arena arena;
	struct settings settings;
	struct db *db;
};

static void say(const char *line)
{
	puts(line);
	fflush(stdout);
}

static int run_migrate(struct admin *admin)
{
	return migrate(admin->db, say) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static const struct command {
	const char *name, *summary;
	int (*run)(struct admin *admin);
} COMMANDS[] = {
	{"migrate", "bring the database to the newest schema", run_migrate},
};

enum { COMMAND_COUNT = sizeof(COMMANDS) / sizeof(*COMMANDS) };

static void print_help(FILE *stream)
{
	fputs("usage: admin COMMAND\n\ncommands:\n", stream);
	for (int i = 0; i < COMMAND_COUNT; i++)
		fprintf(stream, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
}

static const struct command *find_command(const char *name)
{
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(COMMANDS[i].name, name) == 0)
			return &COMMANDS[i];
	return NULL;
}

static int run(const struct command *command)
{
	struct admin admin = {.arena = ARENA_EMPTY};
	char error[512];
	int status = EXIT_FAILURE;

	log_open("admin", NULL);
	if (!settings_load(&admin.settings, &admin.arena, "admin", SETTINGS_NEED_DATABASE, error,
		    sizeof(error))) {
		fprintf(stderr, "admin: %s\n", error);
	} else if ((admin.db = db_open(&admin.settings.database)) != NULL) {
		db_use_arena(admin.db, &admin.arena);
		status = command->run(&admin);
	}
	db_close(admin.db);
	arena_free(&admin.arena);
	return status;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		print_help(stdout);
		return EXIT_SUCCESS;
	}
	command = argc == 2 ? find_command(argv[1]) : NULL;
	if (command == NULL) {
		print_help(stderr);
		return 2;
	}
	return run(command);
}
