/*
 * Splits a URL from the outside in: scheme, query, path, credentials, host and port. Decoding comes last, so that
 * an encoded delimiter is data.
 */
#include "core/url.h"

#include "core/text.h"

#include <string.h>

/* Cut `text` at its first `delimiter`; returns what follows it, or NULL. */
static char *cut(char *text, char delimiter)
{
	char *at = strchr(text, delimiter);

	if (at == NULL)
		return NULL;
	*at = '\0';
	return at + 1;
}

static enum url_result decode(char *text)
{
	return text_percent_decode(text) ? URL_PARSED : URL_NOT_ENCODED;
}

static enum url_result parse_parameters(char *query, struct url *url)
{
	while (query != NULL && *query != '\0') {
		char *next = cut(query, '&');
		char *value = cut(query, '=');

		if (value == NULL || url->parameter_count == URL_PARAMETERS)
			return URL_MALFORMED;
		if (decode(query) != URL_PARSED || decode(value) != URL_PARSED)
			return URL_NOT_ENCODED;
		url->parameters[url->parameter_count].name = query;
		url->parameters[url->parameter_count].value = value;
		url->parameter_count++;
		query = next;
	}
	return URL_PARSED;
}

static enum url_result parse_credentials(char *credentials, struct url *url)
{
	char *password = cut(credentials, ':');

	url->user = credentials;
	url->password = password;
	if (decode(credentials) != URL_PARSED)
		return URL_NOT_ENCODED;
	return password == NULL ? URL_PARSED : decode(password);
}

static enum url_result parse_host(char *host, struct url *url)
{
	char *port = NULL;

	if (*host == '[') { /* an IPv6 address */
		char *end = strchr(host, ']');

		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return URL_MALFORMED;
		port = end[1] == ':' ? end + 2 : NULL;
		*end = '\0';
		host++;
	} else {
		port = cut(host, ':');
	}
	if (port != NULL) {
		int64_t number;

		if (!text_integer(port, 1, 65535, &number))
			return URL_MALFORMED;
		url->port = (int)number;
	}
	url->host = host;
	return decode(host);
}

/*
 * Whether the delimiters after "://" are where they can be if user and password are percent-encoded. Only the value of
 * a parameter may contain an '@', and only after an '@' before the host.
 */
static bool has_plausible_delimiters(const char *text)
{
	size_t authority = strcspn(text, "/?");
	bool has_credentials = memchr(text, '@', authority) != NULL;
	const char *query = strchr(text, '?');
	bool in_value = false;

	if (query == NULL)
		return strchr(text + authority, '@') == NULL;
	if (memchr(text + authority, '@', (size_t)(query - text) - authority) != NULL)
		return false;
	for (const char *c = query + 1; *c != '\0'; c++) {
		if (*c == '&' || *c == '=')
			in_value = *c == '=';
		if (*c == '?' || (*c == '@' && !(in_value && has_credentials)))
			return false;
	}
	return true;
}

/* Everything after "://". */
static enum url_result parse_rest(char *rest, struct url *url)
{
	enum url_result result;
	char *at, *path;

	if (!has_plausible_delimiters(rest))
		return URL_NOT_ENCODED;
	result = parse_parameters(cut(rest, '?'), url);
	path = cut(rest, '/');
	if (path != NULL)
		url->path = path;
	if (result == URL_PARSED && path != NULL)
		result = decode(path);
	at = strrchr(rest, '@'); /* a password may contain an '@' that is not percent-encoded */
	if (at != NULL) {
		*at = '\0';
		if (result == URL_PARSED)
			result = parse_credentials(rest, url);
		rest = at + 1;
	}
	return result == URL_PARSED ? parse_host(rest, url) : result;
}

enum url_result url_parse(struct arena *arena, const char *text, struct url *url)
{
	char *copy = arena_copy(arena, text, strlen(text));
	char *rest = copy == NULL ? NULL : strstr(copy, "://");

	*url = (struct url){.path = ""};
	if (rest == NULL || rest == copy)
		return URL_MALFORMED;
	*rest = '\0';
	url->scheme = copy;
	return parse_rest(rest + 3, url);
}

const char *url_parameter(const struct url *url, const char *name)
{
	for (int i = 0; i < url->parameter_count; i++)
		if (strcmp(url->parameters[i].name, name) == 0)
			return url->parameters[i].value;
	return NULL;
}

const char *url_encode(struct arena *arena, const char *text)
{
	static const char HEX[] = "0123456789ABCDEF";
	static const char PLAIN[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	char *encoded = arena_alloc(arena, 3 * strlen(text) + 1), *to = encoded;

	if (encoded == NULL)
		return NULL;
	for (const char *c = text; *c != '\0'; c++) {
		unsigned char byte = (unsigned char)*c;

		if (strchr(PLAIN, *c) != NULL) {
			*to++ = *c;
		} else if (*c == ' ') {
			*to++ = '+';
		} else {
			*to++ = '%';
			*to++ = HEX[byte >> 4];
			*to++ = HEX[byte & 15];
		}
	}
	*to = '\0';
	return encoded;
}
