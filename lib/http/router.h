/*
 * Which route a request belongs to. Says so and no more: what to answer when there is none, and who may
 * call, is decided above.
 */
#ifndef FITGATE_HTTP_ROUTER_H
#define FITGATE_HTTP_ROUTER_H

#include "http/request.h"
#include "http/response.h"

struct service;      /* account/service.h: what handlers work with */
struct route_access; /* account/service.h: who may call a route; NULL: anybody */

typedef void route_handler(
	struct service *service, struct request *request, struct response *response);

struct route {
	enum http_method method;
	/* "/api/auth/profile"; ":name" stands for one segment that is not empty, "#name" for one of digits */
	const char *pattern;
	const struct route_access *access;
	route_handler *handler;
	unsigned dialects; /* mask of the dialects that have it (account/dialect.h) */
};

enum routing {
	ROUTING_FOUND,   /* call the route's handler; HEAD finds the route of GET */
	ROUTING_UNKNOWN, /* no route has this path */
	ROUTING_METHOD,  /* the path has routes, but not for this method */
	ROUTING_OPTIONS, /* OPTIONS on a path that has routes */
};

enum { ROUTER_ALLOW_SIZE = 64 };

/*
 * Find the route; sets request->route and request->parameters when the path is known, and `allow` (the
 * value of the Allow header) unless the path is unknown. Routes that `dialect`, a bit of their mask, does
 * not have count as not there. The table ends with a route without a pattern.
 */
enum routing router_find(const struct route *routes, unsigned dialect, struct request *request,
	const struct route **found, char allow[ROUTER_ALLOW_SIZE]);

/* The method's name. */
const char *router_method_name(enum http_method method);

#endif
