/*
 * A request for a page and the response to it, and the parts that all pages have: the frame with the navigation,
 * messages, redirects and errors.
 *
 * A page is a function that adds its content between page_begin() and page_end():
 *
 *	static enum handled show_about(struct page *page)
 *	{
 *		page_begin(page, N_("About"));
 *		page_paragraph(page, N_("This site has accounts."));
 *		return page_end(page, 200);
 *	}
 *
 * Texts that go to the page are translated here: the functions take the English text, as marked by N_().
 */
#ifndef FITGATE_PAGES_PAGE_H
#define FITGATE_PAGES_PAGE_H

#include "account/context.h"
#include "account/tokens/principal.h"
#include "core/settings.h"
#include "db/db.h"
#include "http/form.h"
#include "http/request.h"
#include "http/response.h"
#include "pages/html.h"
#include "pages/translation.h"

struct page_route; /* pages/service.h */

struct page_service {
	struct settings settings;
	struct db *db;
	const struct page_route *routes;
	bool secure;                                             /* UI_URL is https */
	const char *session_cookie, *guest_cookie, *gate_cookie; /* names (pages/session.h) */
};

struct page {
	struct page_service *service;
	struct request *http;
	struct response *response;
	struct arena *arena;
	const char *accepted_languages; /* the header Accept-Language; "": none */
	const struct language *language;
	struct principal *principal; /* NULL: no user is logged in */
	const char *path;            /* of the request, without "/account" */
	const char *
		session; /* the token of the session, or the guest's secret; "" before it is made */
	struct form query; /* the query string */
	struct form input; /* the body of a POST */
	struct html html;
	const char *form_action; /* another origin that the page's form may lead to; NULL: none */
};

/* The user who is logged in. */
static inline const struct user *page_user(const struct page *page)
{
	return &page->principal->profile.user;
}

/* The translation of a text for the visitor. */
const char *page_tr(const struct page *page, const char *text);

/* The context for the use cases of lib/account, for this request. */
struct account_context page_account(const struct page *page);

/* A parameter of the query string, or a field of the form; "" where it is absent. */
const char *page_query(const struct page *page, const char *name);
const char *page_input(const struct page *page, const char *name);

/* The address of another page, with the prefix of the pages: page_path(page, "/login"). In the arena; NULL when out
 * of memory. */
const char *page_path(const struct page *page, const char *path);

/* ---- content ----------------------------------------------------------------------------------- */

/* Start a page: the head, the navigation, the heading, and the message of a redirect (page_redirect()). */
void page_begin(struct page *page, const char *title);

/* The same with a title that is not translated, because it is a name. */
void page_begin_named(struct page *page, const char *name);

/* End the page and fill in the response. */
enum handled page_end(struct page *page, int status) HANDLED_MUST_BE_USED;

void page_heading(struct page *page, const char *text);

/* A heading that is a name, and one of the level below it: they are not translated. */
void page_heading_named(struct page *page, const char *name);
void page_subheading_named(struct page *page, const char *name);

void page_paragraph(struct page *page, const char *text);

/* A paragraph whose "%s" is replaced by `value`, which is not translated. */
void page_paragraph_with(struct page *page, const char *text, const char *value);

/* A paragraph that only holds a link to another page: page_link(page, "/login", N_("Log in")). */
void page_link(struct page *page, const char *path, const char *text);

/* The same with a link that looks like a button, to a file. */
void page_download(struct page *page, const char *path, const char *text);

/*
 * A list of links to other pages: page_links_begin(), page_links_row()..., page_links_end(). The text of a row is not
 * translated, the remark behind the link is; NULL: none.
 */
void page_links_begin(struct page *page);
void page_links_row(struct page *page, const char *path, const char *text, const char *remark);
void page_links_end(struct page *page);

/* A text of the administrator, which is not translated and keeps its line breaks. */
void page_text(struct page *page, const char *text);

/* A paragraph of characters to copy, such as a token. */
void page_code(struct page *page, const char *code);

/* The rows of a list of terms and values: page_list_begin(), page_list_row()..., page_list_end(). */
void page_list_begin(struct page *page);
void page_list_row(struct page *page, const char *term, const char *value);
void page_list_end(struct page *page);

/* The user's picture, if there is one. */
void page_picture(struct page *page);

/* ---- responses --------------------------------------------------------------------------------- */

/* What has been done, which the page after a redirect says. */
enum page_message {
	PAGE_NO_MESSAGE,
	PAGE_SAVED,
	PAGE_LOGGED_OUT,
	PAGE_ACCOUNT_CONFIRMED,
	PAGE_EMAIL_CHANGED,
	PAGE_EMAIL_PENDING,
	PAGE_PASSWORD_CHANGED,
	PAGE_PICTURE_CHANGED,
	PAGE_PICTURE_REMOVED,
	PAGE_POLICY_ACCEPTED,
	PAGE_EXPORT_REQUESTED,
	PAGE_SPORT_RESET,
	PAGE_SESSION_ENDED,
	PAGE_TOKEN_REVOKED,
	PAGE_APP_REVOKED,
	PAGE_APP_DELETED,
	PAGE_ACCOUNT_DELETED,
	PAGE_ADMINISTRATOR_MADE,
	PAGE_MESSAGE_COUNT,
};

/* Redirect to another page by 303, so that a reload does not send the form again. */
enum handled page_redirect(
	struct page *page, const char *path, enum page_message message) HANDLED_MUST_BE_USED;

/* Redirect to the address of an application, which is checked already. */
enum handled page_leave(struct page *page, const char *url) HANDLED_MUST_BE_USED;

/* A page that consists of a title and one sentence. */
enum handled page_sentence(
	struct page *page, int status, const char *title, const char *text) HANDLED_MUST_BE_USED;

/* The page for a limit that has been reached: 429 with Retry-After. */
enum handled page_too_many(struct page *page, int64_t wait) HANDLED_MUST_BE_USED;

/* The page that refuses a form of another site, or one whose cookie has expired. */
enum handled page_refuse_form(struct page *page) HANDLED_MUST_BE_USED;

/* The page for a failure that has been logged. */
enum handled page_failure(struct page *page) HANDLED_MUST_BE_USED;

#endif
