/*
 * See cookie.h.
 */
#include "http/cookie.h"

#include "core/crypto.h"
#include "core/text.h"

#include <inttypes.h>
#include <string.h>

enum { INSTALLATION_ID = 4 }; /* bytes */

bool cookie_is_secure(const struct settings *settings)
{
	return strncmp(settings->ui_url, "https:", 6) == 0;
}

const char *cookie_installation_name(struct arena *arena, const struct settings *settings,
	enum cookie_scope scope, const char *suffix)
{
	static const char PURPOSE[] = "cookie names of the pages";
	static const char *const PREFIXES[] = {
		[COOKIE_OF_PATH] = "__Secure-",
		[COOKIE_OF_HOST] = "__Host-",
	};
	unsigned char mac[CRYPTO_SHA256_SIZE];
	char id[TEXT_HEX_SIZE(INSTALLATION_ID)];

	if (!crypto_hmac_sha256(settings->secret_key, PURPOSE, sizeof(PURPOSE), mac))
		return NULL;
	text_hex(mac, INSTALLATION_ID, id);
	return arena_printf(arena, "%sfitgate_%s%s",
		cookie_is_secure(settings) ? PREFIXES[scope] : "", id, suffix);
}

const char *cookie_read(const struct request *request, const char *name)
{
	const char *header = request_parameter(request, "HTTP_COOKIE");
	size_t name_length = strlen(name);
	const char *value = NULL;
	size_t length = 0;

	if (header == NULL)
		return NULL;
	for (; *header != '\0'; header += strspn(header, "; \t")) {
		size_t pair = strcspn(header, ";");

		if (pair > name_length && header[name_length] == '=' &&
			memcmp(header, name, name_length) == 0) {
			if (value != NULL)
				return "";
			value = header + name_length + 1;
			length = pair - name_length - 1;
		}
		header += pair;
	}
	if (value == NULL || length > COOKIE_VALUE_MAX)
		return "";
	return arena_copy(request->arena, value, length);
}

bool cookie_set(struct response *response, struct arena *arena, const struct cookie *cookie)
{
	const char *age = "";
	const char *header;

	if (*cookie->value == '\0')
		age = "; Max-Age=0";
	else if (cookie->max_age > 0)
		age = arena_printf(arena, "; Max-Age=%" PRId64, cookie->max_age);
	if (age == NULL)
		return false;
	header = arena_printf(arena, "%s=%s; Path=%s; HttpOnly; SameSite=Lax%s%s", cookie->name,
		cookie->value, cookie->path, age, cookie->secure ? "; Secure" : "");
	if (header == NULL)
		return false;
	response_header(response, "Set-Cookie", header);
	return true;
}
