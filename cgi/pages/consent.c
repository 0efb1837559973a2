/*
 * The consent of a user: what an application may do with the account (contract §19), asked for in this browser or on
 * another device (contract §26.1).
 */
#include "handlers.h"

#include "account/oauth/authorization.h"
#include "account/oauth/device.h"
#include "pages/local_time.h"
#include "pages/page_form.h"
#include "pages/scope_labels.h"

#include <ctype.h>
#include <string.h>

static void show_app(struct page *page, const struct oauth_app *app)
{
	page_list_begin(page);
	page_list_row(page, N_("Application"), app->name == NULL ? app->client_id : app->name);
	page_list_row(page, N_("Website"), app->website);
	page_list_end(page);
}

/* ---- in the browser ---------------------------------------------------------------------------- */

/* GET /profile/apps/authorize: its parameters stay as they were sent */
enum handled go_to_authorize(struct page *page)
{
	const char *query = request_parameter(page->http, "QUERY_STRING");
	const char *target;

	if (query == NULL)
		return HANDLER_FAILED;
	/* a header cannot hold control characters, which no web server passes either */
	for (const char *c = query; *c != '\0'; c++)
		if (!isgraph((unsigned char)*c))
			return page_redirect(page, "/authorize", PAGE_NO_MESSAGE);
	target = arena_printf(page->arena, "/authorize?%s", query);
	return target == NULL ? HANDLER_FAILED : page_redirect(page, target, PAGE_NO_MESSAGE);
}

/* The parameters of the request, which the forms of the consent repeat. */
static const struct control CONSENT[] = {
	{.name = "client_id", .kind = CONTROL_HIDDEN, .max = FORM_MAX_SIZE},
	{.name = "response_type", .kind = CONTROL_HIDDEN, .max = FORM_MAX_SIZE},
	{.name = "scope", .kind = CONTROL_HIDDEN, .max = FORM_MAX_SIZE},
	{.name = "state", .kind = CONTROL_HIDDEN, .max = FORM_MAX_SIZE},
	{.name = "redirect_uri", .kind = CONTROL_HIDDEN, .max = FORM_MAX_SIZE},
	{.name = "code_challenge", .kind = CONTROL_HIDDEN, .max = FORM_MAX_SIZE},
	{.name = "code_challenge_method", .kind = CONTROL_HIDDEN, .max = FORM_MAX_SIZE},
	{.name = "decision", .kind = CONTROL_HIDDEN},
	{0},
};

typedef const char *parameter_reader(const struct page *page, const char *name);

static struct oauth_request read_request(const struct page *page, parameter_reader *read)
{
	return (struct oauth_request){
		.client_id = read(page, "client_id"),
		.response_type = read(page, "response_type"),
		.scope = read(page, "scope"),
		.state = read(page, "state"),
		.redirect_uri = read(page, "redirect_uri"),
		.code_challenge = read(page, "code_challenge"),
		.code_challenge_method = read(page, "code_challenge_method"),
	};
}

static enum handled refuse_request(struct page *page, enum oauth_request_result why)
{
	if (why == OAUTH_REQUEST_FAILED)
		return HANDLER_FAILED;
	if (why == OAUTH_REQUEST_APP_UNKNOWN)
		return page_sentence(page, 400, N_("Unknown application"),
			N_("You have not registered an application with this client id."));
	return page_sentence(page, 400, N_("The application has made an error"),
		N_("Its request is not valid, so it gets no access."));
}

static void show_decision(struct page *page, const struct oauth_request *request,
	const char *decision, const char *submit)
{
	struct page_form form = {.controls = CONSENT, .action = "/authorize", .submit = submit};

	page_form_set(&form, "client_id", request->client_id);
	page_form_set(&form, "response_type", request->response_type);
	page_form_set(&form, "scope", request->scope);
	page_form_set(&form, "state", request->state);
	page_form_set(&form, "redirect_uri", request->redirect_uri);
	page_form_set(&form, "code_challenge", request->code_challenge);
	page_form_set(&form, "code_challenge_method", request->code_challenge_method);
	page_form_set(&form, "decision", decision);
	page_form_show(page, &form);
}

/* GET /authorize */
enum handled show_consent(struct page *page)
{
	const struct account_context account = page_account(page);
	struct oauth_request request = read_request(page, page_query);
	struct oauth_consent consent;
	enum oauth_request_result result;

	if (!oauth_drop_unregistered_redirect(&account, page_user(page)->id, &request))
		return HANDLER_FAILED;
	result = oauth_describe(&account, page_user(page)->id, &request, &consent);
	if (result != OAUTH_REQUEST_VALID)
		return refuse_request(page, result);
	page->form_action = consent.origin;
	page_begin(page, N_("Access for an application"));
	show_app(page, &consent.app);
	page_paragraph(page, N_("It would get this access to your account:"));
	scope_labels_show(page, consent.scope);
	page_paragraph_with(page, N_("Your browser then goes to %s"), consent.redirect_uri);
	show_decision(page, &request, "allow", N_("Allow"));
	show_decision(page, &request, "deny", N_("Do not allow"));
	return page_end(page, 200);
}

