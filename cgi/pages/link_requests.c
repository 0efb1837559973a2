/*
 * Asking for the e-mail with a link: to confirm the address, or to set a new password.
 */
#include "handlers.h"

#include "account/passwords/password_reset.h"
#include "pages/page_form.h"

/* What the two pages differ in. `sent` says what happens if the address is one that gets an e-mail. */
struct link_request {
	const char *action, *title, *explanation, *sent;
	enum link_request_result (*request)(
		const struct account_context *context, const char *email, int64_t *wait);
};

static const struct link_request CONFIRMATION = {
	.action = "/resend",
	.title = N_("Another confirmation link"),
	.explanation = N_("The new link replaces the links of earlier e-mails."),
	.sent = N_(
		"If the address waits for its confirmation, an e-mail with a link is on its way."),
	.request = account_resend_confirmation,
};

static const struct link_request RESET = {
	.action = "/reset",
	.title = N_("Forgotten password"),
	.explanation = N_("We send you an e-mail with a link to set a new password."),
	.sent = N_("If the address has an account, an e-mail with a link is on its way."),
	.request = account_request_reset,
};

static const struct control CONTROLS[] = {
	EMAIL_ADDRESS_CONTROL,
	{0},
};

static struct page_form form_of(const struct link_request *link)
{
	return (struct page_form){
		.controls = CONTROLS, .action = link->action, .submit = N_("Send a link")};
}

static enum handled show_form(struct page *page, const struct link_request *link,
	const struct page_form *form, int status)
{
	page_begin(page, link->title);
	page_paragraph(page, link->explanation);
	page_form_show(page, form);
	return page_end(page, status);
}

static enum handled show(struct page *page, const struct link_request *link)
{
	const struct page_form form = form_of(link);

	return show_form(page, link, &form, 200);
}

static enum handled request_link(struct page *page, const struct link_request *link)
{
	const struct account_context account = page_account(page);
	struct page_form form = form_of(link);
	int64_t wait;

	if (!page_form_read(&form, page))
		return show_form(page, link, &form, 400);
	switch (link->request(&account, page_form_value(&form, "email"), &wait)) {
	case LINK_REQUESTED:
		return page_sentence(page, 200, N_("Please look into your mailbox"), link->sent);
	case LINK_REQUEST_LIMITED:
		return page_too_many(page, wait);
	case LINK_REQUEST_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* GET /resend */
enum handled show_resend(struct page *page)
{
	return show(page, &CONFIRMATION);
}

/* POST /resend */
enum handled resend_confirmation(struct page *page)
{
	return request_link(page, &CONFIRMATION);
}

/* GET /reset */
enum handled show_reset_request(struct page *page)
{
	return show(page, &RESET);
}

/* POST /reset */
enum handled request_reset(struct page *page)
{
	return request_link(page, &RESET);
}
