/*
 * The operator's command: finds the command that is meant, checks how it is used, shows help.
 *
 *	fitgate-admin users create sam --email sam@example.org
 *	fitgate-admin users create --help
 *
 * Exit status: 0 done, 1 it failed (or found something wrong) and standard error says why, 2 wrong usage.
 */
#include "core/json.h"
#include "core/log.h"
#include "db/migrate.h"
#include "operator/clean.h"
#include "operator/config.h"
#include "operator/doctor.h"
#include "operator/export.h"
#include "operator/import.h"
#include "operator/jobs.h"
#include "operator/recount.h"
#include "operator/report.h"
#include "operator/tokens.h"
#include "operator/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Some commands change or read many rows at once. */
enum { ANSWER_SECONDS = 3600 };

static void say(const char *line)
{
	puts(line);
	fflush(stdout);
}

static int run_migrate(const struct desk *desk)
{
	return migrate(desk->db, say) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static const struct command {
	const char *group; /* NULL: the command is one word */
	const char *name, *usage, *summary;
	const char *help;    /* further lines; "" for none */
	const char *options; /* as options_parse() takes them */
	int least, most;     /* arguments */
	int (*run)(const struct desk *desk);
	bool alone; /* it reads the settings and makes the connection itself */
} COMMANDS[] = {
	{"users", "create", "NAME --email E [--admin] [--language L] [--random-password]",
		"make an account, active at once",
		"  --email E            its e-mail address\n"
		"  --admin              it is an administrator's\n"
		"  --language L         of its e-mails: en fr de it nb nl es gl pl\n"
		"  --random-password    make a password up, and print it alone on standard output\n\n"
		"The password is asked for on a terminal, else read as one line of standard input.\n",
		"email= admin language= random-password", 1, 1, users_create, false},
	{"users", "list", "[--inactive|--admins] [--json]", "list accounts",
		"  --inactive           only those that are not confirmed, or suspended\n"
		"  --admins             only administrators\n"
		"  --json               one JSON object a line\n",
		"inactive admins json", 0, 0, users_list, false},
	{"users", "show", "USER [--json]", "show one account",
		"  USER                 a username, an e-mail address, or #ID\n"
		"  --json               as a JSON object\n",
		"json", 1, 1, users_show, false},
	{"users", "update",
		"USER [--admin yes|no] [--activate] [--suspend|--resume]\n"
		"           [--reset-password|--random-password] [--email E [--confirm]]",
		"change an account",
		"  USER                 a username, an e-mail address, or #ID\n"
		"  --admin yes|no       make it an administrator's (and active), or an ordinary one\n"
		"  --activate           as if its owner had confirmed it\n"
		"  --suspend            nobody can use it any more; all its tokens end\n"
		"  --resume             it can be used again\n"
		"  --reset-password     a new password, asked for on a terminal, else read as one line of\n"
		"                       standard input; all its tokens end\n"
		"  --random-password    the same, made up and printed alone on standard output\n"
		"  --email E            another e-mail address, at once\n"
		"  --confirm            ... only when the link sent to it is followed\n",
		"admin= activate suspend resume reset-password random-password email= confirm", 1,
		1, users_update, false},
	{"users", "delete", "USER [--yes]", "delete an account with all that is its own",
		"  USER                 a username, an e-mail address, or #ID\n"
		"  --yes                do not ask; needed where nobody can be asked\n",
		"yes", 1, 1, users_delete, false},
	{"tokens", "create", "USER --name N --scopes \"WORD ...\" [--days N]",
		"make a personal token for scripts",
		"  USER                 a username, an e-mail address, or #ID\n"
		"  --name N             what it is for\n"
		"  --scopes \"WORD ...\"  what it may do: application:write profile:read profile:write\n"
		"                       users:read users:write workouts:read workouts:write\n"
		"  --days N             it expires after so many days; else never\n\n"
		"The token is printed alone on standard output, this once: only its hash is stored.\n",
		"name= scopes= days=", 1, 1, tokens_create, false},
	{"tokens", "list", "[USER] [--json]", "list personal tokens",
		"  USER                 only those of this user\n"
		"  --json               one JSON object a line\n",
		"json", 0, 1, tokens_list, false},
	{"tokens", "revoke", "ID", "end a personal token", "", "", 1, 1, tokens_revoke, false},
	{"jobs", "list", "[--failed] [--json]", "list what waits to be done",
		"  --failed             only what was given up\n"
		"  --json               one JSON object a line\n",
		"failed json", 0, 0, jobs_list, false},
	{"jobs", "show", "ID [--json]", "show one job; the tokens in its links are left out",
		"  --json               as a JSON object\n", "json", 1, 1, jobs_show, false},
	{"jobs", "retry", "ID|--all", "make failed jobs due again",
		"  --all                all that failed\n", "all", 0, 1, jobs_retry, false},
	{"jobs", "drop", "ID", "delete a job without doing it", "", "", 1, 1, jobs_drop, false},
	{"clean", "tokens", "--days N [--json]", "delete tokens that ended N days ago or earlier",
		"  --days N             logged-out tokens, OAuth 2.0 tokens and personal tokens\n"
		"  --json               the numbers as a JSON object\n",
		"days= json", 0, 0, clean_tokens, false},
	{"clean", "archives", "--days N [--json]", "delete archives made N days ago or earlier",
		"  --days N             the files as well\n"
		"  --json               the numbers as a JSON object\n",
		"days= json", 0, 0, clean_archives, false},
	{"clean", "jobs", "--days N [--json]", "delete jobs given up N days ago or earlier",
		"  --json               the number as a JSON object\n", "days= json", 0, 0,
		clean_jobs, false},
	{"settings", "list", "[--json]", "show what GET /api/config shows of the database",
		"  --json               as a JSON object\n", "json", 0, 0, config_list, false},
	{"settings", "set", "KEY VALUE", "change one of them",
		"  max_users                                 0: no limit\n"
		"  gpx_limit_import\n"
		"  max_single_file_size, max_zip_file_size   bytes, at most 32 MiB\n"
		"  admin_contact                             an e-mail address\n"
		"  privacy_policy, about                     text; - reads standard input\n"
		"  privacy_policy_date                       set with the policy; 2026-11-22 or\n"
		"                                            2026-11-22T19:00:00Z\n\n"
		"An empty VALUE takes a text, an address or a date away.\n",
		"", 2, 2, config_set, false},
	{"totals", "verify", "[USER] [--json]", "compare the stored totals with the workouts",
		"Prints the users whose totals differ; the exit status is 1 when there are any.\n"
		"  --json               one JSON object a line\n",
		"json", 0, 1, recount_verify, false},
	{"totals", "rebuild", "[USER] [--json]", "count the totals anew",
		"Prints the users whose totals were put right.\n"
		"  --json               one JSON object a line\n",
		"json", 0, 1, recount_rebuild, false},
	{NULL, "export", "USER FILE", "make the archive of a user's data at once",
		"  USER                 a username, an e-mail address, or #ID\n"
		"  FILE                 a zip archive, for its owner alone; what is there is not replaced\n",
		"", 2, 2, export_user, false},
	{"import", "fittrackee", "FOLDER", "take over a whole FitTrackee 0.7.18",
		"  FOLDER               of the files that scripts/fittrackee-export has written\n\n"
		"The database must have no accounts. What cannot be taken over is listed, file and line,\n"
		"and nothing is written then.\n",
		"", 1, 1, import_fittrackee, false},
	{NULL, "migrate", "", "bring the database to the newest schema", "", "", 0, 0, run_migrate,
		false},
	{NULL, "doctor", "[--url URL] [--json]", "check that everything is there and works",
		"Each check is a line, \"ok ...\" or \"WRONG ...: how to mend it\"; nothing is changed.\n"
		"  --url URL            look at the site from outside too: its API is at URL/api/\n"
		"  --json               one JSON object a line\n",
		"url= json", 0, 0, doctor, true},
};

enum { COMMAND_COUNT = sizeof(COMMANDS) / sizeof(*COMMANDS) };

/* ---- help -------------------------------------------------------------------------------------- */

static bool is_in_group(const struct command *command, const char *group)
{
	return command->group != NULL && strcmp(command->group, group) == 0;
}

/* All commands, or those of a group. */
static void print_commands(FILE *stream, const char *group)
{
	fprintf(stream, "usage: fitgate-admin %s%sCOMMAND ...\n\ncommands:\n",
		group == NULL ? "" : group, group == NULL ? "" : " ");
	for (int i = 0; i < COMMAND_COUNT; i++) {
		const struct command *command = &COMMANDS[i];
		int width = command->group == NULL ? 0 : (int)strlen(command->group) + 1;

		if (group == NULL || is_in_group(command, group))
			fprintf(stream, "  %s%s%-*s  %s\n", width == 0 ? "" : command->group,
				width == 0 ? "" : " ", 16 - width, command->name, command->summary);
	}
	fputs("\n'fitgate-admin COMMAND --help' tells more.\n", stream);
}

static void print_usage(FILE *stream, const struct command *command)
{
	fprintf(stream, "usage: fitgate-admin %s%s%s%s%s\n",
		command->group == NULL ? "" : command->group, command->group == NULL ? "" : " ",
		command->name, *command->usage == '\0' ? "" : " ", command->usage);
}

static int print_help(const struct command *command)
{
	print_usage(stdout, command);
	printf("\n%c%s.\n", command->summary[0] - 'a' + 'A', command->summary + 1);
	if (*command->help != '\0')
		printf("\n%s", command->help);
	return EXIT_SUCCESS;
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* ---- running ----------------------------------------------------------------------------------- */

static int run_connected(const struct command *command, struct desk *desk)
{
	int status;

	desk->db = db_open(&desk->settings->database);
	if (desk->db == NULL)
		return report_failure("out of memory");
	db_use_arena(desk->db, desk->arena);
	db_set_timeout(desk->db, ANSWER_SECONDS);
	status = command->run(desk);
	db_close(desk->db);
	return status;
}

static int run(const struct command *command, const struct options *options)
{
	struct arena settings_arena = ARENA_EMPTY, arena = ARENA_EMPTY;
	struct settings settings;
	struct desk desk = {.settings = &settings, .arena = &arena, .options = options};
	char error[512];
	int status;

	log_open("admin", NULL);
	json_use_arena(&arena);
	if (command->alone)
		status = command->run(&desk);
	else if (settings_load(&settings, &settings_arena, "admin",
			 SETTINGS_NEED_DATABASE | SETTINGS_NEED_MAIL, error, sizeof(error)))
		status = run_connected(command, &desk);
	else
		status = report_failure("%s", error);
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		status = report_failure("standard output cannot be written to");
	arena_free(&arena);
	arena_free(&settings_arena);
	return status;
}

/* The words behind the command's own. */
static int run_with_words(const struct command *command, int argc, char **argv)
{
	struct options options;
	int status = OPERATOR_WRONG_USAGE;

	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_help(argv[i]))
			return print_help(command);
	if (options_parse(command->options, argc, argv, &options)) {
		if (options.argument_count < command->least)
			report_failure("a word is missing");
		else if (options.argument_count > command->most)
			report_failure(
				"'%s' is one word too many", options.arguments[command->most]);
		else
			status = run(command, &options);
	}
	if (status == OPERATOR_WRONG_USAGE)
		print_usage(stderr, command);
	return status;
}

int main(int argc, char **argv)
{
	const char *first = argc > 1 ? argv[1] : "", *second = argc > 2 ? argv[2] : "";
	const char *group = NULL;
	bool help;

	for (int i = 0; i < COMMAND_COUNT; i++) {
		const struct command *command = &COMMANDS[i];

		if (command->group == NULL && strcmp(command->name, first) == 0)
			return run_with_words(command, argc - 2, argv + 2);
		if (!is_in_group(command, first))
			continue;
		if (strcmp(command->name, second) == 0)
			return run_with_words(command, argc - 3, argv + 3);
		group = command->group;
	}
	help = is_help(group == NULL ? first : second);
	print_commands(help ? stdout : stderr, group);
	return help ? EXIT_SUCCESS : OPERATOR_WRONG_USAGE;
}
