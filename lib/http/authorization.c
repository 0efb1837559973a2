/*
 * See authorization.h.
 */
#include "http/authorization.h"

#include "core/text.h"

#include <string.h>
#include <strings.h>

/* Decode base64 (RFC 4648 §4) in place. false: malformed, not UTF-8, or it holds a control character. */
static bool decode_base64(struct arena *arena, const char *encoded, const char **decoded)
{
	size_t length = strlen(encoded);
	char *text = arena_copy(arena, encoded, length);
	char *bytes = arena_zero(arena, length + 1);
	ptrdiff_t size;

	if (text == NULL || bytes == NULL)
		return false;
	for (int i = 0; i < 2 && length > 0 && text[length - 1] == '='; i++)
		text[--length] = '\0';
	if (strpbrk(text, "-_") != NULL)
		return false;
	for (char *c = text; *c != '\0'; c++)
		if (*c == '+')
			*c = '-';
		else if (*c == '/')
			*c = '_';
	size = text_base64url_decode(text, length, (unsigned char *)bytes);
	*decoded = bytes;
	return size >= 0 && strlen(bytes) == (size_t)size && text_is_utf8(bytes, (size_t)size) &&
	       !text_has_control(bytes);
}

static enum authorization_scheme read_basic(
	struct arena *arena, const char *encoded, struct authorization *authorization)
{
	const char *pair, *colon;

	if (!decode_base64(arena, encoded, &pair))
		return AUTHORIZATION_INVALID;
	colon = strchr(pair, ':');
	if (colon == NULL || colon[1] == '\0')
		return AUTHORIZATION_INVALID;
	authorization->user = arena_copy(arena, pair, (size_t)(colon - pair));
	authorization->secret = colon + 1;
	return authorization->user == NULL ? AUTHORIZATION_FAILED : AUTHORIZATION_BASIC;
}

enum authorization_scheme authorization_read(
	const struct request *request, struct authorization *authorization)
{
	const char *header = request->authorization;
	size_t scheme = strcspn(header, " ");
	const char *start = header + scheme + strspn(header + scheme, " ");
	size_t length = strlen(start);
	const char *rest;

	if (*header == '\0')
		return AUTHORIZATION_ABSENT;
	while (length > 0 && start[length - 1] == ' ')
		length--;
	rest = arena_copy(request->arena, start, length);
	if (rest == NULL)
		return AUTHORIZATION_FAILED;
	if (length == 0 || strpbrk(rest, " \t,") != NULL)
		return AUTHORIZATION_INVALID;
	if (scheme == strlen("Basic") && strncasecmp(header, "Basic", scheme) == 0)
		return read_basic(request->arena, rest, authorization);
	if (scheme != strlen("Bearer") || strncasecmp(header, "Bearer", scheme) != 0)
		return AUTHORIZATION_INVALID;
	authorization->secret = rest;
	return AUTHORIZATION_TOKEN;
}
