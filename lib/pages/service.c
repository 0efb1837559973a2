/*
 * See service.h.
 */
#include "pages/service.h"

#include "account/administration/recent_error.h"
#include "core/json/json.h"
#include "core/log.h"
#include "core/url.h"
#include "http/program.h"
#include "pages/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a request --------------------------------------------------------------------------------- */

/* Programs see the pages below this path, wherever the web server has mounted them. */
static const char MOUNT[] = "/account";

static const char *path_below_mount(const char *path)
{
	size_t length = strlen(MOUNT);

	return strncmp(path, MOUNT, length) == 0 && path[length] == '/' ? path + length : path;
}

static bool begin(struct page *page, struct page_service *service, struct request *http,
	struct response *response)
{
	const char *accepted = request_parameter(http, "HTTP_ACCEPT_LANGUAGE");

	*page = (struct page){
		.service = service,
		.http = http,
		.response = response,
		.arena = http->arena,
		.path = path_below_mount(http->path),
		.session = "",
		.accepted_languages = accepted,
		.language = language_find(NULL, accepted == NULL ? "" : accepted),
	};
	return accepted != NULL && form_read_query(http, &page->query) != FORM_FAILED;
}

/* The login page, with the page that the visitor asked for. NULL: out of memory. */
static const char *login_for(struct page *page)
{
	const char *query = request_parameter(page->http, "QUERY_STRING"), *next;

	if (query == NULL)
		return NULL;
	next = arena_printf(page->arena, "%s%s%s", page->path, *query == '\0' ? "" : "?", query);
	next = next == NULL ? NULL : url_encode(page->arena, next);
	return next == NULL ? NULL : arena_printf(page->arena, "/login?next=%s", next);
}

/* The page that a visitor wanted, to return to after the login: only GET can be repeated. */
static enum handled ask_to_log_in(struct page *page)
{
	const char *target = "/login";

	if (page->http->method == HTTP_GET && strcmp(page->path, "/") != 0)
		target = login_for(page);
	return target == NULL ? HANDLER_FAILED : page_redirect(page, target, PAGE_NO_MESSAGE);
}

/* Read the form of a POST, unless the page reads it. HANDLED with response->status 0: continue. */
static enum handled read_form(struct page *page, const struct page_route *route)
{
	if (page->http->method != HTTP_POST || route->reads_body)
		return HANDLED;
	switch (form_read(page->http, FORM_MAX_SIZE, &page->input)) {
	case FORM_READ:
		break;
	case FORM_FAILED:
		return HANDLER_FAILED;
	case FORM_TOO_LARGE:
		return page_sentence(page, 413, N_("The form is too large"),
			N_("Nothing was changed. Please shorten your text."));
	case FORM_OTHER_TYPE:
	case FORM_INVALID:
		return page_sentence(page, 400, N_("The form is damaged"),
			N_("Nothing was changed. Please go back and try again."));
	}
	switch (session_check_form(page)) {
	case FORM_IS_OURS:
		return HANDLED;
	case FORM_IS_FOREIGN:
		return page_refuse_form(page);
	case FORM_CHECK_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

static enum handled handle_route(struct page *page, const struct page_route *route)
{
	if (!session_identify(page, route->access == PAGE_FOR_PROFILE))
		return HANDLER_FAILED;
	if (page->principal != NULL)
		page->language = language_find(page_user(page)->language, page->accepted_languages);
	if (route->needs_mail && !page->service->settings.mail_enabled)
		return page_sentence(page, 404, N_("Page not found"),
			N_("This site sends no e-mails. Please ask its administrator."));
	if (route->access != PAGE_FOR_ALL && page->principal == NULL)
		return ask_to_log_in(page);
	if (route->access == PAGE_FOR_ADMINISTRATORS && !page_user(page)->admin)
		return page_sentence(page, 403, N_("For administrators"),
			N_("Only administrators of this site can see this page."));
	if (read_form(page, route) != HANDLED)
		return HANDLER_FAILED;
	return page->response->status != 0 ? HANDLED : route->handler(page);
}

static enum handled handle_path(struct page *page)
{
	const struct page_route *routes = page->service->routes;
	const struct route *found;
	char *allow = arena_alloc(page->arena, ROUTER_ALLOW_SIZE);

	if (allow == NULL)
		return HANDLER_FAILED;
	switch (router_find(&routes->route, sizeof(*routes), 1, page->http, &found, allow)) {
	case ROUTING_FOUND:
		return handle_route(page, (const struct page_route *)found);
	case ROUTING_UNKNOWN:
		return page_sentence(
			page, 404, N_("Page not found"), N_("There is no page at this address."));
	case ROUTING_METHOD:
		if (page_sentence(page, 405, N_("This does not work"),
			    N_("The page cannot be used in this way.")) != HANDLED)
			return HANDLER_FAILED;
		break;
	case ROUTING_OPTIONS:
		response_empty(page->response, 200);
		break;
	}
	response_header(page->response, "Allow", allow);
	return HANDLED;
}

/* A response that needs no memory. */
static void reply_plainly(struct response *response)
{
	static const char BODY[] = "The server has an error. Please try again later.\n";

	response_content(response, 500, "text/plain; charset=utf-8", BODY, sizeof(BODY) - 1);
	response_header(response, "Cache-Control", "no-store");
}

void page_service_handle(void *context, struct request *http, struct response *response)
{
	struct page *page = arena_alloc(http->arena, sizeof(*page));

	json_use_arena(http->arena);
	if (page == NULL || !begin(page, context, http, response)) {
		reply_plainly(response);
		return;
	}
	if (handle_path(page) != HANDLED || response->invalid) {
		page->principal = NULL;
		/* the cause has been logged: a second error line would be about the page that shows the failure */
		log_set_optional(true);
		if (page_failure(page) != HANDLED)
			reply_plainly(response);
		log_set_optional(false);
	}
	if (response->status >= 500 && log_error_count() == 0)
		log_error("could not handle the request: its page has not logged the cause");
	recent_error_store(((struct page_service *)context)->db);
}

/* ---- the program ------------------------------------------------------------------------------- */

static void fail(struct request *request, struct response *response)
{
	(void)request;
	reply_plainly(response);
}

void page_service_print_routes(const void *state)
{
	const struct page_service *service = state;

	for (const struct page_route *route = service->routes; route->route.pattern != NULL;
		route++)
		printf("%s %s pages\n", router_method_name(route->route.method),
			route->route.pattern);
}

bool page_service_open(
	void *state, const struct settings *settings, struct db *db, struct arena *arena)
{
	struct page_service *service = state;

	service->settings = *settings;
	service->db = db;
	return session_prepare(service, arena);
}

static bool open_service(void *state, const struct settings *settings, struct arena *arena)
{
	struct db *db = db_open(&settings->database);

	if (settings->processes > 0)
		db_load_library();
	return db != NULL && page_service_open(state, settings, db, arena);
}

static void close_service(void *state)
{
	db_close(((struct page_service *)state)->db);
}

int page_service_main(int argc, char **argv, const char *name, const struct page_route *routes)
{
	struct page_service service = {.routes = routes};
	const struct program program = {
		.name = name,
		.needs = SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL,
		.print_routes = page_service_print_routes,
		.open = open_service,
		.handle = page_service_handle,
		.close = close_service,
		.fail = fail,
		.state = &service,
	};

	return program_run(argc, argv, &program);
}
