/*
 * See redirect_uri.h. The URIs are not decoded: they are compared byte by byte, and sent as they are.
 */
#include "account/oauth/redirect_uri.h"

#include "core/text.h"

#include "core/url.h"

#include <stdint.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

/* The length of the scheme (RFC 3986 §3.1); 0: there is none. */
static size_t scheme_length(const char *uri)
{
	size_t length = strspn(uri, LETTERS DIGITS "+-.");

	return length > 0 && strchr(LETTERS, *uri) != NULL && uri[length] == ':' ? length : 0;
}

static bool has_scheme(const char *uri, const char *scheme)
{
	return scheme_length(uri) == strlen(scheme) &&
	       strncasecmp(uri, scheme, strlen(scheme)) == 0;
}

static bool has_private_scheme(const char *uri)
{
	return memchr(uri, '.', scheme_length(uri)) != NULL;
}

static bool is_web(const char *uri)
{
	return has_scheme(uri, "http") || has_scheme(uri, "https");
}

/* The host and port of a web address; *length is 0 if there is none, or no scheme. */
static const char *authority_of(const char *uri, size_t *length)
{
	size_t scheme = scheme_length(uri);
	const char *start = uri + scheme + 1;

	*length = 0;
	if (scheme == 0)
		return uri;
	if (strncmp(start, "//", 2) != 0)
		return start;
	*length = strcspn(start + 2, "/?#");
	return start + 2;
}

static bool is_port(const char *text, size_t length)
{
	return length == 0 ||
	       (*text == ':' && length <= 6 && strspn(text + 1, DIGITS) >= length - 1);
}

/* Whether the authority is this host, with any port. */
static bool is_host(const char *authority, size_t length, const char *host)
{
	size_t size = strlen(host);

	return length >= size && strncasecmp(authority, host, size) == 0 &&
	       is_port(authority + size, length - size);
}

/* Whether there is a host, made of characters that a name or an address can have, with a valid port if any. */
static bool has_plain_host(const char *authority, size_t length)
{
	size_t host = strspn(authority, LETTERS DIGITS "-._~%");

	if (*authority == '[') {
		host = strspn(authority + 1, "0123456789abcdefABCDEF:.") + 1;
		host = authority[host] == ']' ? host + 1 : 0;
	}
	return host > 0 && host <= length && is_port(authority + host, length - host);
}

static bool is_printable(const char *uri)
{
	for (const char *c = uri; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return true;
}

bool redirect_uri_is_registrable(const char *uri)
{
	size_t length;
	const char *authority = authority_of(uri, &length);

	if (strlen(uri) > REDIRECT_URI_MAX || !is_printable(uri) || strpbrk(uri, "#\\") != NULL ||
		memchr(authority, '@', length) != NULL)
		return false;
	if (has_private_scheme(uri))
		return uri[scheme_length(uri) + 1] != '\0';
	if (has_scheme(uri, "https"))
		return has_plain_host(authority, length);
	return has_scheme(uri, "http") && (is_host(authority, length, "localhost") ||
						  is_host(authority, length, "127.0.0.1") ||
						  is_host(authority, length, "[::1]"));
}

bool redirect_uri_is_usable(const char *uri)
{
	return (is_web(uri) || has_private_scheme(uri)) && !text_has_control(uri) &&
	       strchr(uri, ' ') == NULL;
}

bool redirect_uri_is_website(const char *url)
{
	size_t length;
	const char *authority = authority_of(url, &length);

	return strlen(url) <= REDIRECT_URI_MAX && is_web(url) && length > 0 &&
	       memchr(authority, '@', length) == NULL && !text_has_control(url) &&
	       strchr(url, ' ') == NULL;
}

const char *redirect_uri_with(struct arena *arena, const char *uri, const char *name,
	const char *value, const char *state)
{
	size_t end = strcspn(uri, "#");
	const char *query = memchr(uri, '?', end), *sent = state == NULL ? "" : state;
	const char *encoded_value = url_encode(arena, value);
	const char *encoded_state = url_encode(arena, sent);
	/* after "?" or "&", the parameter can follow directly */
	bool open = query != NULL && (uri[end - 1] == '?' || uri[end - 1] == '&');

	if (encoded_value == NULL || encoded_state == NULL)
		return NULL;
	return arena_printf(arena, "%.*s%s%s=%s%s%s%s", (int)end, uri,
		query == NULL ? "?"
		: open        ? ""
			      : "&",
		name, encoded_value, *sent == '\0' ? "" : "&state=", encoded_state, uri + end);
}

const char *redirect_uri_origin(struct arena *arena, const char *uri)
{
	size_t length, scheme = scheme_length(uri);
	const char *host = authority_of(uri, &length);
	const char *user_end = memrchr(host, '@', length);

	if (user_end != NULL) {
		length -= (size_t)(user_end + 1 - host);
		host = user_end + 1;
	}
	if (!is_web(uri) || !has_plain_host(host, length))
		return arena_copy(arena, uri, scheme + 1);
	return arena_printf(arena, "%.*s://%.*s", (int)scheme, uri, (int)length, host);
}
