/*
 * One entry for each command. The functions are in the file named like the group, or like the command.
 */
#include "admin/commands.h"

#include "account/tokens/scopes.h"
#include "core/languages.h"
#include "admin/apps.h"
#include "admin/clean.h"
#include "admin/doctor/doctor.h"
#include "admin/export_user.h"
#include "admin/import/import.h"
#include "admin/jobs.h"
#include "admin/migrate.h"
#include "admin/settings.h"
#include "admin/tokens.h"
#include "admin/totals.h"
#include "admin/invitation.h"
#include "admin/users.h"
#include "admin/users_delete.h"
#include "admin/users_update.h"

#include <stddef.h>

#define OPTIONS (const struct command_option[])

#define USER          {.name = "USER", .help = "a username, an e-mail address, or # and the account's ID"}
#define OPTIONAL_USER {.name = "USER", .help = "only this user", .optional = true}
#define JOB_ID        {.name = "ID", .help = "the job's ID, as jobs list shows it"}
#define JSON_LINES    {.name = "json", .help = "print one JSON object per line"}
#define JSON_OBJECT   {.name = "json", .help = "print a JSON object"}
#define DAYS(text)    {.name = "days", .value = "DAYS", .help = (text), .required = true}
#define END           {.name = NULL}

const struct command COMMANDS[] = {
	/* ---- users ----------------------------------------------------------------------------- */
	{
		.group = "users",
		.name = "create",
		.summary = "create an account that is active immediately",
		.details =
			"On a terminal the command prompts for the password; otherwise it reads one "
			"line of standard input. The limit max_users does not apply.",
		.arguments = {{.name = "NAME", .help = "the username"}},
		.options = OPTIONS{{.name = "email",
					   .value = "EMAIL",
					   .help = "the e-mail address",
					   .required = true},
			{.name = "admin", .help = "make the account an administrator"},
			{.name = "language",
				.value = "LANGUAGE",
				.help = "the language of its e-mails (default: en)",
				.words = LANGUAGES},
			{.name = "random-password",
				.help = "generate a password and print only that on standard output"},
			END},
		.run = users_create,
	},
	{
		.group = "users",
		.name = "invite-admin",
		.summary = "print a link by which the first administrator creates an account",
		.details =
			"The link works once, for a day, in a browser, and only while there is no "
			"active administrator. A new link replaces the one before.",
		.run = invitation_run,
	},
	{
		.group = "users",
		.name = "list",
		.summary = "list accounts",
		.options =
			OPTIONS{{.name = "inactive",
					.help = "only accounts that are not confirmed, or are suspended"},
				{.name = "admins",
					.help = "only administrators",
					.excludes_previous = true},
				JSON_LINES, END},
		.run = users_list,
	},
	{
		.group = "users",
		.name = "show",
		.summary = "show one account",
		.arguments = {USER},
		.options = OPTIONS{JSON_OBJECT, END},
		.run = users_show,
	},
	{
		.group = "users",
		.name = "update",
		.summary = "change an account",
		.details = "All changes of one command are made together, or none of them.",
		.arguments = {USER},
		.options = OPTIONS{{.name = "admin",
					   .value = "yes|no",
					   .help = "grant administrator rights (this activates the account too), "
						   "or take them away"},
			{.name = "activate", .help = "confirm the account on behalf of its owner"},
			{.name = "suspend",
				.help = "block the account; all its tokens end, and a pending change of its "
					"e-mail address is canceled"},
			{.name = "resume",
				.help = "unblock the account; tokens that have ended stay invalid",
				.excludes_previous = true},
			{.name = "reset-password",
				.help = "set a new password, from a prompt on a terminal, otherwise from one "
					"line of standard input; all tokens end, and a pending change of the "
					"e-mail address is canceled"},
			{.name = "random-password",
				.help = "the same with a generated password, printed alone on standard "
					"output",
				.excludes_previous = true},
			{.name = "email", .value = "EMAIL", .help = "set another e-mail address"},
			{.name = "confirm",
				.help = "with --email: change the address only after the link sent to it is "
					"followed"},
			END},
		.run = users_update,
	},
	{
		.group = "users",
		.name = "delete",
		.summary = "delete an account with its workouts and files",
		.arguments = {USER},
		.options =
			OPTIONS{{.name = "yes",
					.help = "do not ask for confirmation; required without a terminal"},
				END},
		.run = users_delete,
	},
	/* ---- tokens ---------------------------------------------------------------------------- */
	{
		.group = "tokens",
		.name = "create",
		.summary = "create a personal access token for scripts",
		.details = "The token is printed alone on standard output, only once: the database "
			   "stores its hash.",
		.arguments = {USER},
		.options = OPTIONS{{.name = "name",
					   .value = "NAME",
					   .help = "what the token is for, as tokens list shows it",
					   .required = true},
			{.name = "scopes",
				.value = "SCOPES",
				.help = "what the token permits, separated by spaces",
				.words = PERSONAL_SCOPES,
				.required = true},
			{.name = "days",
				.value = "DAYS",
				.help = "the token expires after this many days; if not given, never"},
			END},
		.run = tokens_create,
	},
	{
		.group = "tokens",
		.name = "list",
		.summary = "list personal access tokens",
		.arguments = {OPTIONAL_USER},
		.options = OPTIONS{JSON_LINES, END},
		.run = tokens_list,
	},
	{
		.group = "tokens",
		.name = "revoke",
		.summary = "revoke a personal access token",
		.arguments = {{.name = "ID", .help = "the token's ID, as tokens list shows it"}},
		.run = tokens_revoke,
	},
	/* ---- apps ------------------------------------------------------------------------------ */
	{
		.group = "apps",
		.name = "list",
		.summary = "list the applications of users (OAuth 2.0)",
		.details =
			"The column grants has the number of tokens that can be used or refreshed.",
		.arguments = {OPTIONAL_USER},
		.options = OPTIONS{JSON_LINES, END},
		.run = apps_list,
	},
	{
		.group = "apps",
		.name = "revoke",
		.summary = "revoke all tokens of an application",
		.details = "Its owner can authorize it again.",
		.arguments = {{.name = "CLIENT_ID",
			.help = "the application, as apps list shows it"}},
		.run = apps_revoke,
	},
	/* ---- jobs ------------------------------------------------------------------------------ */
	{
		.group = "jobs",
		.name = "list",
		.summary = "list the jobs in the queue",
		.options = OPTIONS{{.name = "failed",
					   .help = "only jobs that have failed permanently"},
			JSON_LINES, END},
		.run = jobs_list,
	},
	{
		.group = "jobs",
		.name = "show",
		.summary = "show one job, without the tokens in its links",
		.arguments = {JOB_ID},
		.options = OPTIONS{JSON_OBJECT, END},
		.run = jobs_show,
	},
	{
		.group = "jobs",
		.name = "retry",
		.summary = "run failed jobs again",
		.details = "Give either the ID of one job or --all.",
		.arguments = {{.name = "ID", .help = "the job's ID", .optional = true}},
		.options = OPTIONS{{.name = "all", .help = "all failed jobs"}, END},
		.run = jobs_retry,
	},
	{
		.group = "jobs",
		.name = "drop",
		.summary = "delete a job without running it",
		.arguments = {JOB_ID},
		.run = jobs_drop,
	},
	/* ---- clean ----------------------------------------------------------------------------- */
	{
		.group = "clean",
		.name = "tokens",
		.summary = "delete tokens that expired or were revoked DAYS days ago or earlier",
		.details =
			"Deletes logged-out tokens, OAuth 2.0 tokens, personal access tokens and "
			"expired sessions. A revoked OAuth 2.0 token stays until it expires while "
			"another one of the same consent can be used: a second use of its refresh "
			"token ends them all.",
		.options = OPTIONS{DAYS("age in days; 0: all"), JSON_OBJECT, END},
		.run = clean_tokens,
	},
	{
		.group = "clean",
		.name = "archives",
		.summary = "delete data archives that were built DAYS days ago or earlier",
		.options = OPTIONS{DAYS("age in days; 0: all"), JSON_OBJECT, END},
		.run = clean_archives,
	},
	{
		.group = "clean",
		.name = "jobs",
		.summary = "delete jobs that failed permanently at least DAYS days ago",
		.details =
			"Jobs that remove the files of deleted accounts are kept until jobs retry.",
		.options = OPTIONS{DAYS("age in days; 0: all"), JSON_OBJECT, END},
		.run = clean_jobs,
	},
	{
		.group = "clean",
		.name = "accounts",
		.summary = "delete accounts that were never confirmed and whose link has expired",
		.details =
			"Also frees the usernames that expired registrations have reserved. Accounts "
			"that were ever active, are suspended or have workouts are kept, as are all "
			"of them while EMAIL_URL is empty.",
		.options = OPTIONS{JSON_OBJECT, END},
		.run = clean_accounts,
	},
	/* ---- settings -------------------------------------------------------------------------- */
	{
		.group = "settings",
		.name = "list",
		.summary = "show the settings that are stored in the database",
		.details =
			"GET /api/config shows them to clients. The settings of fitgate.conf are "
			"described in fitgate.conf(5).",
		.options = OPTIONS{JSON_OBJECT, END},
		.run = settings_list,
	},
	{
		.group = "settings",
		.name = "set",
		.summary = "change a setting that is stored in the database",
		.arguments = {{.name = "KEY", .help = "the setting", .choices = SETTINGS_KEYS},
			{.name = "VALUE",
				.help = "the new value; an empty one clears a text, an address or a date"}},
		.run = settings_set,
	},
	/* ---- totals ---------------------------------------------------------------------------- */
	{
		.group = "totals",
		.name = "verify",
		.summary = "compare the stored totals with the workouts",
		.details =
			"Prints the users whose totals differ; the exit status is 1 if there are any.",
		.arguments = {OPTIONAL_USER},
		.options = OPTIONS{JSON_LINES, END},
		.run = totals_verify,
	},
	{
		.group = "totals",
		.name = "rebuild",
		.summary = "compute the stored totals again from the workouts",
		.details = "Prints the users whose totals were corrected.",
		.arguments = {OPTIONAL_USER},
		.options = OPTIONS{JSON_LINES, END},
		.run = totals_rebuild,
	},
	/* ---- single words ---------------------------------------------------------------------- */
	{
		.name = "export",
		.summary = "build the data archive of a user into a file",
		.arguments = {USER,
			{.name = "FILE",
				.help = "the zip archive to write, readable by its owner "
					"only; an existing file is not replaced",
				.path = COMMAND_PATH_FILE}},
		.run = export_user,
	},
	{
		.group = "import",
		.name = "fittrackee",
		.summary = "import all data of a FitTrackee 0.7.18",
		.details =
			"The database must not have any accounts. If the import is not possible, the "
			"command lists every reason with file and line, and writes nothing.",
		.arguments = {{.name = "DIRECTORY",
			.help = "the files that fittrackee-export has written",
			.path = COMMAND_PATH_DIRECTORY}},
		.run = import_fittrackee,
	},
	{
		.name = "migrate",
		.summary = "create the database's tables, or update them to this version",
		.details =
			"Rejects a new database if APP_SECRET_KEY is shorter than 32 bytes, because a "
			"short key can be guessed from a token.",
		.options =
			OPTIONS{{.name = "imported-key",
					.help = "accept a short APP_SECRET_KEY: it was taken over from FitTrackee, "
						"whose tokens must stay valid"},
				END},
		.run = migrate_run,
	},
	{
		.name = "doctor",
		.summary = "check that everything Fitgate needs is present and works",
		.details =
			"Each check prints one line: OK, WARN or FAIL, and how to fix it. The command "
			"changes nothing. The exit status is 1 if a check failed.",
		.options =
			OPTIONS{{.name = "url",
					.value = "URL",
					.help = "also check the site from outside, as its clients see it; its API "
						"is at URL/api/"},
				JSON_LINES, END},
		.run = doctor,
		.standalone = true,
	},
	{.name = NULL},
};
