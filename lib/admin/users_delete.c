/*
 * The files are removed after the account (account/administration/account_deletion.h). If the command is interrupted, the
 * worker removes them.
 */
#include "admin/users_delete.h"

#include "account/administration/account_deletion.h"
#include "admin/account_row.h"
#include "files/sweep.h"
#include "admin/cli/report.h"
#include "admin/cli/terminal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool confirm(const struct admin_context *admin, const struct account_row *account)
{
	const char *prompt;

	if (options_has(admin->options, "yes"))
		return true;
	if (!terminal_is_there()) {
		report_failure("cannot ask for confirmation to delete %s without a terminal; "
			       "use --yes",
			account->username);
		return false;
	}
	prompt = arena_printf(admin->arena,
		"Delete user #%" PRId64 " %s <%s> with all workouts and files?", account->id,
		account->username, account->email);
	if (prompt != NULL && terminal_confirm(prompt))
		return true;
	report_failure("user %s was not deleted", account->username);
	return false;
}

static void remove_files(const struct admin_context *admin, const struct account_deletion *deletion)
{
	struct error error = {.text = "the database query failed"};

	if (sweep_at_once(admin->db, admin->settings, deletion->user_id, deletion->job_id,
		    &error) != DB_OK)
		report_failure("could not remove the files, the worker will (job %" PRId64 "): %s",
			deletion->job_id, error.text);
}

int users_delete(const struct admin_context *admin)
{
	const struct account_context context = {
		.db = admin->db,
		.arena = admin->arena,
		.settings = admin->settings,
	};
	struct account_deletion deletion = {0};
	struct account_row account;

	if (account_find(admin, admin->options->arguments[0], &account) != DB_OK ||
		!confirm(admin, &account))
		return EXIT_FAILURE;
	deletion.user_id = account.id;
	switch (account_delete(&context, &deletion)) {
	case ACCOUNT_DELETION_DONE:
		break;
	case ACCOUNT_DELETION_USER_GONE:
		return report_result(DB_NO_ROW);
	case ACCOUNT_DELETION_LAST_ADMINISTRATOR:
	case ACCOUNT_DELETION_FAILED:
		return report_result(DB_FAILED);
	}
	remove_files(admin, &deletion);
	printf("deleted user #%" PRId64 " %s\n", account.id, account.username);
	return EXIT_SUCCESS;
}
