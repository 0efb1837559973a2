/*
 * The URLs of the settings: scheme://user:password@host:port/path?name=value&name=value
 * (RFC 3986, percent-decoded). Used for DATABASE_URL and EMAIL_URL.
 */
#ifndef FITGATE_CORE_URL_H
#define FITGATE_CORE_URL_H

#include "core/arena.h"

#include <stdbool.h>

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

/* Take `text` apart; all strings of `url` are in the arena. false: not such a URL. */
bool url_parse(struct arena *arena, const char *text, struct url *url);

/* The value of a parameter, NULL when it is not there. */
const char *url_parameter(const struct url *url, const char *name);

#endif
