/*
 * What has access to the account: sessions and personal tokens.
 */
#include "handlers.h"

#include "account/tokens/personal_token_list.h"
#include "account/tokens/session_list.h"
#include "core/text.h"
#include "pages/device_label.h"
#include "pages/local_time.h"
#include "pages/page_form.h"
#include "pages/scope_labels.h"

#include <inttypes.h>
#include <string.h>

/* The id in the path; 0 is never one of a row. */
static int64_t id_of(const struct page *page)
{
	int64_t id;

	return text_integer(page->http->parameters[0], 0, INT64_MAX, &id) ? id : -1;
}

/* ---- sessions ---------------------------------------------------------------------------------- */

static void show_session(struct page *page, const struct session *session)
{
	page_heading(page, session->current   ? N_("This session")
			   : session->id == 0 ? N_("Logins before sessions were recorded")
					      : N_("Session"));
	if (session->id != 0) {
		page_list_begin(page);
		page_list_row(
			page, N_("Device"), device_label(page, session->browser, session->system));
		page_list_row(page, N_("Network"), session->network);
		page_list_row(page, N_("Begun"), local_time(page, session->created_at));
		page_list_row(page, N_("Last seen, to the hour"),
			local_time(page, session->last_seen_at));
		page_list_end(page);
	}
	if (!session->current && session->id != 0)
		page_form_show_button(page,
			arena_printf(page->arena, "/sessions/%" PRId64 "/end", session->id),
			N_("End this session"));
}

/* GET /sessions */
enum handled show_sessions(struct page *page)
{
	const struct account_context account = page_account(page);
	struct session_list *list = arena_alloc(page->arena, sizeof(*list));

	if (list == NULL || account_list_sessions(&account, page->principal, list) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("Sessions"));
	page_paragraph(page, N_("Each login is a session. End those that you do not know, and "
				"change your password."));
	for (int i = 0; i < list->count; i++)
		show_session(page, &list->sessions[i]);
	if (list->count > 1)
		page_form_show_button(page, "/sessions/end-others", N_("End all other sessions"));
	return page_end(page, 200);
}

