/*
 * The links of e-mails. A GET changes nothing, because programs that scan e-mails open links; a button sends the POST
 * that does what the link is for.
 */
#include "handlers.h"

#include "account/account_change.h"
#include "account/passwords/password_reset.h"
#include "account/registration/confirmation.h"
#include "account/validation.h"
#include "pages/page_form.h"
#include "pages/session.h"

#include <string.h>

/* base64url, and the dots of a JSON Web Token */
#define TOKEN_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

/* ---- the paths of the links -------------------------------------------------------------------- */

/* The links in e-mails have the paths of FitTrackee's web client, which are outside the path of the session's cookie. */
static enum handled go_to(struct page *page, const char *path)
{
	const char *token = page_query(page, "token");
	const char *target = path;

	if (*token != '\0' && token[strspn(token, TOKEN_CHARACTERS)] == '\0')
		target = arena_printf(page->arena, "%s?token=%s", path, token);
	return target == NULL ? HANDLER_FAILED : page_redirect(page, target, PAGE_NO_MESSAGE);
}

/* GET /account */
enum handled go_to_overview(struct page *page)
{
	return go_to(page, "/");
}

/* GET /account-confirmation?token= */
enum handled go_to_confirm(struct page *page)
{
	return go_to(page, "/confirm");
}

/* GET /password-reset?token= */
enum handled go_to_reset(struct page *page)
{
	return go_to(page, "/new-password");
}

/* GET /email-update?token= */
enum handled go_to_email_link(struct page *page)
{
	return go_to(page, "/email");
}

/* GET /profile/edit/account: the link in the e-mail that an archive is ready */
enum handled go_to_export(struct page *page)
{
	return go_to(page, "/export");
}

/* The token of a link; a form without other controls. */
static const struct control LINK[] = {
	{.name = "token", .kind = CONTROL_HIDDEN},
	{0},
};

static enum handled show_link(struct page *page, const char *title, const char *text,
	const char *action, const char *submit)
{
	struct page_form form = {.controls = LINK, .action = action, .submit = submit};

	page_form_set(&form, "token", page_query(page, "token"));
	page_begin(page, title);
	page_paragraph(page, text);
	page_form_show(page, &form);
	return page_end(page, 200);
}

static enum handled refuse_link(struct page *page, const char *path, const char *text)
{
	page_begin(page, N_("The link is not valid"));
	page_paragraph(page,
		N_("It has been used already, has expired, or a later link has replaced it."));
	page_link(page, path, text);
	return page_end(page, 400);
}

/* ---- confirmation of an account ---------------------------------------------------------------- */

/* GET /confirm?token= */
enum handled show_confirm(struct page *page)
{
	return show_link(page, N_("Activate your account"),
		N_("With this button you confirm your e-mail address and log in."), "/confirm",
		N_("Activate the account"));
}

/* POST /confirm */
enum handled confirm_account(struct page *page)
{
	const struct account_context account = page_account(page);
	const char *token;

	switch (account_confirm(&account, page_input(page, "token"), &token)) {
	case CONFIRMATION_DONE:
		if (page_redirect(page, "/", PAGE_ACCOUNT_CONFIRMED) != HANDLED ||
			!session_begin(page, token, false))
			return HANDLER_FAILED;
		return HANDLED;
	case CONFIRMATION_TOKEN_INVALID:
		return refuse_link(page, "/resend", N_("Ask for another link"));
	case CONFIRMATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- change of the e-mail address -------------------------------------------------------------- */

/* GET /email?token= */
enum handled show_email_link(struct page *page)
{
	return show_link(page, N_("Confirm your new e-mail address"),
		N_("With this button the new address becomes the address of your account."),
		"/email", N_("Confirm the address"));
}

/* POST /email */
enum handled confirm_email(struct page *page)
{
	const struct account_context account = page_account(page);

	switch (account_confirm_email(&account, page_input(page, "token"))) {
	case EMAIL_CONFIRMATION_DONE:
		return page_redirect(page, page->principal == NULL ? "/login" : "/credentials",
			PAGE_EMAIL_CHANGED);
	case EMAIL_CONFIRMATION_TOKEN_INVALID:
	case EMAIL_CONFIRMATION_TAKEN:
		return refuse_link(page, "/credentials", N_("Change the address again"));
	case EMAIL_CONFIRMATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- password reset ---------------------------------------------------------------------------- */

static const struct control NEW_PASSWORD[] = {
	{.name = "token", .kind = CONTROL_HIDDEN},
	NEW_PASSWORD_CONTROL("password", N_("New password")),
	{0},
};

static struct page_form new_password_form(void)
{
	return (struct page_form){.controls = NEW_PASSWORD,
		.action = "/new-password",
		.submit = N_("Set the password")};
}

static enum handled show_new_password_form(
	struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("Set a new password"));
	page_paragraph(page, N_("All other sessions of the account end."));
	page_form_show(page, form);
	return page_end(page, status);
}

/* GET /new-password?token= */
enum handled show_reset(struct page *page)
{
	struct page_form form = new_password_form();

	page_form_set(&form, "token", page_query(page, "token"));
	return show_new_password_form(page, &form, 200);
}

/* POST /new-password */
enum handled reset_password(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = new_password_form();
	unsigned violations;

	if (page_form_read(&form, page) &&
		!validation_password_fits(page_form_value(&form, "password")))
		page_form_refuse(&form, "password", N_("This is too long."));
	if (page_form_has_errors(&form))
		return show_new_password_form(page, &form, 400);
	switch (account_reset_password(&account, page_form_value(&form, "token"),
		page_form_value(&form, "password"), &violations)) {
	case RESET_DONE:
		return page_redirect(page, "/login", PAGE_PASSWORD_CHANGED);
	case RESET_TOKEN_INVALID:
		return refuse_link(page, "/reset", N_("Ask for another link"));
	case RESET_PASSWORD_INVALID:
		page_form_refuse(
			&form, "password", N_("The password has to have at least 8 characters."));
		return show_new_password_form(page, &form, 400);
	case RESET_FAILED:
		break;
	}
	return HANDLER_FAILED;
}
