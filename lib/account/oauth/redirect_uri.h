/*
 * The addresses of an application: those that the browser returns to with a code, and its website.
 */
#ifndef FITGATE_ACCOUNT_REDIRECT_URI_H
#define FITGATE_ACCOUNT_REDIRECT_URI_H

#include "core/arena.h"

#include <stdbool.h>

enum { REDIRECT_URI_MAX = 2000 }; /* bytes */

/*
 * Whether a new application may have this redirect URI (contract §18.1): absolute, printable ASCII without space,
 * fragment and user information; https, or http on this host only (localhost, 127.0.0.1, [::1]), or a private scheme,
 * which has a dot (RFC 8252 §7.1).
 */
bool redirect_uri_is_registrable(const char *uri);

/*
 * Whether a browser may be sent there: the scheme is http, https or private with a dot, and there is no control
 * character. Imported applications have URIs that were registered with no check (W39).
 */
bool redirect_uri_is_usable(const char *uri);

/* Whether this is a complete http or https URL of a website. */
bool redirect_uri_is_website(const char *url);

/*
 * The URI with a parameter added to its query, and `state` unless that is NULL or empty, both form-encoded. What the
 * query has already stays as it is. In the arena; NULL when out of memory.
 */
const char *redirect_uri_with(struct arena *arena, const char *uri, const char *name,
	const char *value, const char *state);

/*
 * What a Content-Security-Policy has to allow so that a form may lead to this URI: scheme, host and port; or only
 * the scheme with its colon, if it is a private one or the host has characters that a policy cannot contain. In the arena; NULL when out of memory.
 */
const char *redirect_uri_origin(struct arena *arena, const char *uri);

#endif
