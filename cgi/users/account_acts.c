/*
 * What an administrator does with an account. Each act has a page that asks again; those that end access or grant
 * rights ask for the administrator's password too.
 */
#include "handlers.h"

#include "account/administration/account_deletion.h"
#include "account/administration/administration.h"
#include "account/administration/user_search.h"
#include "account/passwords/password.h"
#include "account/passwords/password_reset.h"
#include "core/log.h"
#include "core/text.h"
#include "pages/page_form.h"
#include "pages/reauthentication.h"

#include <inttypes.h>
#include <string.h>

struct act {
	const char *name;
	const char *title;
	const char *explanation;
	bool needs_password;
	bool needs_mail;
};

static const struct act ACTS[] = {
	{"activate", N_("Activate the account"),
		N_("The user can log in without opening the link of the e-mail."), false, false},
	{"resend", N_("Send another confirmation link"),
		N_("The new link replaces the links of earlier e-mails."), false, true},
	{"suspend", N_("Suspend the account"),
		N_("The user cannot log in, and all sessions and tokens end."), true, false},
	{"resume", N_("End the suspension"), N_("The user can log in again."), true, false},
	{"email", N_("Change the e-mail address"),
		N_("The address changes when its owner opens the link that is mailed to it."), true,
		false},
	{"reset-password", N_("Reset the password"),
		N_("The present password and all sessions and tokens end; the user gets an e-mail "
		   "with a link to set a new one."),
		true, true},
	{"promote", N_("Make the user an administrator"),
		N_("Administrators can change and delete every account."), true, false},
	{"demote", N_("Take the administrator's rights away"),
		N_("The user can no longer administer this site."), true, false},
	{"delete", N_("Delete the account"),
		N_("The account and all of its data are deleted. This cannot be undone."), true,
		false},
	{0},
};

static const struct control CONFIRMATION[] = {
	{0},
};

static const struct control EMAIL[] = {
	{.name = "email",
		.kind = CONTROL_EMAIL,
		.label = N_("New e-mail address"),
		.required = true},
	{0},
};

static const struct control PASSWORD[] = {
	YOUR_PASSWORD_CONTROL("password"),
	{0},
};

static const struct control EMAIL_AND_PASSWORD[] = {
	{.name = "email",
		.kind = CONTROL_EMAIL,
		.label = N_("New e-mail address"),
		.required = true},
	YOUR_PASSWORD_CONTROL("password"),
	{0},
};

/* An act on an account that is being asked for. */
struct asked {
	const struct act *act;
	struct found_user user;
	bool asks_password;
	struct page_form form;
};

static bool is_about_email(const struct asked *asked)
{
	return strcmp(asked->act->name, "email") == 0;
}

static const struct control *controls_of(const struct asked *asked)
{
	if (is_about_email(asked))
		return asked->asks_password ? EMAIL_AND_PASSWORD : EMAIL;
	return asked->asks_password ? PASSWORD : CONFIRMATION;
}

/* DB_NO_ROW: there is no such act or account. */
static enum db_result find(struct page *page, struct asked *asked)
{
	const struct act *found = ACTS;
	enum db_result result;
	bool recent;
	int64_t id;

	while (found->name != NULL && strcmp(found->name, page->http->parameters[1]) != 0)
		found++;
	if (found->name == NULL || !text_integer(page->http->parameters[0], 1, INT32_MAX, &id) ||
		(found->needs_mail && !page->service->settings.mail_enabled))
		return DB_NO_ROW;
	*asked = (struct asked){.act = found};
	result = user_search_find(page->service->db, page->arena, id, &asked->user);
	if (!reauthentication_read(page, &recent))
		return DB_FAILED;
	asked->asks_password = found->needs_password && !recent;
	asked->form = (struct page_form){
		.controls = controls_of(asked),
		.action = arena_printf(page->arena, "/admin/users/%" PRId64 "/%s", id, found->name),
		.submit = found->title,
		.dangerous = found->needs_password,
	};
	return result;
}

static enum handled report_unknown(struct page *page)
{
	return page_sentence(page, 404, N_("Page not found"), N_("There is no such account."));
}

static enum handled show_question(struct page *page, const struct asked *asked, int status)
{
	page_begin(page, asked->act->title);
	page_list_begin(page);
	page_list_row(page, N_("User name"), asked->user.username);
	page_list_row(page, N_("E-mail address"), asked->user.email);
	page_list_end(page);
	page_paragraph(page, asked->act->explanation);
	page_form_show(page, &asked->form);
	page_link(page, arena_printf(page->arena, "/admin/users/%" PRId64, asked->user.id),
		N_("Change nothing"));
	return page_end(page, status);
}

/* GET /admin/users/<id>/<act> */
enum handled show_act(struct page *page)
{
	struct asked asked;

	switch (find(page, &asked)) {
	case DB_OK:
		return show_question(page, &asked, 200);
	case DB_NO_ROW:
		return report_unknown(page);
	default:
		return HANDLER_FAILED;
	}
}

/* ---- acting ------------------------------------------------------------------------------------ */

