/*
 * Becoming a user, logging in and out.
 */
#include "handlers.h"

#include "account/app_config.h"
#include "account/passwords/password_reset.h"
#include "account/registration/registration.h"
#include "account/tokens/session.h"
#include "pages/page_form.h"
#include "pages/session.h"

#include <string.h>

enum { RETURN_MAX = 2000 };

/* ---- login ------------------------------------------------------------------------------------- */

static const struct control LOGIN[] = {
	{.name = "email",
		.kind = CONTROL_EMAIL,
		.label = N_("E-mail address"),
		.autocomplete = "username",
		.required = true},
	{.name = "password",
		.kind = CONTROL_PASSWORD,
		.label = N_("Password"),
		.autocomplete = "current-password",
		.required = true},
	{.name = "stay", .kind = CONTROL_CHECKBOX, .label = N_("Stay logged in on this device")},
	{.name = "next", .kind = CONTROL_HIDDEN, .max = FORM_MAX_SIZE},
	{.name = "return", .kind = CONTROL_HIDDEN, .max = FORM_MAX_SIZE},
	{0},
};

static struct page_form login_form(void)
{
	return (struct page_form){.controls = LOGIN, .action = "/login", .submit = N_("Log in")};
}

static enum handled show_login_form(struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("Log in"));
	page_form_show(page, form);
	page_link(page, "/register", N_("Register"));
	if (page->service->settings.mail_enabled)
		page_link(page, "/reset", N_("I have forgotten my password"));
	return page_end(page, status);
}

/*
 * The target of a request that the gate has not let in (nginx/fitgate_locations.conf): all that follows "return=" at the
 * start of the query string. nginx cannot encode it, so it is not encoded.
 */
static const char *read_return(const struct page *page)
{
	static const char START[] = "return=";
	const char *query = request_parameter(page->http, "QUERY_STRING");

	if (query == NULL || strncmp(query, START, strlen(START)) != 0)
		return "";
	return query + strlen(START);
}

/* GET /login */
enum handled show_login(struct page *page)
{
	struct page_form form = login_form();

	page_form_set(&form, "next", page_query(page, "next"));
	page_form_set(&form, "return", read_return(page));
	return show_login_form(page, &form, 200);
}

/* The address of a page below PAGES_PATH, with its query: only characters of a URL, so it can be in a header. */
static const char *safe_next(const char *next)
{
	static const char CHARACTERS[] =
		"/-._~?&=%+:,abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	return *next == '/' && next[strspn(next, CHARACTERS)] == '\0' ? next : "/";
}

/*
 * Whether a target is a path of this host: one "/" at the start, no second one, and no character that a browser would drop
 * or take for a "/".
 */
static bool is_on_this_host(const char *target)
{
	if (*target != '/' || target[1] == '/' || strlen(target) > RETURN_MAX)
		return false;
	for (; *target != '\0'; target++)
		if (*target <= ' ' || *target > '~' || *target == '\\')
			return false;
	return true;
}

static enum handled begin_session(
	struct page *page, const char *token, const struct page_form *form)
{
	const char *target = page_form_value(form, "return");
	bool stay = *page_input(page, "stay") != '\0';
	enum handled redirected =
		is_on_this_host(target)
			? page_leave(page, target)
			: page_redirect(
				  page, safe_next(page_form_value(form, "next")), PAGE_NO_MESSAGE);

	if (redirected != HANDLED || !session_begin(page, token, stay))
		return HANDLER_FAILED;
	return HANDLED;
}

/* POST /login */
enum handled log_in(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = login_form();
	struct login_outcome outcome = {0};

	if (!page_form_read(&form, page))
		return show_login_form(page, &form, 400);
	switch (account_log_in(&account, page_form_value(&form, "email"),
		page_form_value(&form, "password"), SESSION_NORMAL, &outcome)) {
	case LOGIN_DONE:
		return begin_session(page, outcome.auth_token, &form);
	case LOGIN_REFUSED:
		form.error = N_("E-mail address and password do not match an active account.");
		return show_login_form(page, &form, 401);
	case LOGIN_LIMITED:
		return page_too_many(page, outcome.wait);
	case LOGIN_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* POST /logout */
enum handled log_out(struct page *page)
{
	const struct account_context account = page_account(page);

	if (page->principal != NULL && account_log_out(&account, page->principal) != DB_OK)
		return HANDLER_FAILED;
	if (page_redirect(page, "/login", PAGE_LOGGED_OUT) != HANDLED || !session_forget(page))
		return HANDLER_FAILED;
	return HANDLED;
}

/* ---- registration ------------------------------------------------------------------------------ */

static const struct control REGISTRATION[] = {
	NEW_USERNAME_CONTROL,
	EMAIL_ADDRESS_CONTROL,
	NEW_PASSWORD_CONTROL("password", N_("Password")),
	{.name = "policy",
		.kind = CONTROL_CHECKBOX,
		.label = N_("I accept the privacy policy."),
		.required = true},
	{0},
};

static struct page_form registration_form(void)
{
	return (struct page_form){
		.controls = REGISTRATION, .action = "/register", .submit = N_("Register")};
}

static enum handled show_registration_form(
	struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("Register"));
	page_link(page, "/policy", N_("Read the privacy policy"));
	page_form_show(page, form);
	page_link(page, "/login", N_("I have an account: log in"));
	if (page->service->settings.mail_enabled)
		page_link(page, "/resend", N_("I have registered, but got no e-mail"));
	return page_end(page, status);
}

static enum handled refuse_registration(struct page *page)
{
	return page_sentence(page, 403, N_("Registration is closed"),
		N_("This site accepts no new accounts at present."));
}

/* GET /register */
enum handled show_register(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = registration_form();

	switch (account_registration_is_open(&account)) {
	case REGISTRATION_DONE:
		return show_registration_form(page, &form, 200);
	case REGISTRATION_CLOSED:
		return refuse_registration(page);
	default:
		return HANDLER_FAILED;
	}
}

static enum handled report_registered(struct page *page)
{
	if (page->service->settings.mail_enabled)
		return page_sentence(page, 200, N_("Please look into your mailbox"),
			N_("If the address has no account yet, an e-mail with a link is on its "
			   "way. The account is active when you open the link."));
	return page_sentence(page, 200, N_("Registered"),
		N_("An administrator of this site will activate the account."));
}

/* POST /register */
enum handled register_account(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = registration_form();
	struct registration_outcome outcome = {0};
	struct registration_form input = {
		.language = page->language->code, .accepts_policy = true, .verifies_email = true};

	if (!page_form_read_registration(&form, page, &input))
		return show_registration_form(page, &form, 400);
	switch (account_register(&account, &input, &outcome)) {
	case REGISTRATION_DONE:
		return report_registered(page);
	case REGISTRATION_CLOSED:
		return refuse_registration(page);
	case REGISTRATION_LIMITED:
		return page_too_many(page, outcome.wait);
	case REGISTRATION_USERNAME_TAKEN:
		page_form_refuse(&form, "username", N_("This user name is taken."));
		return show_registration_form(page, &form, 400);
	case REGISTRATION_EMAIL_TAKEN: /* never where addresses are verified */
	case REGISTRATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}
