/*
 * Cookies (RFC 6265).
 */
#ifndef FITGATE_HTTP_COOKIE_H
#define FITGATE_HTTP_COOKIE_H

#include "core/settings.h"
#include "http/request.h"
#include "http/response.h"

#include <stdbool.h>
#include <stdint.h>

enum { COOKIE_NAME_MAX = 64, COOKIE_VALUE_MAX = 4000 };

enum cookie_scope {
	COOKIE_OF_PATH, /* __Secure- under https */
	COOKIE_OF_HOST, /* __Host- under https: no other host of the domain can set it; its path is "/" */
};

/*
 * The name of a cookie of this installation: the prefix of its scope, "fitgate_", an id that is derived from the key, so
 * that two installations on one host do not disturb each other, and `suffix`. In the arena; NULL: out of memory.
 */
const char *cookie_installation_name(struct arena *arena, const struct settings *settings,
	enum cookie_scope scope, const char *suffix);

/* Whether browsers reach the site over https (UI_URL), so that its cookies are Secure. */
bool cookie_is_secure(const struct settings *settings);

/*
 * The value of a cookie of the request, in its arena; "" if it is absent, longer than COOKIE_VALUE_MAX, or there twice:
 * another host of the site's domain could have set the second one. NULL: out of memory.
 */
const char *cookie_read(const struct request *request, const char *name);

struct cookie {
	const char *name;  /* characters of a token */
	const char *value; /* of base64url, '.' and '-'; "": remove the cookie */
	const char *path;
	int64_t max_age; /* seconds; 0: until the browser is closed */
	bool secure;     /* only over https */
};

/* Adds a Set-Cookie header; the cookie is HttpOnly and SameSite=Lax. false: out of memory. */
bool cookie_set(struct response *response, struct arena *arena, const struct cookie *cookie);

#endif
