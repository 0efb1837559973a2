/*
 * Deleting the account.
 */
#include "handlers.h"

#include "account/administration/account_deletion.h"
#include "account/passwords/password_check.h"
#include "pages/page_form.h"
#include "pages/session.h"

static const struct control DELETION[] = {
	{.name = "sure",
		.kind = CONTROL_CHECKBOX,
		.label = N_("Delete my account and all of its data. This cannot be undone."),
		.required = true},
	YOUR_PASSWORD_CONTROL("password"),
	{0},
};

static struct page_form deletion_form(void)
{
	return (struct page_form){.controls = DELETION,
		.action = "/delete",
		.submit = N_("Delete the account"),
		.dangerous = true};
}

static enum handled show_form(struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("Delete the account"));
	page_paragraph(page, N_("The profile, the picture, workouts, data exports, tokens and "
				"applications are deleted too."));
	page_link(page, "/export", N_("Get a copy of your data first"));
	page_form_show(page, form);
	return page_end(page, status);
}

/* GET /delete */
enum handled show_deletion(struct page *page)
{
	const struct page_form form = deletion_form();

	return show_form(page, &form, 200);
}

static enum handled delete_now(struct page *page, struct page_form *form)
{
	const struct account_context account = page_account(page);
	struct account_deletion deletion = {
		.user_id = page_user(page)->id, .keeps_administrator = true};

	switch (account_delete(&account, &deletion)) {
	case ACCOUNT_DELETION_DONE:
	case ACCOUNT_DELETION_USER_GONE:
		page->principal = NULL;
		page->session = "";
		if (page_redirect(page, "/login", PAGE_ACCOUNT_DELETED) != HANDLED ||
			!session_forget(page))
			return HANDLER_FAILED;
		return HANDLED;
	case ACCOUNT_DELETION_LAST_ADMINISTRATOR:
		form->error = N_("You are the last administrator: first make another user an "
				 "administrator.");
		return show_form(page, form, 403);
	case ACCOUNT_DELETION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* POST /delete */
enum handled delete_account(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = deletion_form();
	struct password_checked checked = {0};

	if (!page_form_read(&form, page))
		return show_form(page, &form, 400);
	switch (password_check(
		&account, page_user(page), page_form_value(&form, "password"), &checked)) {
	case PASSWORD_CHECK_CORRECT:
		return delete_now(page, &form);
	case PASSWORD_CHECK_WRONG:
		page_form_refuse(&form, "password", N_("This is not your password."));
		return show_form(page, &form, 401);
	case PASSWORD_CHECK_LIMITED:
		return page_too_many(page, checked.wait);
	case PASSWORD_CHECK_FAILED:
		break;
	}
	return HANDLER_FAILED;
}