static enum handled report_end(struct page *page, enum session_end_result result)
{
	switch (result) {
	case SESSION_END_DONE:
		return page_redirect(page, "/sessions", PAGE_SESSION_ENDED);
	case SESSION_END_UNKNOWN:
		return page_sentence(
			page, 404, N_("Page not found"), N_("The session has ended already."));
	case SESSION_END_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* POST /sessions/<id>/end */
enum handled end_session(struct page *page)
{
	const struct account_context account = page_account(page);

	return report_end(page, account_end_session(&account, page->principal, id_of(page)));
}

/* POST /sessions/end-others */
enum handled end_other_sessions(struct page *page)
{
	const struct account_context account = page_account(page);

	return report_end(page, account_end_other_sessions(&account, page->principal));
}

/* ---- personal tokens --------------------------------------------------------------------------- */

static const struct choice LIFETIMES[] = {
	{"7", N_("A week")},
	{"30", N_("30 days")},
	{"90", N_("90 days")},
	{"365", N_("A year")},
	{"0", N_("Until it is revoked")},
	{0},
};

static const struct control TOKEN[] = {
	{.name = "name",
		.label = N_("Name"),
		.hint = N_("What the token is for."),
		.max = PERSONAL_TOKEN_NAME_MAX,
		.required = true},
	{.name = "scopes", .kind = CONTROL_CHECKBOXES, .choices = SCOPE_CHOICES},
	{.name = "personal", .kind = CONTROL_CHECKBOXES, .choices = PERSONAL_SCOPE_CHOICES},
	{.name = "days",
		.kind = CONTROL_CHOICE,
		.label = N_("Valid for"),
		.choices = LIFETIMES,
		.required = true},
	YOUR_PASSWORD_CONTROL("password"),
	{0},
};

static struct page_form token_form(void)
{
	return (struct page_form){
		.controls = TOKEN, .action = "/tokens", .submit = N_("Create the token")};
}

static void show_token(struct page *page, const struct listed_token *token)
{
	page_subheading_named(page, token->name);
	page_list_begin(page);
	page_list_row(page, N_("Scopes"), token->scope);
	page_list_row(page, N_("Created"), local_time(page, token->created_at));
	page_list_row(page, N_("Valid until"),
		token->expires_at == INSTANT_NONE ? page_tr(page, N_("Until it is revoked"))
						  : local_time(page, token->expires_at));
	page_list_row(page, N_("Last used, to the hour"), local_time(page, token->last_used_at));
	page_list_end(page);
	page_form_show_button(page,
		arena_printf(page->arena, "/tokens/%" PRId64 "/revoke", token->id),
		N_("Revoke this token"));
}

static enum handled show_list(struct page *page, const struct page_form *form, int status)
{
	const struct account_context account = page_account(page);
	struct token_list *list = arena_alloc(page->arena, sizeof(*list));

	if (list == NULL || account_list_tokens(&account, page->principal, list) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("Tokens"));
	page_paragraph(page, N_("A token gives a script or a program access to your account, "
				"without your password."));
	page_heading(page, N_("New token"));
	page_form_show(page, form);
	if (list->count > 0)
		page_heading(page, N_("Your tokens"));
	for (int i = 0; i < list->count; i++)
		show_token(page, &list->tokens[i]);
	return page_end(page, status);
}

/* GET /tokens */
enum handled show_tokens(struct page *page)
{
	struct page_form form = token_form();

	page_form_set(&form, "days", "30");
	return show_list(page, &form, 200);
}

static enum handled show_new_token(struct page *page, const struct token_outcome *outcome)
{
	page_begin(page, N_("Your new token"));
	page_paragraph(page, N_("Copy it now: it is not shown again."));
	page_code(page, outcome->secret.text);
	page_link(page, "/tokens", N_("All tokens"));
	return page_end(page, 200);
}

static enum handled refuse_token(struct page *page, struct page_form *form,
	enum token_create_result result, const struct token_outcome *outcome)
{
	switch (result) {
	case TOKEN_CREATE_NAME_INVALID:
		page_form_refuse(form, "name", N_("Please fill in this field."));
		return show_list(page, form, 400);
	case TOKEN_CREATE_SCOPE_INVALID:
		form->error = N_("Please tick what the token may do.");
		return show_list(page, form, 400);
	case TOKEN_CREATE_DAYS_INVALID:
		page_form_refuse(form, "days", N_("Please choose one of the values."));
		return show_list(page, form, 400);
	case TOKEN_CREATE_PASSWORD_WRONG:
		page_form_refuse(form, "password", N_("This is not your password."));
		return show_list(page, form, 401);
	case TOKEN_CREATE_TOO_MANY:
		form->error = N_("You have too many tokens. Please revoke one first.");
		return show_list(page, form, 400);
	case TOKEN_CREATE_LIMITED:
		return page_too_many(page, outcome->wait);
	case TOKEN_CREATE_DONE:
	case TOKEN_CREATE_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* POST /tokens */
enum handled create_token(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = token_form();
	struct token_outcome *outcome = arena_zero(page->arena, sizeof(*outcome));
	struct token_form input = {0};
	enum token_create_result result;

	if (outcome == NULL)
		return HANDLER_FAILED;
	if (!page_form_read(&form, page))
		return show_list(page, &form, 400);
	input.name = page_form_value(&form, "name");
	input.scope = arena_printf(page->arena, "%s %s", page_form_value(&form, "scopes"),
		page_form_value(&form, "personal"));
	input.password = page_form_value(&form, "password");
	if (input.scope == NULL || !text_integer(page_form_value(&form, "days"), 0,
					   PERSONAL_TOKEN_DAYS_MAX, &input.days))
		return HANDLER_FAILED;
	result = account_create_token(&account, page->principal, &input, outcome);
	return result == TOKEN_CREATE_DONE ? show_new_token(page, outcome)
					   : refuse_token(page, &form, result, outcome);
}

/* POST /tokens/<id>/revoke */
enum handled revoke_token(struct page *page)
{
	const struct account_context account = page_account(page);

	switch (account_revoke_token(&account, page->principal, id_of(page))) {
	case TOKEN_REVOKE_DONE:
		return page_redirect(page, "/tokens", PAGE_TOKEN_REVOKED);
	case TOKEN_REVOKE_UNKNOWN:
		return page_sentence(page, 404, N_("Page not found"),
			N_("The token is revoked or has expired already."));
	case TOKEN_REVOKE_FAILED:
		break;
	}
	return HANDLER_FAILED;
}
