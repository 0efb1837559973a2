/*
 * Matches a request against a table of routes by method and path. The caller decides how to respond when no
 * route matches, and who has access.
 *
 * A caller that keeps more about a route (its handler, say) puts struct route first in a struct of its own:
 *
 *	struct page { struct route route; page_handler *handler; };
 *
 *	router_find(&PAGES[0].route, sizeof(PAGES[0]), 1, request, &found, allow);
 *	page = (const struct page *)found;
 */
#ifndef FITGATE_HTTP_ROUTER_H
#define FITGATE_HTTP_ROUTER_H

#include "http/request.h"

#include <stddef.h>

struct route {
	enum http_method method;
	/* "/api/auth/profile"; ":name" matches one non-empty segment, "#name" a segment of digits */
	const char *pattern;
	unsigned
		versions; /* bit mask of the API versions that have the route; the caller defines the bits */
};

enum routing {
	ROUTING_FOUND,   /* call the route's handler; HEAD finds the route of GET */
	ROUTING_UNKNOWN, /* no route has this path */
	ROUTING_METHOD,  /* the path has routes, but not for this method */
	ROUTING_OPTIONS, /* OPTIONS on a path that has routes */
};

enum { ROUTER_ALLOW_SIZE = 64 };

/*
 * Finds the route of a request among `routes`, whose elements are `size` bytes apart and begin with a struct
 * route; the last element has no pattern. Routes without the bit `version` are ignored.
 *
 * Sets *found (NULL unless ROUTING_FOUND). Unless the path is unknown, also sets request->route,
 * request->parameters (in the request's arena) and `allow`, the value of the Allow header.
 */
enum routing router_find(const struct route *routes, size_t size, unsigned version,
	struct request *request, const struct route **found, char allow[ROUTER_ALLOW_SIZE]);

/* The method's name; "-" for HTTP_OTHER. */
const char *router_method_name(enum http_method method);

#endif
