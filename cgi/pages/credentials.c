/*
 * E-mail address and password, which are changed with the present password.
 */
#include "handlers.h"

#include "account/account_change.h"
#include "account/validation.h"
#include "core/text.h"
#include "pages/page_form.h"

#include <string.h>

static const struct control EMAIL[] = {
	{.name = "email",
		.kind = CONTROL_EMAIL,
		.label = N_("New e-mail address"),
		.hint = N_("The present address cancels a change that is not confirmed yet."),
		.autocomplete = "email",
		.required = true},
	YOUR_PASSWORD_CONTROL("email_password"),
	{0},
};

static const struct control PASSWORD[] = {
	NEW_PASSWORD_CONTROL("new_password", N_("New password")),
	{.name = "password",
		.kind = CONTROL_PASSWORD,
		.label = N_("Your present password"),
		.autocomplete = "current-password",
		.required = true},
	{0},
};

struct credentials_forms {
	struct page_form email, password;
};

static struct credentials_forms forms_for(const struct page *page)
{
	struct credentials_forms forms = {
		.email = {.controls = EMAIL,
			.action = "/credentials/email",
			.submit = N_("Change the address")},
		.password = {.controls = PASSWORD,
			.action = "/credentials/password",
			.submit = N_("Change the password")},
	};

	page_form_set(&forms.email, "email", page_user(page)->email);
	return forms;
}

static enum handled show_forms(struct page *page, const struct credentials_forms *forms, int status)
{
	const struct user *user = page_user(page);

	page_begin(page, N_("E-mail and password"));
	page_heading(page, N_("E-mail address"));
	page_paragraph_with(page, N_("Your address is %s."), user->email);
	if (user->email_to_confirm != NULL && *user->email_to_confirm != '\0')
		page_paragraph_with(page,
			N_("The change to %s waits for the link that has been mailed there."),
			user->email_to_confirm);
	page_form_show(page, &forms->email);
	page_heading(page, N_("Password"));
	page_paragraph(page, N_("A new password ends all other sessions."));
	page_form_show(page, &forms->password);
	return page_end(page, status);
}

/* GET /credentials */
enum handled show_credentials(struct page *page)
{
	const struct credentials_forms forms = forms_for(page);

	return show_forms(page, &forms, 200);
}

/* Say what is wrong with the form; its controls have these names. */
static void show_violations(struct page_form *form, unsigned violations)
{
	if (violations & VIOLATION_EMAIL)
		page_form_refuse(form, "email",
			N_("This is not a valid e-mail address, or it is not available."));
	if (violations & VIOLATION_PASSWORD)
		page_form_refuse(form, "new_password",
			N_("The password has to have at least 8 characters."));
}

/* `form`: the one of `forms` that was sent. */
static enum handled refuse_change(struct page *page, const struct credentials_forms *forms,
	struct page_form *form, enum account_change_result result,
	const struct account_change_outcome *outcome)
{
	switch (result) {
	case ACCOUNT_CHANGE_PASSWORD_WRONG:
		page_form_refuse(form, form == &forms->email ? "email_password" : "password",
			N_("This is not your password."));
		return show_forms(page, forms, 401);
	case ACCOUNT_CHANGE_INVALID:
		show_violations(form, outcome->violations);
		return show_forms(page, forms, 400);
	case ACCOUNT_CHANGE_LIMITED:
		return page_too_many(page, outcome->wait);
	case ACCOUNT_CHANGE_DONE:
	case ACCOUNT_CHANGE_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* POST /credentials/email */
enum handled change_email(struct page *page)
{
	const struct account_context account = page_account(page);
	struct credentials_forms forms = forms_for(page);
	struct account_change_outcome outcome = {0};
	struct account_change_form input = {0};
	enum account_change_result result;

	if (!page_form_read(&forms.email, page))
		return show_forms(page, &forms, 400);
	input.email = page_form_value(&forms.email, "email");
	input.password = page_form_value(&forms.email, "email_password");
	result = account_change(&account, page->principal, &input, &outcome);
	if (result != ACCOUNT_CHANGE_DONE)
		return refuse_change(page, &forms, &forms.email, result, &outcome);
	return page_redirect(page, "/credentials",
		outcome.email_to_confirm != NULL && *outcome.email_to_confirm != '\0'
			? PAGE_EMAIL_PENDING
			: PAGE_SAVED);
}

/* POST /credentials/password */
enum handled change_password(struct page *page)
{
	const struct account_context account = page_account(page);
	struct credentials_forms forms = forms_for(page);
	struct account_change_outcome outcome = {0};
	struct account_change_form input = {.email = page_user(page)->email};
	enum account_change_result result;

	(void)page_form_read(&forms.password, page);
	input.password = page_form_value(&forms.password, "password");
	input.new_password = page_form_value(&forms.password, "new_password");
	if (!validation_password_fits(input.new_password))
		page_form_refuse(&forms.password, "new_password", N_("This is too long."));
	if (page_form_has_errors(&forms.password))
		return show_forms(page, &forms, 400);
	result = account_change(&account, page->principal, &input, &outcome);
	if (result != ACCOUNT_CHANGE_DONE)
		return refuse_change(page, &forms, &forms.password, result, &outcome);
	return page_redirect(page, "/credentials", PAGE_PASSWORD_CHANGED);
}
