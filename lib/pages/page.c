/*
 * See page.h.
 */
#include "pages/page.h"

#include "core/log.h"
#include "core/text.h"
#include "pages/page_form.h"
#include "pages/session.h"

#include <inttypes.h>
#include <string.h>

const char *page_tr(const struct page *page, const char *text)
{
	return tr(page->language, text);
}

struct account_context page_account(const struct page *page)
{
	return (struct account_context){
		.db = page->service->db,
		.arena = page->arena,
		.settings = &page->service->settings,
		.remote_address = page->http->remote_address,
		.user_agent = page->http->user_agent,
		.for_pages = true,
	};
}

const char *page_query(const struct page *page, const char *name)
{
	const char *value = form_value(&page->query, name);

	return value == NULL ? "" : value;
}

const char *page_input(const struct page *page, const char *name)
{
	const char *value = form_value(&page->input, name);

	return value == NULL ? "" : value;
}

const char *page_path(const struct page *page, const char *path)
{
	return arena_printf(page->arena, "%s%s", page->service->settings.pages_path, path);
}

/* ---- the frame --------------------------------------------------------------------------------- */

struct page_link {
	const char *path, *text;
	bool needs_mail; /* there is no such page while no mail can be sent */
};

static const struct page_link FOR_USERS[] = {
	{.path = "/", .text = N_("Overview")},
	{.path = "/profile/edit", .text = N_("Profile")},
	{.path = "/picture", .text = N_("Picture")},
	{.path = "/preferences", .text = N_("Preferences")},
	{.path = "/sports", .text = N_("Sports")},
	{.path = "/credentials", .text = N_("E-mail and password")},
	{.path = "/sessions", .text = N_("Sessions")},
	{.path = "/tokens", .text = N_("Tokens")},
	{.path = "/events", .text = N_("Security log")},
	{.path = "/apps", .text = N_("Applications")},
	{.path = "/export", .text = N_("Data export")},
	{.path = "/delete", .text = N_("Delete the account")},
	{.path = "/about", .text = N_("About")},
	{0},
};

static const struct page_link FOR_ADMINISTRATORS[] = {
	{.path = "/admin/users", .text = N_("Accounts")},
	{.path = "/admin/configuration", .text = N_("Configuration")},
	{.path = "/admin/jobs", .text = N_("Queue")},
	{.path = "/admin/exports", .text = N_("Data exports")},
	{.path = "/admin/findings", .text = N_("State of the site")},
	{.path = "/admin/errors", .text = N_("Recent errors")},
	{0},
};

static const struct page_link FOR_GUESTS[] = {
	{.path = "/login", .text = N_("Log in")},
	{.path = "/register", .text = N_("Register")},
	{.path = "/reset", .text = N_("Forgotten password"), .needs_mail = true},
	{.path = "/about", .text = N_("About")},
	{0},
};

