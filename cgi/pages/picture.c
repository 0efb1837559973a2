/*
 * The picture of the account.
 */
#include "handlers.h"

#include "files/picture_upload.h"
#include "files/user_picture.h"
#include "pages/page_form.h"
#include "pages/session.h"

static const struct control PICTURE[] = {
	{.name = "file",
		.kind = CONTROL_FILE,
		.label = N_("New picture"),
		.hint = N_("A JPEG, PNG or GIF file. Where and with what it was made is removed.")},
	{0},
};

static struct page_form picture_form(void)
{
	return (struct page_form){
		.controls = PICTURE, .action = "/picture", .submit = N_("Upload")};
}

static enum handled show_form(struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("Picture"));
	if (page_user(page)->picture != NULL) {
		page_picture(page);
		page_form_show_button(page, "/picture/remove", N_("Remove the picture"));
	}
	page_form_show(page, form);
	return page_end(page, status);
}

/* GET /picture */
enum handled show_picture_form(struct page *page)
{
	const struct page_form form = picture_form();

	return show_form(page, &form, 200);
}

static enum picture_upload_result accept_our_form(void *context, const struct form *fields)
{
	struct page *page = context;

	page->input = *fields;
	switch (session_check_form(page)) {
	case FORM_IS_OURS:
		return PICTURE_UPLOAD_DONE;
	case FORM_IS_FOREIGN:
		return PICTURE_UPLOAD_REFUSED;
	case FORM_CHECK_FAILED:
		break;
	}
	return PICTURE_UPLOAD_FAILED;
}

/* What is wrong with the file (N_()). */
static const char *problem_of(enum picture_upload_result result)
{
	switch (result) {
	case PICTURE_UPLOAD_EXTENSION:
		return N_("The name of the file has to end in .jpg, .jpeg, .png or .gif.");
	case PICTURE_UPLOAD_TOO_LARGE:
		return N_("The file is too large.");
	case PICTURE_UPLOAD_TOO_MANY_PIXELS:
		return N_("The picture has more than 40 megapixels.");
	case PICTURE_UPLOAD_INVALID:
		return N_("This is not a picture that browsers can show.");
	default:
		return N_("Please choose a file.");
	}
}

/* POST /picture */
enum handled upload_picture(struct page *page)
{
	struct page_form form = picture_form();
	const struct account_context account = page_account(page);
	struct picture_upload upload = {
		.account = &account,
		.request = page->http,
		.user_id = page_user(page)->id,
		.accept = accept_our_form,
		.context = page,
	};
	enum picture_upload_result result = picture_upload_receive(&upload);

	switch (result) {
	case PICTURE_UPLOAD_DONE:
		return page_redirect(page, "/picture", PAGE_PICTURE_CHANGED);
	case PICTURE_UPLOAD_REFUSED:
		return page_refuse_form(page);
	case PICTURE_UPLOAD_FAILED:
		return HANDLER_FAILED;
	default:
		page_form_refuse(&form, "file", problem_of(result));
		return show_form(page, &form, 400);
	}
}

/* POST /picture/remove */
enum handled remove_picture(struct page *page)
{
	const struct account_context account = page_account(page);
	const struct user *user = page_user(page);

	if (user->picture != NULL && user_picture_remove(&account, user->id) != FILE_REPLACED)
		return HANDLER_FAILED;
	return page_redirect(page, "/picture", PAGE_PICTURE_REMOVED);
}
