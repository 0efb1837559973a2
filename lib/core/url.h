/*
 * The URLs of the settings: scheme://user:password@host:port/path?name=value&name=value
 * (RFC 3986, percent-decoded). Used for DATABASE_URL and EMAIL_URL.
 */
#ifndef FITGATE_CORE_URL_H
#define FITGATE_CORE_URL_H

#include "core/arena.h"

enum { URL_PARAMETERS = 8 };

struct url {
	const char *scheme;
	const char *user; /* NULL when there is none, as below */
	const char *password;
	const char *host;
	int port;         /* 0: none given */
	const char *path; /* without the leading '/'; "" when there is none */
	struct {
		const char *name, *value;
	} parameters[URL_PARAMETERS];
	int parameter_count;
};

enum url_result {
	URL_PARSED,
	URL_MALFORMED,
	/*
	 * A '%' is not followed by two hexadecimal digits, or an '@' comes after the first '/' or '?': these
	 * are then probably part of a password. Cutting there would show the rest as a path or a parameter.
	 */
	URL_NOT_ENCODED,
};

/* Split `text`; all strings of `url` are in the arena. No part of `url` is valid after a failure. */
enum url_result url_parse(struct arena *arena, const char *text, struct url *url);

/*
 * A name or a value for a query string or a form (WHATWG URL Standard, application/x-www-form-urlencoded): percent-encoded,
 * a space is "+". In the arena; NULL when out of memory.
 */
const char *url_encode(struct arena *arena, const char *text);

/* The value of a parameter, NULL when it is not there. */
const char *url_parameter(const struct url *url, const char *name);

#endif