static void show_head(struct page *page, const char *title)
{
	struct html *html = &page->html;

	html_markup(html, "<!DOCTYPE html>\n<html");
	html_attribute(html, "lang", page->language->code);
	html_markup(html, ">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	html_text(html, title);
	html_markup(html, " – ");
	html_text(html, page->service->settings.site_name);
	html_markup(html,
		"</title>\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<link rel=\"stylesheet\"");
	html_attribute(html, "href", page_path(page, "/style.css"));
	html_markup(html, ">\n</head>\n<body>\n");
}

static void show_links(struct page *page, const struct page_link *links)
{
	struct html *html = &page->html;

	for (const struct page_link *link = links; link->path != NULL; link++) {
		if (link->needs_mail && !page->service->settings.mail_enabled)
			continue;
		html_markup(html, "<li><a");
		html_attribute(html, "href", page_path(page, link->path));
		if (strcmp(page->path, link->path) == 0)
			html_markup(html, " aria-current=\"page\"");
		html_markup(html, ">");
		html_text(html, page_tr(page, link->text));
		html_markup(html, "</a></li>\n");
	}
}

static void show_banner(struct page *page)
{
	struct html *html = &page->html;
	const struct settings *settings = &page->service->settings;

	html_markup(html, "<a class=\"skip\" href=\"#content\">");
	html_text(html, page_tr(page, N_("Skip to the content")));
	html_markup(html, "</a>\n<header>\n<a class=\"site\"");
	html_attribute(html, "href", *settings->ui_url == '\0' ? "/" : settings->ui_url);
	html_markup(html, ">");
	if (*settings->site_logo != '\0') {
		html_markup(html, "<img alt=\"\" height=\"32\"");
		html_attribute(html, "src", settings->site_logo);
		html_markup(html, ">");
	}
	html_text(html, settings->site_name);
	html_markup(html, "</a>\n</header>\n<nav");
	html_attribute(html, "aria-label", page_tr(page, N_("Account")));
	html_markup(html, ">\n<ul>\n");
	show_links(page, page->principal != NULL ? FOR_USERS : FOR_GUESTS);
	if (page->principal != NULL && page_user(page)->admin)
		show_links(page, FOR_ADMINISTRATORS);
	html_markup(html, "</ul>\n");
	if (page->principal != NULL)
		page_form_show_button(page, "/logout", N_("Log out"));
	html_markup(html, "</nav>\n");
}

static const char *const MESSAGES[PAGE_MESSAGE_COUNT] = {
	[PAGE_SAVED] = N_("Saved."),
	[PAGE_LOGGED_OUT] = N_("You are logged out."),
	[PAGE_ACCOUNT_CONFIRMED] = N_("Your account is active. You are logged in."),
	[PAGE_EMAIL_CHANGED] = N_("Your e-mail address has been changed."),
	[PAGE_EMAIL_PENDING] =
		/* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one long text */
	N_("An e-mail with a link is on its way to the new address. The address "
	   "changes when you open the link."),
	[PAGE_PASSWORD_CHANGED] = N_("Your password has been changed."),
	[PAGE_PICTURE_CHANGED] = N_("Your picture has been changed."),
	[PAGE_PICTURE_REMOVED] = N_("Your picture has been removed."),
	[PAGE_POLICY_ACCEPTED] = N_("You have accepted the privacy policy."),
	[PAGE_EXPORT_REQUESTED] = N_("Your data is being collected."),
	[PAGE_SESSION_ENDED] = N_("The session has been ended."),
	[PAGE_APP_REVOKED] = N_("The application has no access any more."),
	[PAGE_APP_DELETED] = N_("The application has been deleted."),
	[PAGE_ACCOUNT_DELETED] = N_("Your account has been deleted."),
	[PAGE_ADMINISTRATOR_MADE] = N_("The administrator has an account now. Please log in."),
	[PAGE_TOKEN_REVOKED] = N_("The token has been revoked."),
	[PAGE_SPORT_RESET] = N_("The sport has its default values again."),
};

/* The message of page_redirect(), which names it by its number. */
static void show_message(struct page *page)
{
	int64_t number;

	if (!text_integer(page_query(page, "message"), 1, PAGE_MESSAGE_COUNT - 1, &number))
		return;
	html_markup(&page->html, "<p class=\"message\" role=\"status\">");
	html_text(&page->html, page_tr(page, MESSAGES[number]));
	html_markup(&page->html, "</p>\n");
}

void page_begin_named(struct page *page, const char *name)
{
	struct html *html = &page->html;

	*html = (struct html){.arena = page->arena};
	/* without a secret the forms of the page would have no token */
	if (*page->session == '\0' && !session_begin_guest(page)) {
		html->failed = true;
		return;
	}
	show_head(page, name);
	show_banner(page);
	html_markup(html, "<main id=\"content\">\n<h1>");
	html_text(html, name);
	html_markup(html, "</h1>\n");
	show_message(page);
}

void page_begin(struct page *page, const char *title)
{
	page_begin_named(page, page_tr(page, title));
}

/* Headers that every response of the pages has. */
static bool add_headers(struct page *page)
{
	const char *policy = arena_printf(page->arena,
		"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'%s%s; "
		"frame-ancestors 'none'; base-uri 'none'",
		page->form_action == NULL ? "" : " ",
		page->form_action == NULL ? "" : page->form_action);

	if (policy == NULL)
		return false;
	response_header(page->response, "Content-Security-Policy", policy);
	response_header(page->response, "Referrer-Policy", "same-origin");
	response_header(page->response, "X-Content-Type-Options", "nosniff");
	response_header(page->response, "Cache-Control", "no-store");
	return true;
}

enum handled page_end(struct page *page, int status)
{
	struct html *html = &page->html;

	html_markup(html, "</main>\n</body>\n</html>\n");
	if (html->failed)
		return HANDLER_FAILED;
	response_content(
		page->response, status, "text/html; charset=utf-8", html->text, html->length);
	if (!add_headers(page) || (page->principal == NULL && !session_send_guest(page)))
		return HANDLER_FAILED;
	return HANDLED;
}

/* ---- content ----------------------------------------------------------------------------------- */

void page_heading(struct page *page, const char *text)
{
	page_heading_named(page, page_tr(page, text));
}

void page_heading_named(struct page *page, const char *name)
{
	html_markup(&page->html, "<h2>");
	html_text(&page->html, name);
	html_markup(&page->html, "</h2>\n");
}

void page_subheading_named(struct page *page, const char *name)
{
	html_markup(&page->html, "<h3>");
	html_text(&page->html, name);
	html_markup(&page->html, "</h3>\n");
}

void page_paragraph(struct page *page, const char *text)
{
	page_paragraph_with(page, text, "");
}

void page_paragraph_with(struct page *page, const char *text, const char *value)
{
	const char *translated = page_tr(page, text);
	const char *place = strstr(translated, "%s");
	struct html *html = &page->html;

	html_markup(html, "<p>");
	if (place != NULL) {
		html_text(html, arena_copy(page->arena, translated, (size_t)(place - translated)));
		html_text(html, value);
		translated = place + strlen("%s");
	}
	html_text(html, translated);
	html_markup(html, "</p>\n");
}

void page_text(struct page *page, const char *text)
{
	html_markup(&page->html, "<div class=\"text\">");
	html_text(&page->html, text);
	html_markup(&page->html, "</div>\n");
}

void page_code(struct page *page, const char *code)
{
	html_markup(&page->html, "<p><code>");
	html_text(&page->html, code);
	html_markup(&page->html, "</code></p>\n");
}

/* The rest of a link, after "<a" and its other attributes. */
static void show_link(struct page *page, const char *path, const char *text)
{
	html_attribute(&page->html, "href", page_path(page, path));
	html_markup(&page->html, ">");
	html_text(&page->html, text);
	html_markup(&page->html, "</a>");
}

void page_link(struct page *page, const char *path, const char *text)
{
	html_markup(&page->html, "<p><a");
	show_link(page, path, page_tr(page, text));
	html_markup(&page->html, "</p>\n");
}

void page_download(struct page *page, const char *path, const char *text)
{
	html_markup(&page->html, "<p><a class=\"button\"");
	show_link(page, path, page_tr(page, text));
	html_markup(&page->html, "</p>\n");
}

void page_links_begin(struct page *page)
{
	html_markup(&page->html, "<ul>\n");
}

void page_links_row(struct page *page, const char *path, const char *text, const char *remark)
{
	html_markup(&page->html, "<li><a");
	show_link(page, path, text);
	if (remark != NULL) {
		html_markup(&page->html, " – ");
		html_text(&page->html, page_tr(page, remark));
	}
	html_markup(&page->html, "</li>\n");
}

void page_links_end(struct page *page)
{
	html_markup(&page->html, "</ul>\n");
}

void page_list_begin(struct page *page)
{
	html_markup(&page->html, "<dl>\n");
}

void page_list_row(struct page *page, const char *term, const char *value)
{
	html_markup(&page->html, "<dt>");
	html_text(&page->html, page_tr(page, term));
	html_markup(&page->html, "</dt><dd>");
	html_text(&page->html, value == NULL || *value == '\0' ? "–" : value);
	html_markup(&page->html, "</dd>\n");
}

void page_list_end(struct page *page)
{
	html_markup(&page->html, "</dl>\n");
}

void page_picture(struct page *page)
{
	const struct user *user = page_user(page);
	struct html *html = &page->html;

	if (user->picture == NULL || *user->picture == '\0')
		return;
	html_markup(html, "<img class=\"picture\" width=\"96\" height=\"96\"");
	html_attribute(html, "alt", page_tr(page, N_("Your picture")));
	html_attribute(
		html, "src", arena_printf(page->arena, "/api/users/%s/picture", user->username));
	html_markup(html, ">\n");
}

/* ---- responses --------------------------------------------------------------------------------- */

enum handled page_leave(struct page *page, const char *url)
{
	response_empty(page->response, 303);
	response_header(page->response, "Location", url);
	response_header(page->response, "Cache-Control", "no-store");
	response_header(page->response, "Referrer-Policy", "no-referrer");
	return HANDLED;
}

enum handled page_redirect(struct page *page, const char *path, enum page_message message)
{
	const char *target = page_path(page, path);

	if (target != NULL && message != PAGE_NO_MESSAGE)
		target = arena_printf(page->arena, "%s?message=%d", target, (int)message);
	return target == NULL ? HANDLER_FAILED : page_leave(page, target);
}

enum handled page_sentence(struct page *page, int status, const char *title, const char *text)
{
	page_begin(page, title);
	page_paragraph(page, text);
	return page_end(page, status);
}

enum handled page_too_many(struct page *page, int64_t wait)
{
	const char *seconds = arena_printf(page->arena, "%" PRId64, wait);
	const char *minutes = arena_printf(page->arena, "%" PRId64, (wait + 59) / 60);

	if (seconds == NULL || minutes == NULL)
		return HANDLER_FAILED;
	page_begin(page, N_("Too many attempts"));
	page_paragraph_with(page, N_("Please try again later. Minutes to wait: %s"), minutes);
	if (page_end(page, 429) != HANDLED)
		return HANDLER_FAILED;
	response_header(page->response, "Retry-After", seconds);
	return HANDLED;
}

enum handled page_refuse_form(struct page *page)
{
	return page_sentence(page, 403, N_("The form has expired"),
		N_("Nothing was changed. Please go back, reload the page and send the form again. "
		   "Your browser has to accept cookies from this site."));
}

enum handled page_failure(struct page *page)
{
	return page_sentence(page, 500, N_("The server has an error"),
		N_("Nothing was changed. Please try again, or tell the administrator of this "
		   "site."));
}
