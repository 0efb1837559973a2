/*
 * The link that makes the first administrator.
 */
#include "handlers.h"

#include "account/administration/invitation.h"
#include "account/validation.h"
#include "core/log.h"
#include "pages/page_form.h"

#include <inttypes.h>

static const struct control INVITATION[] = {
	{.name = "token", .kind = CONTROL_HIDDEN},
	{.name = "username",
		.label = N_("User name"),
		.hint = N_("3 to 30 letters, digits and underscores. Others can see it."),
		.autocomplete = "nickname",
		.max = VALIDATION_USERNAME_MAX,
		.required = true},
	{.name = "email",
		.kind = CONTROL_EMAIL,
		.label = N_("E-mail address"),
		.autocomplete = "email",
		.required = true},
	{.name = "password",
		.kind = CONTROL_PASSWORD,
		.label = N_("Password"),
		.hint = N_("At least 8 characters."),
		.autocomplete = "new-password",
		.required = true},
	{0},
};

static struct page_form invitation_form(void)
{
	return (struct page_form){.controls = INVITATION,
		.action = "/admin/invitation",
		.submit = N_("Create the administrator")};
}

static enum handled show_form(struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("First administrator"));
	page_paragraph(page, N_("This account administers the site. The link works once."));
	page_form_show(page, form);
	return page_end(page, status);
}

static enum handled refuse_link(struct page *page)
{
	return page_sentence(page, 403, N_("The link is not valid"),
		N_("It has been used, is older than a day, or there is an administrator already."));
}

/* GET /admin/invitation?token= */
enum handled show_invitation(struct page *page)
{
	struct page_form form = invitation_form();

	page_form_set(&form, "token", page_query(page, "token"));
	switch (invitation_check(page->service->db, page_query(page, "token"))) {
	case INVITATION_VALID:
		return show_form(page, &form, 200);
	case INVITATION_INVALID:
	case INVITATION_NEEDLESS:
		return refuse_link(page);
	case INVITATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

static bool read_form(struct page *page, struct page_form *form)
{
	(void)page_form_read(form, page);
	page_form_check_registration(form);
	return !page_form_has_errors(form);
}

/* POST /admin/invitation */
enum handled accept_invitation(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = invitation_form();
	struct registration_form input = {.language = page->language->code};
	int64_t user_id;

	if (!read_form(page, &form))
		return show_form(page, &form, 400);
	input.username = page_form_value(&form, "username");
	input.email = page_form_value(&form, "email");
	input.password = page_form_value(&form, "password");
	switch (invitation_accept(&account, page_form_value(&form, "token"), &input, &user_id)) {
	case REGISTRATION_DONE:
		log_info("the invitation has made user %" PRId64 " (%s) an administrator", user_id,
			input.username);
		return page_redirect(page, "/login", PAGE_ADMINISTRATOR_MADE);
	case REGISTRATION_USERNAME_TAKEN:
		page_form_refuse(&form, "username", N_("This user name is taken."));
		return show_form(page, &form, 400);
	case REGISTRATION_EMAIL_TAKEN:
		page_form_refuse(&form, "email", N_("Another account has this address."));
		return show_form(page, &form, 400);
	case REGISTRATION_CLOSED:
		return refuse_link(page);
	case REGISTRATION_LIMITED:
	case REGISTRATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}
