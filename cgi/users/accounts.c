/*
 * Accounts, as an administrator looks through them.
 */
#include "handlers.h"

#include "account/administration/user_search.h"
#include "core/text.h"
#include "core/url.h"
#include "pages/local_time.h"
#include "pages/page_form.h"
#include "pages/page_table.h"

#include <inttypes.h>
#include <string.h>

static const char *state_of(const struct found_user *user)
{
	if (user->suspended)
		return N_("suspended");
	return user->confirmed ? N_("active") : N_("not confirmed");
}

/* ---- the list ---------------------------------------------------------------------------------- */

static void show_row(struct page *page, const struct found_user *user)
{
	const char *state = page_tr(page, state_of(user));

	if (user->admin)
		state = arena_printf(
			page->arena, "%s, %s", state, page_tr(page, N_("administrator")));
	page_row_begin(page);
	page_link_cell(
		page, arena_printf(page->arena, "/admin/users/%" PRId64, user->id), user->username);
	page_cell(page, user->email);
	page_cell(page, state);
	page_row_end(page);
}

static void show_next(struct page *page, const struct user_search *search, const char *last)
{
	const char *text = url_encode(page->arena, search->text);
	const char *after = url_encode(page->arena, last);

	if (text != NULL && after != NULL)
		page_link(page,
			arena_printf(page->arena, "/admin/users?q=%s&after=%s", text, after),
			N_("Next page"));
}

/* GET /admin/users?q=&after= */
enum handled show_accounts(struct page *page)
{
	static const char *const HEADINGS[] = {
		N_("User name"), N_("E-mail address"), N_("State"), NULL};
	const struct user_search search = {
		.text = page_query(page, "q"), .after = page_query(page, "after")};
	struct user_search_page *found = arena_alloc(page->arena, sizeof(*found));

	if (found == NULL ||
		user_search_read(page->service->db, page->arena, &search, found) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("Accounts"));
	page_form_show_search(
		page, "/admin/users", N_("Start of the user name, or e-mail address"), search.text);
	if (found->count == 0)
		page_paragraph(page, N_("No account matches."));
	page_table_begin(page, HEADINGS);
	for (int i = 0; i < found->count; i++)
		show_row(page, &found->users[i]);
	page_table_end(page);
	if (found->has_more)
		show_next(page, &search, found->users[found->count - 1].username);
	return page_end(page, 200);
}

/* ---- one account ------------------------------------------------------------------------------- */

static void show_act_link(struct page *page, int64_t id, const char *act, const char *text)
{
	page_link(page, arena_printf(page->arena, "/admin/users/%" PRId64 "/%s", id, act), text);
}

static void show_acts(struct page *page, const struct found_user *user)
{
	if (!user->confirmed) {
		show_act_link(page, user->id, "activate", N_("Activate the account"));
		show_act_link(page, user->id, "resend", N_("Send another confirmation link"));
	}
	if (user->suspended)
		show_act_link(page, user->id, "resume", N_("End the suspension"));
	else
		show_act_link(page, user->id, "suspend", N_("Suspend the account"));
	show_act_link(page, user->id, "email", N_("Change the e-mail address"));
	show_act_link(page, user->id, "reset-password", N_("Reset the password"));
	if (user->admin)
		show_act_link(page, user->id, "demote", N_("Take the administrator's rights away"));
	else
		show_act_link(page, user->id, "promote", N_("Make the user an administrator"));
	show_act_link(page, user->id, "delete", N_("Delete the account"));
}

/* GET /admin/users/<id> */
enum handled show_account(struct page *page)
{
	struct found_user user;
	int64_t id;

	if (!text_integer(page->http->parameters[0], 1, INT32_MAX, &id))
		id = 0;
	switch (user_search_find(page->service->db, page->arena, id, &user)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return page_sentence(
			page, 404, N_("Page not found"), N_("There is no such account."));
	default:
		return HANDLER_FAILED;
	}
	page_begin(page, N_("Account"));
	page_list_begin(page);
	page_list_row(page, N_("User name"), user.username);
	page_list_row(page, N_("E-mail address"), user.email);
	page_list_row(page, N_("New e-mail address, not yet confirmed"), user.email_to_confirm);
	page_list_row(page, N_("Registered"), local_time(page, user.created_at));
	page_list_row(page, N_("State"), page_tr(page, state_of(&user)));
	page_list_row(page, N_("Administrator"), page_tr(page, user.admin ? N_("yes") : N_("no")));
	page_list_end(page);
	page_heading(page, N_("Change"));
	show_acts(page, &user);
	page_link(page, "/admin/users", N_("All accounts"));
	return page_end(page, 200);
}
