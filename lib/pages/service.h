/*
 * The frame of a program that serves pages: it takes each request from its route to the page, and replies itself
 * where the route decides: 404, 405, a login that is missing, a form of another site.
 */
#ifndef FITGATE_PAGES_SERVICE_H
#define FITGATE_PAGES_SERVICE_H

#include "http/router.h"
#include "pages/page.h"

typedef enum handled page_handler(struct page *page) HANDLED_MUST_BE_USED;

enum page_access {
	PAGE_FOR_ALL,
	PAGE_FOR_USERS,   /* others are sent to the login page, and back after the login */
	PAGE_FOR_PROFILE, /* the same, with totals and the date of the privacy policy */
	PAGE_FOR_ADMINISTRATORS,
};

/* An element of a table of routes, which ends with an element without a pattern. */
struct page_route {
	struct route route;
	page_handler *handler;
	enum page_access access;
	bool needs_mail; /* there is no such page while no mail can be sent */
	bool reads_body; /* the page reads the body of its form itself, and checks session_check_form() */
};

/* ---- for a program that serves pages beside the API (struct service_part of api/service.h) ------ */

/* `state` is a struct page_service whose routes are set. */
bool page_service_open(
	void *state, const struct settings *settings, struct db *db, struct arena *arena);
void page_service_handle(void *context, struct request *http, struct response *response);
void page_service_print_routes(const void *state);

/* ---- for a program that serves pages alone ------------------------------------------------------ */

/* Reads the settings, serves, and returns the exit status of the process; --routes prints the routes. */
int page_service_main(int argc, char **argv, const char *name, const struct page_route *routes);

#endif
