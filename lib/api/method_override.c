/*
 * See method_override.h.
 */
#include "api/method_override.h"

#include "api/auth.h"

#include <string.h>

static const struct {
	enum http_method method;
	const char *suffix; /* of a path */
} OVERRIDES[] = {
	{HTTP_PATCH, "/patch"},
	{HTTP_DELETE, "/delete"},
};

enum { OVERRIDE_COUNT = sizeof(OVERRIDES) / sizeof(*OVERRIDES) };

/* The arguments of router_find(). */
struct table {
	const struct route *routes;
	size_t size;
	unsigned version;
};

static void set_method(struct request *request, enum http_method method)
{
	request->method = method;
	request->method_text = router_method_name(method);
}

static bool has_route(const struct request *request, enum http_method method, const char *path,
	const struct table *table)
{
	struct request candidate = *request;
	const struct route *found;
	char allow[ROUTER_ALLOW_SIZE];

	candidate.method = method;
	candidate.path = path;
	return router_find(table->routes, table->size, table->version, &candidate, &found, allow) ==
	       ROUTING_FOUND;
}

/* Compares exactly, as the limits of nginx do. */
static bool apply_header(struct request *request, const struct table *table)
{
	const char *wanted = request_parameter(request, "HTTP_X_HTTP_METHOD_OVERRIDE");

	if (wanted == NULL)
		return false;
	for (int i = 0; i < OVERRIDE_COUNT; i++)
		if (strcmp(wanted, router_method_name(OVERRIDES[i].method)) == 0 &&
			has_route(request, OVERRIDES[i].method, request->path, table))
			set_method(request, OVERRIDES[i].method);
	return true;
}

static bool apply_path(struct request *request, const struct table *table)
{
	size_t length = strlen(request->path);

	for (int i = 0; i < OVERRIDE_COUNT; i++) {
		size_t suffix = strlen(OVERRIDES[i].suffix);
		const char *path;

		if (length <= suffix ||
			strcmp(request->path + length - suffix, OVERRIDES[i].suffix) != 0)
			continue;
		path = arena_copy(request->arena, request->path, length - suffix);
		if (path == NULL)
			return false;
		if (!has_route(request, OVERRIDES[i].method, path, table))
			continue;
		set_method(request, OVERRIDES[i].method);
		request->path = path;
	}
	return true;
}

bool method_override_apply(
	struct request *request, const struct route *routes, size_t size, unsigned version)
{
	const struct table table = {routes, size, version};

	if (request->method != HTTP_POST || !auth_has_bearer_token(request))
		return true;
	return apply_path(request, &table) &&
	       (request->method != HTTP_POST || apply_header(request, &table));
}
