/*
 * The link that makes the first administrator.
 */
#include "handlers.h"

#include "account/administration/invitation.h"
#include "core/log.h"
#include "pages/page_form.h"

#include <inttypes.h>

static const struct control INVITATION[] = {
	{.name = "token", .kind = CONTROL_HIDDEN},
	NEW_USERNAME_CONTROL,
	EMAIL_ADDRESS_CONTROL,
	NEW_PASSWORD_CONTROL("password", N_("Password")),
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

/* POST /admin/invitation */
enum handled accept_invitation(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = invitation_form();
	struct registration_form input = {.language = page->language->code};
	int64_t user_id;

	if (!page_form_read_registration(&form, page, &input))
		return show_form(page, &form, 400);
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
