/*
 * The user's applications of OAuth 2.0.
 */
#include "handlers.h"

#include "account/oauth/app.h"
#include "account/oauth/connection.h"
#include "core/text.h"
#include "pages/local_time.h"
#include "pages/page_form.h"
#include "pages/scope_labels.h"

#include <inttypes.h>
#include <string.h>

/* ---- the list ---------------------------------------------------------------------------------- */

static void show_name(struct page *page, const struct oauth_app *app)
{
	page_heading_named(page, app->name == NULL ? app->client_id : app->name);
}

static void show_app(struct page *page, const struct oauth_app *app)
{
	show_name(page, app);
	page_list_begin(page);
	page_list_row(page, N_("Description"), app->description);
	page_list_row(page, N_("Website"), app->website);
	page_list_row(page, N_("Client id"), app->client_id);
	page_list_row(page, N_("Created"), local_time(page, app->issued_at));
	page_list_end(page);
	page_paragraph(page, N_("It may ask for this access:"));
	scope_labels_show(page, app->scope == NULL ? "" : app->scope);
	page_form_show_button(page, arena_printf(page->arena, "/apps/%" PRId64 "/revoke", app->id),
		N_("End its access"));
	page_form_show_button(page, arena_printf(page->arena, "/apps/%" PRId64 "/delete", app->id),
		N_("Delete the application"));
}

/* An application of another user, which an import has brought with the access that it has. */
static void show_connection(struct page *page, const struct oauth_connection *connection)
{
	const struct oauth_app *app = &connection->app;

	show_name(page, app);
	page_list_begin(page);
	page_list_row(page, N_("Description"), app->description);
	page_list_row(page, N_("Website"), app->website);
	page_list_row(page, N_("Client id"), app->client_id);
	page_list_end(page);
	page_paragraph(page, N_("It may ask for this access:"));
	scope_labels_show(page, connection->scope);
	page_form_show_button(page,
		arena_printf(page->arena, "/apps/%s/disconnect", app->client_id),
		N_("End its access"));
}

/* Those of the user's own applications are in the list of these. false: the database failed. */
static bool show_connections(struct page *page, const struct account_context *account)
{
	struct oauth_connection *connections =
		arena_alloc(page->arena, sizeof(*connections) * OAUTH_CONNECTIONS_MAX);
	int count;

	if (connections == NULL ||
		oauth_connections_list(account, page_user(page)->id, connections, &count) != DB_OK)
		return false;
	for (int i = 0; i < count; i++)
		if (connections[i].app.user_id != page_user(page)->id)
			show_connection(page, &connections[i]);
	return true;
}

/* The page of the list, from 1. */
static int64_t page_number(const struct page *page)
{
	int64_t number;

	return text_integer(page_query(page, "page"), 1, INT32_MAX, &number) ? number : 1;
}

/* GET /apps?page= */
enum handled show_apps(struct page *page)
{
	const struct account_context account = page_account(page);
	struct oauth_app apps[OAUTH_APP_PAGE_SIZE];
	int64_t total, number = page_number(page);
	int count;

	if (oauth_app_count(&account, page_user(page)->id, &total) != DB_OK ||
		oauth_app_list(&account, page_user(page)->id, (number - 1) * OAUTH_APP_PAGE_SIZE,
			apps, &count) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("Applications"));
	page_paragraph(page, N_("An application gets access to your account when you agree, "
				"without your password."));
	page_link(page, "/apps/new", N_("Register an application"));
	for (int i = 0; i < count; i++)
		show_app(page, &apps[i]);
	if (number == 1 && !show_connections(page, &account))
		return HANDLER_FAILED;
	if (number > 1)
		page_link(page, arena_printf(page->arena, "/apps?page=%" PRId64, number - 1),
			N_("Newer applications"));
	if (number * OAUTH_APP_PAGE_SIZE < total)
		page_link(page, arena_printf(page->arena, "/apps?page=%" PRId64, number + 1),
			N_("Older applications"));
	return page_end(page, 200);
}

/* ---- a new application ------------------------------------------------------------------------- */

static const struct control APP[] = {
	{.name = "name", .label = N_("Name"), .max = OAUTH_APP_NAME_MAX, .required = true},
	{.name = "website",
		.label = N_("Website"),
		.hint = N_("An address with https:// or http://."),
		.max = 2000,
		.required = true},
	{.name = "description", .label = N_("Description"), .max = OAUTH_APP_DESCRIPTION_MAX},
	{.name = "redirect_uris",
		.kind = CONTROL_LONG_TEXT,
		.label = N_("Redirect URIs"),
		.hint = N_("Where the browser returns to, one a line."),
		.max = 20100,
		.required = true},
	{.name = "scopes", .kind = CONTROL_CHECKBOXES, .choices = SCOPE_CHOICES},
	{0},
};

