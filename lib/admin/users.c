/*
 * The commands that create accounts (account/registration/registration.h), list them and show them.
 */
#include "admin/users.h"

#include "account/defaults.h"
#include "account/registration/registration.h"
#include "account/validation.h"
#include "api/dialect.h"
#include "core/languages.h"
#include "core/text.h"
#include "admin/account_row.h"
#include "admin/cli/pages.h"
#include "admin/cli/report.h"
#include "admin/new_password.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- create ------------------------------------------------------------------------------------ */

static bool check(const struct new_account *account)
{
	if (!text_is_utf8(account->username, strlen(account->username))) {
		report_failure("the username must be UTF-8 text");
		return false;
	}
	if (!report_violations(
		    validation_username(account->username, DIALECTS[DIALECT_0_7].username_max) |
		    validation_email(account->email)))
		return false;
	if (text_has_word(LANGUAGES, account->language))
		return true;
	report_failure(
		"unrecognized language '%s'; languages are: %s", account->language, LANGUAGES);
	return false;
}

static int store(const struct admin_context *admin, const struct new_account *account, int64_t *id)
{
	switch (account_create(admin->db, admin->arena, account, id)) {
	case REGISTRATION_DONE:
		return EXIT_SUCCESS;
	case REGISTRATION_USERNAME_TAKEN:
		return report_failure("the username %s is already taken", account->username);
	case REGISTRATION_EMAIL_TAKEN:
		return report_failure(
			"the e-mail address %s belongs to another account", account->email);
	case REGISTRATION_CLOSED:
	case REGISTRATION_LIMITED:
	case REGISTRATION_FAILED:
		break;
	}
	return report_failure("could not store the account: %s", db_error_text(admin->db));
}

int users_create(const struct admin_context *admin)
{
	const char *language = options_value(admin->options, "language"), *done;
	struct new_password password;
	int64_t id;
	const struct new_account account = {
		.username = admin->options->arguments[0],
		.email = account_typed_email(admin, options_value(admin->options, "email")),
		.language = language == NULL ? DEFAULT_LANGUAGE : language,
		.password_hash = password.hash,
		.admin = options_has(admin->options, "admin"),
	};

	if (!check(&account) || !new_password_get(admin, &password))
		return EXIT_FAILURE;
	if (store(admin, &account, &id) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	done = arena_printf(admin->arena, "created user #%" PRId64 " %s", id, account.username);
	return new_password_report(&password, done == NULL ? "created" : done);
}

/* ---- list and show ----------------------------------------------------------------------------- */

static void describe(struct report *report, const struct account_row *account)
{
	report_number(report, "id", 7, account->id);
	report_text(report, "username", 30, account->username);
	report_flag(report, "admin", account->admin);
	report_flag(report, "is_active", account->confirmed);
	report_time(report, "suspended_at", account->suspended_at);
	report_time(report, "created_at", account->created_at);
	report_text(report, "language", 2, account->language);
	report_text(report, "email", 30, account->email);
}

struct user_list {
	struct report report;
	struct account_row account;
};

static bool list_user(void *context, struct arena *arena)
{
	struct user_list *list = context;

	(void)arena;
	describe(&list->report, &list->account);
	report_print(&list->report);
	return true;
}

int users_list(const struct admin_context *admin)
{
	static const struct db_query ALL = {
		ACCOUNT_ROW, .text = "FROM users AS u WHERE u.id > ? ORDER BY u.id LIMIT ?"};
	static const struct db_query INACTIVE = {ACCOUNT_ROW,
		.text = "FROM users AS u WHERE u.id > ? AND "
			"(u.is_active = 0 OR u.suspended_at IS NOT NULL) ORDER BY u.id LIMIT ?"};
	static const struct db_query ADMINS = {ACCOUNT_ROW,
		.text = "FROM users AS u WHERE u.id > ? AND u.admin = 1 ORDER BY u.id LIMIT ?"};
	struct user_list list = {.report = report_new(admin->options, REPORT_TABLE)};
	const struct pages pages = {
		.query = options_has(admin->options, "inactive") ? &INACTIVE
			 : options_has(admin->options, "admins") ? &ADMINS
								 : &ALL,
		.row = &list.account,
		.row_size = sizeof(list.account),
		.id = &list.account.id,
	};

	return report_result(pages_each(admin, &pages, list_user, &list));
}

/* What only `users show` prints. */
struct user_details {
	struct account_row account;
	const char *first_name, *last_name, *timezone, *picture;
	instant accepted_policy_date;
	int64_t workouts, tokens;
	bool export_stored;
};

static const struct db_field USER_DETAILS[] = {
	DB_FIELD(struct user_details, first_name, "u.first_name"),
	DB_FIELD(struct user_details, last_name, "u.last_name"),
	DB_FIELD(struct user_details, timezone, "u.timezone"),
	DB_FIELD(struct user_details, picture, "u.picture"),
	DB_FIELD_TIME(struct user_details, accepted_policy_date, "u.accepted_policy_date"),
	DB_FIELD(struct user_details, workouts,
		"(SELECT COUNT(*) FROM workouts WHERE user_id = u.id)"),
	DB_FIELD(struct user_details, tokens,
		"(SELECT COUNT(*) FROM personal_tokens WHERE user_id = u.id AND revoked_at IS NULL AND "
		"(expires_at IS NULL OR expires_at > UTC_TIMESTAMP(6)))"),
	DB_FIELD(struct user_details, export_stored,
		"EXISTS (SELECT 1 FROM users_data_export "
		"WHERE user_id = u.id AND file_name IS NOT NULL)"),
	DB_INNER(struct user_details, account, "", ACCOUNT_ROW),
	{0},
};

static void print_details(const struct admin_context *admin, const struct user_details *details)
{
	struct report report = report_new(admin->options, REPORT_SHEET);

	describe(&report, &details->account);
	report_text(&report, "email_to_confirm", 0, details->account.email_to_confirm);
	report_text(&report, "first_name", 0, details->first_name);
	report_text(&report, "last_name", 0, details->last_name);
	report_text(&report, "timezone", 0, details->timezone);
	report_text(&report, "picture", 0, details->picture);
	report_time(&report, "accepted_policy_date", details->accepted_policy_date);
	report_number(&report, "workouts", 0, details->workouts);
	report_number(&report, "personal_tokens", 0, details->tokens);
	report_flag(&report, "export", details->export_stored);
	report_print(&report);
}

int users_show(const struct admin_context *admin)
{
	static const struct db_query READ = {
		USER_DETAILS, .text = "FROM users AS u WHERE u.id = ?"};
	struct account_row account;
	struct user_details details;
	enum db_result result;

	if (account_find(admin, admin->options->arguments[0], &account) != DB_OK)
		return EXIT_FAILURE;
	result = db_query_row(
		admin->db, admin->arena, &READ, DB_PARAMS(DB_INT(account.id)), &details);
	if (result != DB_OK)
		return report_result(result);
	print_details(admin, &details);
	return EXIT_SUCCESS;
}
