/*
 * Who visits a page, and protection against forms of other sites.
 *
 * A session is a first-party token that is valid for the pages alone, in a cookie: the JSON API refuses it, and the
 * pages refuse the tokens of the API. A guest gets a cookie with a random secret. Every form carries a token that is
 * derived from the cookie, so that another site, which cannot read it, cannot send a form in the visitor's name.
 *
 * A login also sets a cookie for the gate (account/gate/gate.h), with a token that is valid there alone and ends with the
 * session. It is sent to all paths of the host, so it must not be worth more than the applications behind the gate.
 *
 * The cookies' names hold an id of the installation, so that two installations on one host do not disturb each
 * other; under https they start with __Secure-, that of the gate with __Host-.
 */
#ifndef FITGATE_PAGES_SESSION_H
#define FITGATE_PAGES_SESSION_H

#include "account/tokens/principal.h"
#include "pages/page.h"

enum { SESSION_CSRF_SIZE = 44 };

/* Sets the names of the cookies in `service`; call it once, after the settings have been read. */
bool session_prepare(struct page_service *service, struct arena *arena);

/* Find out who visits. Sets page->principal and page->session. false: failed, which has been logged. */
bool session_identify(struct page *page, bool with_totals);

/* Make a secret for a guest who has none, so that a form can be shown. false: it has been logged. */
bool session_begin_guest(struct page *page);

/* Add the guest's cookie to the response. false: out of memory. */
bool session_send_guest(struct page *page);

/* Add the cookies of a new session, for the pages and for the gate, to the response; `stay`: they outlive the browser. false: out of memory. */
bool session_begin(struct page *page, const char *token, bool stay);

/* Add headers that remove the cookies. false: out of memory. */
bool session_forget(struct page *page);

/* The token that a form of this visitor carries in its field "csrf". false: it has been logged. */
bool session_csrf(const struct page *page, char token[SESSION_CSRF_SIZE]);

enum form_origin {
	FORM_IS_OURS,
	FORM_IS_FOREIGN,
	FORM_CHECK_FAILED, /* it has been logged */
};

/* Whether a POST comes from one of our own forms: its token, Origin and Sec-Fetch-Site. */
enum form_origin session_check_form(const struct page *page);

#endif