static struct page_form app_form(void)
{
	return (struct page_form){
		.controls = APP, .action = "/apps/new", .submit = N_("Register the application")};
}

static enum handled show_form(struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("Register an application"));
	page_form_show(page, form);
	return page_end(page, status);
}

/* GET /apps/new */
enum handled show_app_form(struct page *page)
{
	const struct page_form form = app_form();

	return show_form(page, &form, 200);
}

/* The lines of a text, without empty ones and blanks; one more than an application can have makes it invalid. */
static int split_lines(char *text, const char *lines[OAUTH_APP_REDIRECT_URIS + 1])
{
	int count = 0;

	while (text != NULL && count <= OAUTH_APP_REDIRECT_URIS) {
		char *line = strsep(&text, "\n");

		text_trim(line);
		if (*line != '\0')
			lines[count++] = line;
	}
	return count;
}

static enum handled show_secret(struct page *page, const struct oauth_app *app)
{
	page_begin(page, N_("Your new application"));
	page_paragraph(page, N_("Copy the secret now: it is not shown again."));
	page_list_begin(page);
	page_list_row(page, N_("Client id"), app->client_id);
	page_list_row(page, N_("Client secret"), app->secret);
	page_list_end(page);
	page_link(page, "/apps", N_("All applications"));
	return page_end(page, 200);
}

static void refuse_values(struct page_form *form, unsigned invalid)
{
	if (invalid & OAUTH_APP_NAME_INVALID)
		page_form_refuse(form, "name", N_("Please fill in this field."));
	if (invalid & OAUTH_APP_WEBSITE_INVALID)
		page_form_refuse(form, "website", N_("This is not the address of a website."));
	if (invalid & OAUTH_APP_DESCRIPTION_INVALID)
		page_form_refuse(form, "description", N_("This is too long."));
	if (invalid & OAUTH_APP_REDIRECT_URIS_INVALID)
		page_form_refuse(form, "redirect_uris",
			N_("1 to 10 addresses: with https, with http on this device only, or with a "
			   "scheme of the application."));
}

/* POST /apps/new */
enum handled create_app(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = app_form();
	const char *uris[OAUTH_APP_REDIRECT_URIS + 1], *text;
	struct oauth_app_draft draft = {.redirect_uris = uris};
	struct oauth_app app;
	unsigned invalid = 0;

	if (!page_form_read(&form, page))
		return show_form(page, &form, 400);
	draft.name = page_form_value(&form, "name");
	draft.website = page_form_value(&form, "website");
	text = page_form_value(&form, "description");
	draft.description = *text == '\0' ? NULL : text;
	draft.scope = page_form_value(&form, "scopes");
	text = page_form_value(&form, "redirect_uris");
	text = arena_copy(page->arena, text, strlen(text));
	if (text == NULL)
		return HANDLER_FAILED;
	draft.redirect_uri_count = split_lines((char *)text, uris);
	switch (oauth_app_create(&account, page_user(page)->id, &draft, &app, &invalid)) {
	case OAUTH_APP_CREATED:
		return show_secret(page, &app);
	case OAUTH_APP_SCOPE_INVALID:
		form.error = N_("Please tick what the application may ask for.");
		return show_form(page, &form, 400);
	case OAUTH_APP_VALUES_INVALID:
		refuse_values(&form, invalid);
		return show_form(page, &form, 400);
	case OAUTH_APP_CREATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- ending ------------------------------------------------------------------------------------ */

static enum handled report(struct page *page, enum db_result result, enum page_message message)
{
	if (result == DB_NO_ROW)
		return page_sentence(
			page, 404, N_("Page not found"), N_("There is no such application."));
	return result == DB_OK ? page_redirect(page, "/apps", message) : HANDLER_FAILED;
}

static int64_t app_id(const struct page *page)
{
	int64_t id;

	return text_integer(page->http->parameters[0], 1, INT32_MAX, &id) ? id : 0;
}

/* POST /apps/<id>/revoke */
enum handled revoke_app(struct page *page)
{
	const struct account_context account = page_account(page);

	return report(page, oauth_app_revoke(&account, page_user(page)->id, app_id(page)),
		PAGE_APP_REVOKED);
}

/* POST /apps/<client_id>/disconnect */
enum handled disconnect_app(struct page *page)
{
	const struct account_context account = page_account(page);

	return report(page,
		oauth_connection_end(&account, page_user(page)->id, page->http->parameters[0]),
		PAGE_APP_REVOKED);
}

/* POST /apps/<id>/delete */
enum handled delete_app(struct page *page)
{
	const struct account_context account = page_account(page);

	return report(page, oauth_app_delete(&account, page_user(page)->id, app_id(page)),
		PAGE_APP_DELETED);
}