static enum handled refuse(struct page *page, struct asked *asked, const char *error)
{
	asked->form.error = error;
	return show_question(page, asked, 400);
}

static enum handled report_done(struct page *page, const struct asked *asked, const char *path)
{
	log_info("administrator %s: %s user %" PRId64 " (%s)", page_user(page)->username,
		asked->act->name, asked->user.id, asked->user.username);
	if (page_redirect(page, path, PAGE_SAVED) != HANDLED ||
		(asked->act->needs_password && !reauthentication_remember(page)))
		return HANDLER_FAILED;
	return HANDLED;
}

static enum handled report_changed(struct page *page, const struct asked *asked)
{
	return report_done(
		page, asked, arena_printf(page->arena, "/admin/users/%" PRId64, asked->user.id));
}

static enum handled report_administration(
	struct page *page, struct asked *asked, enum administration_result result)
{
	switch (result) {
	case ADMINISTRATION_DONE:
		return report_changed(page, asked);
	case ADMINISTRATION_LAST_ADMINISTRATOR:
		return refuse(page, asked, N_("This is the last administrator."));
	case ADMINISTRATION_EMAIL_INVALID:
		return refuse(page, asked, N_("This is not a valid e-mail address."));
	case ADMINISTRATION_EMAIL_SAME:
		return refuse(page, asked, N_("This is the present address."));
	case ADMINISTRATION_EMAIL_TAKEN:
		return refuse(page, asked, N_("Another account has this address."));
	case ADMINISTRATION_USER_GONE:
		return report_unknown(page);
	case ADMINISTRATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* What account_administrate() has to change. false: it has been logged. */
static bool read_change(const struct page *page, const struct asked *asked,
	struct administration *change, char hash[PASSWORD_HASH_SIZE])
{
	const char *name = asked->act->name;

	change->keeps_administrator = true;
	change->activate = strcmp(name, "activate") == 0 || strcmp(name, "promote") == 0;
	change->suspend = strcmp(name, "suspend") == 0;
	change->resume = strcmp(name, "resume") == 0;
	change->admin = strcmp(name, "promote") == 0;
	change->sets_admin = change->admin || strcmp(name, "demote") == 0;
	if (is_about_email(asked)) {
		change->email = page_form_value(&asked->form, "email");
		change->email_must_differ = true;
		change->confirm_email = true;
	}
	if (strcmp(name, "reset-password") != 0)
		return true;
	change->password_hash = hash;
	change->offers_reset = true;
	return password_hash_unknown(&page->service->settings, hash);
}

static enum handled resend(struct page *page, const struct asked *asked)
{
	const struct account_context account = page_account(page);
	int64_t wait = 0;

	switch (account_resend_confirmation(&account, asked->user.email, &wait)) {
	case LINK_REQUESTED:
		return report_changed(page, asked);
	case LINK_REQUEST_LIMITED:
		return page_too_many(page, wait);
	case LINK_REQUEST_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

static enum handled delete_account(struct page *page, struct asked *asked)
{
	const struct account_context account = page_account(page);
	struct account_deletion deletion = {.user_id = asked->user.id, .keeps_administrator = true};

	switch (account_delete(&account, &deletion)) {
	case ACCOUNT_DELETION_DONE:
		return report_done(page, asked, "/admin/users");
	case ACCOUNT_DELETION_LAST_ADMINISTRATOR:
		return refuse(page, asked, N_("This is the last administrator."));
	case ACCOUNT_DELETION_USER_GONE:
		return report_unknown(page);
	case ACCOUNT_DELETION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

static enum handled act_now(struct page *page, struct asked *asked)
{
	struct account_context account = page_account(page);
	struct administration change = {0};
	char hash[PASSWORD_HASH_SIZE];

	if (strcmp(asked->act->name, "resend") == 0)
		return resend(page, asked);
	if (strcmp(asked->act->name, "delete") == 0)
		return delete_account(page, asked);
	if (!read_change(page, asked, &change, hash))
		return HANDLER_FAILED;
	account.user_agent = NULL; /* the owner does not know it */
	return report_administration(
		page, asked, account_administrate(&account, asked->user.id, &change));
}

/* POST /admin/users/<id>/<act> */
enum handled act(struct page *page)
{
	struct asked asked;
	int64_t wait = 0;
	enum db_result found = find(page, &asked);

	if (found != DB_OK)
		return found == DB_NO_ROW ? report_unknown(page) : HANDLER_FAILED;
	if (!page_form_read(&asked.form, page))
		return show_question(page, &asked, 400);
	if (!asked.act->needs_password)
		return act_now(page, &asked);
	switch (reauthentication_check(page, page_input(page, "password"), &wait)) {
	case REAUTHENTICATION_DONE:
		return act_now(page, &asked);
	case REAUTHENTICATION_WRONG:
		page_form_refuse(&asked.form, "password", N_("This is not your password."));
		return show_question(page, &asked, 401);
	case REAUTHENTICATION_LIMITED:
		return page_too_many(page, wait);
	case REAUTHENTICATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}
