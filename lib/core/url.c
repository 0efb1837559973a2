/*
 * Taking a URL apart, from the outside in: scheme, query, path, credentials, host and port. Decoding
 * comes last, so that an encoded delimiter is data.
 */
#include "core/url.h"

#include "core/text.h"

#include <string.h>

/* Cut `text` at its first `delimiter`; what follows it, or NULL. */
static char *cut(char *text, char delimiter)
{
	char *at = strchr(text, delimiter);

	if (at == NULL)
		return NULL;
	*at = '\0';
	return at + 1;
}

static bool parse_parameters(char *query, struct url *url)
{
	while (query != NULL && *query != '\0') {
		char *next = cut(query, '&');
		char *value = cut(query, '=');

		if (value == NULL || url->parameter_count == URL_PARAMETERS)
			return false;
		if (!text_percent_decode(query) || !text_percent_decode(value))
			return false;
		url->parameters[url->parameter_count].name = query;
		url->parameters[url->parameter_count].value = value;
		url->parameter_count++;
		query = next;
	}
	return true;
}

static bool parse_credentials(char *credentials, struct url *url)
{
	char *password = cut(credentials, ':');

	if (!text_percent_decode(credentials))
		return false;
	if (password != NULL && !text_percent_decode(password))
		return false;
	url->user = credentials;
	url->password = password;
	return true;
}

static bool parse_host(char *host, struct url *url)
{
	char *port = NULL;

	if (*host == '[') { /* an IPv6 address */
		char *end = strchr(host, ']');

		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return false;
		port = end[1] == ':' ? end + 2 : NULL;
		*end = '\0';
		host++;
	} else {
		port = cut(host, ':');
	}
	if (port != NULL) {
		int64_t number;

		if (!text_integer(port, 1, 65535, &number))
			return false;
		url->port = (int)number;
	}
	url->host = host;
	return text_percent_decode(host);
}

bool url_parse(struct arena *arena, const char *text, struct url *url)
{
	char *copy = arena_copy(arena, text, strlen(text));
	char *rest = copy == NULL ? NULL : strstr(copy, "://");
	char *at, *path;

	*url = (struct url){.path = ""};
	if (rest == NULL || rest == copy)
		return false;
	*rest = '\0';
	rest += 3;
	url->scheme = copy;
	if (!parse_parameters(cut(rest, '?'), url))
		return false;
	path = cut(rest, '/');
	if (path != NULL) {
		if (!text_percent_decode(path))
			return false;
		url->path = path;
	}
	at = strrchr(rest, '@'); /* a password may hold an '@' that nobody encoded */
	if (at != NULL) {
		*at = '\0';
		if (!parse_credentials(rest, url))
			return false;
		rest = at + 1;
	}
	return parse_host(rest, url);
}

const char *url_parameter(const struct url *url, const char *name)
{
	for (int i = 0; i < url->parameter_count; i++)
		if (strcmp(url->parameters[i].name, name) == 0)
			return url->parameters[i].value;
	return NULL;
}
