/*
 * PATCH and DELETE for clients behind a firewall that rejects these methods (contract §2.1): a POST request can
 * name the method in the header X-HTTP-Method-Override, or, where the firewall rejects that header too, at the end
 * of the path, as in POST /api/auth/picture/delete.
 */
#ifndef FITGATE_API_METHOD_OVERRIDE_H
#define FITGATE_API_METHOD_OVERRIDE_H

#include "http/router.h"

/*
 * Changes the method of a request that asks for it, before it is routed; if the path names the method, also
 * removes it from the path. Other requests stay unchanged: those with another method than POST, those without
 * a bearer token (a form of another site can send a POST, but no token), and paths without a route for the method.
 *
 * `routes`, `size` and `version` are those of router_find(). false: out of memory.
 */
bool method_override_apply(
	struct request *request, const struct route *routes, size_t size, unsigned version);

#endif
