/*
 * Options are checked, and a password is read and hashed, before the transaction begins: this takes time, and the
 * transaction holds locks.
 */
#include "admin/users_update.h"

#include "account/administration/administration.h"
#include "account/validation.h"
#include "admin/account_row.h"
#include "admin/cli/report.h"
#include "admin/new_password.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct update {
	const struct admin_context *admin;
	struct administration change;
	const char *set_admin; /* "yes", "no"; NULL: unchanged */
	bool new_password;
	struct new_password password;
};

static int parse_options(const struct options *options, struct update *update)
{
	update->set_admin = options_value(options, "admin");
	update->change.activate = options_has(options, "activate");
	update->change.suspend = options_has(options, "suspend");
	update->change.resume = options_has(options, "resume");
	update->new_password =
		options_has(options, "reset-password") || options_has(options, "random-password");
	update->change.email = account_typed_email(update->admin, options_value(options, "email"));
	update->change.confirm_email = options_has(options, "confirm");
	if (options->given_count == 0)
		return report_usage_error("no option says what to change");
	if (update->set_admin != NULL && strcmp(update->set_admin, "yes") != 0 &&
		strcmp(update->set_admin, "no") != 0)
		return report_usage_error("--admin must be yes or no");
	if (update->change.confirm_email && update->change.email == NULL)
		return report_usage_error("--confirm requires --email");
	if (update->set_admin != NULL && strcmp(update->set_admin, "yes") == 0)
		update->change.activate = true;
	return EXIT_SUCCESS;
}

/* Everything that can fail before the database is changed. */
static bool prepare(struct update *update)
{
	if (update->change.email != NULL &&
		!report_violations(validation_email(update->change.email)))
		return false;
	if (update->change.confirm_email && !update->admin->settings->mail_enabled) {
		report_failure("--confirm cannot send an e-mail: EMAIL_URL is empty");
		return false;
	}
	return !update->new_password || new_password_get(update->admin, &update->password);
}

static int report_update(
	struct update *update, const struct account_row *account, enum administration_result result)
{
	const char *done;

	switch (result) {
	case ADMINISTRATION_DONE:
		break;
	case ADMINISTRATION_EMAIL_TAKEN:
		return report_failure(
			"the e-mail address %s belongs to another account", update->change.email);
	case ADMINISTRATION_EMAIL_INVALID:
		report_violations(VIOLATION_EMAIL);
		return EXIT_FAILURE;
	case ADMINISTRATION_USER_GONE:
		return report_result(DB_NO_ROW);
	case ADMINISTRATION_LAST_ADMINISTRATOR:
	case ADMINISTRATION_EMAIL_SAME:
	case ADMINISTRATION_FAILED:
		return report_result(DB_FAILED);
	}
	done = arena_printf(update->admin->arena, "updated user #%" PRId64 " %s", account->id,
		account->username);
	return new_password_report(&update->password, done == NULL ? "updated" : done);
}

int users_update(const struct admin_context *admin)
{
	const struct account_context context = {
		.db = admin->db,
		.arena = admin->arena,
		.settings = admin->settings,
	};
	struct update update = {.admin = admin};
	struct account_row account;
	int status = parse_options(admin->options, &update);

	if (status != EXIT_SUCCESS)
		return status;
	if (account_find(admin, admin->options->arguments[0], &account) != DB_OK ||
		!prepare(&update))
		return EXIT_FAILURE;
	update.change.sets_admin = update.set_admin != NULL;
	update.change.admin = update.set_admin != NULL && strcmp(update.set_admin, "yes") == 0;
	update.change.password_hash = update.new_password ? update.password.hash : NULL;
	return report_update(
		&update, &account, account_administrate(&context, account.id, &update.change));
}
