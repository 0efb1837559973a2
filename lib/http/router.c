/*
 * A program has a handful of routes, so the table is searched from top to bottom.
 */
#include "http/router.h"

#include <stdio.h>
#include <string.h>

const char *router_method_name(enum http_method method)
{
	static const char *const NAMES[] = {
		[HTTP_GET] = "GET",
		[HTTP_HEAD] = "HEAD",
		[HTTP_POST] = "POST",
		[HTTP_PATCH] = "PATCH",
		[HTTP_DELETE] = "DELETE",
		[HTTP_OPTIONS] = "OPTIONS",
		[HTTP_OTHER] = "-",
	};

	return NAMES[method];
}

struct match {
	const char *parameters[REQUEST_PATH_PARAMETERS];
	int count;
};

/* Whether the path matches the pattern; `match` gets the segments that the pattern's names stand for. */
static bool matches(const char *pattern, const char *path, struct arena *arena, struct match *match)
{
	*match = (struct match){0};
	while (*pattern != '\0') {
		size_t length;

		if (*pattern != ':' && *pattern != '#') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		length = *pattern == '#' ? strspn(path, "0123456789") : strcspn(path, "/");
		if (length == 0 || match->count == REQUEST_PATH_PARAMETERS)
			return false;
		match->parameters[match->count] = arena_copy(arena, path, length);
		if (match->parameters[match->count++] == NULL)
			return false;
		path += length;
		pattern += strcspn(pattern, "/");
	}
	return *path == '\0';
}

static void add_method(char *allow, enum http_method method)
{
	size_t length = strlen(allow);

	snprintf(allow + length, ROUTER_ALLOW_SIZE - length, "%s%s%s", length > 0 ? ", " : "",
		router_method_name(method), method == HTTP_GET ? ", HEAD" : "");
}

static const struct route *next_route(const struct route *route, size_t size)
{
	return (const void *)((const char *)route + size);
}

enum routing router_find(const struct route *routes, size_t size, unsigned version,
	struct request *request, const struct route **found, char allow[ROUTER_ALLOW_SIZE])
{
	enum http_method wanted = request->method == HTTP_HEAD ? HTTP_GET : request->method;

	*found = NULL;
	allow[0] = '\0';
	for (const struct route *route = routes; route->pattern != NULL;
		route = next_route(route, size)) {
		struct match match;

		if ((route->versions & version) == 0 ||
			!matches(route->pattern, request->path, request->arena, &match))
			continue;
		add_method(allow, route->method);
		if (request->route != NULL && route->method != wanted)
			continue;
		request->route = route->pattern;
		memcpy(request->parameters, match.parameters, sizeof(match.parameters));
		if (route->method == wanted)
			*found = route;
	}
	if (request->route == NULL)
		return ROUTING_UNKNOWN;
	add_method(allow, HTTP_OPTIONS);
	if (request->method == HTTP_OPTIONS)
		return ROUTING_OPTIONS;
	return *found == NULL ? ROUTING_METHOD : ROUTING_FOUND;
}