/* POST /authorize */
enum handled decide_consent(struct page *page)
{
	const struct account_context account = page_account(page);
	const struct oauth_request request = read_request(page, page_input);
	bool allow = strcmp(page_input(page, "decision"), "allow") == 0;
	const char *url;
	enum oauth_request_result result =
		allow ? oauth_approve(&account, page_user(page)->id, &request, &url)
		      : oauth_deny(&account, page_user(page)->id, &request, &url);

	return result == OAUTH_REQUEST_VALID ? page_leave(page, url) : refuse_request(page, result);
}

/* ---- on another device ------------------------------------------------------------------------- */

static const struct control USER_CODE[] = {
	{.name = "user_code",
		.label = N_("Code"),
		.hint = N_("The code that the program shows."),
		.autocomplete = "one-time-code",
		.max = 64,
		.required = true},
	{0},
};

static struct page_form user_code_form(void)
{
	return (struct page_form){
		.controls = USER_CODE, .action = "/device", .submit = N_("Continue")};
}

static enum handled show_code_form(struct page *page, const struct page_form *form, int status)
{
	page_begin(page, N_("Connect a program"));
	page_paragraph(page, N_("Continue only if you have started the program yourself."));
	page_form_show(page, form);
	return page_end(page, status);
}

/* GET /device?user_code= : the code is filled in, but never sent without the user */
enum handled show_device(struct page *page)
{
	struct page_form form = user_code_form();

	page_form_set(&form, "user_code", page_query(page, "user_code"));
	return show_code_form(page, &form, 200);
}

static enum handled refuse_code(
	struct page *page, struct page_form *form, enum oauth_device_decision why, int64_t wait)
{
	switch (why) {
	case OAUTH_DEVICE_UNKNOWN:
		page_form_refuse(
			form, "user_code", N_("There is no such code, or it is no longer valid."));
		return show_code_form(page, form, 400);
	case OAUTH_DEVICE_LIMITED:
		return page_too_many(page, wait);
	case OAUTH_DEVICE_FOUND:
	case OAUTH_DEVICE_ERROR:
		break;
	}
	return HANDLER_FAILED;
}

static const struct control DEVICE_DECISION[] = {
	{.name = "user_code", .kind = CONTROL_HIDDEN},
	{.name = "decision", .kind = CONTROL_HIDDEN},
	{0},
};

static void show_device_decision(
	struct page *page, const char *user_code, const char *decision, const char *submit)
{
	struct page_form form = {
		.controls = DEVICE_DECISION, .action = "/device/decide", .submit = submit};

	page_form_set(&form, "user_code", user_code);
	page_form_set(&form, "decision", decision);
	page_form_show(page, &form);
}

/* POST /device */
enum handled find_device(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = user_code_form();
	struct oauth_device_request request;
	enum oauth_device_decision found;
	const char *code;
	int64_t wait = 0;

	if (!page_form_read(&form, page))
		return show_code_form(page, &form, 400);
	code = page_form_value(&form, "user_code");
	found = oauth_device_describe(&account, page_user(page)->id, code, &request, &wait);
	if (found != OAUTH_DEVICE_FOUND)
		return refuse_code(page, &form, found, wait);
	page_begin(page, N_("Access for a program"));
	show_app(page, &request.app);
	page_paragraph_with(
		page, N_("It has asked for access at %s."), local_time(page, request.created_at));
	page_paragraph(page, N_("It would get this access to your account:"));
	scope_labels_show(page, request.scope);
	show_device_decision(page, code, "allow", N_("Allow"));
	show_device_decision(page, code, "deny", N_("Do not allow"));
	return page_end(page, 200);
}

/* POST /device/decide */
enum handled decide_device(struct page *page)
{
	const struct account_context account = page_account(page);
	struct page_form form = user_code_form();
	bool allow = strcmp(page_input(page, "decision"), "allow") == 0;
	enum oauth_device_decision decided;
	int64_t wait = 0;

	if (!page_form_read(&form, page))
		return show_code_form(page, &form, 400);
	decided = oauth_device_decide(
		&account, page_user(page)->id, page_form_value(&form, "user_code"), allow, &wait);
	if (decided != OAUTH_DEVICE_FOUND)
		return refuse_code(page, &form, decided, wait);
	if (allow)
		return page_sentence(page, 200, N_("The program is connected"),
			N_("You can close this page and go back to the program."));
	return page_sentence(
		page, 200, N_("The program gets no access"), N_("You can close this page."));
}
