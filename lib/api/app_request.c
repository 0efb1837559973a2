/*
 * See app_request.h.
 */
#include "api/app_request.h"

#include "account/oauth/app_login.h"
#include "core/text.h"
#include "http/form.h"

#include <string.h>
#include <strings.h>

/* ---- the form ---------------------------------------------------------------------------------- */

enum reply app_request_read_form(struct api_request *request, const char *const *known,
	enum reply invalid, struct form **form)
{
	*form = arena_alloc(request->http->arena, sizeof(**form));
	if (*form == NULL)
		return REPLY_SERVER_ERROR;
	switch (form_read(request->http, FORM_MAX_SIZE, *form)) {
	case FORM_READ:
	case FORM_OTHER_TYPE:
		break;
	case FORM_TOO_LARGE:
		return REPLY_BODY_TOO_LARGE;
	case FORM_FAILED:
		return REPLY_SERVER_ERROR;
	case FORM_INVALID:
		return invalid;
	}
	for (; *known != NULL; known++)
		if (form_count(*form, *known) > 1)
			return invalid;
	return REPLY_NONE;
}

const char *app_request_field(const struct form *form, const char *name)
{
	const char *value = form_value(form, name);

	return value == NULL || *value == '\0' ? NULL : value;
}

/* ---- the credentials --------------------------------------------------------------------------- */

struct credentials {
	const char *client_id, *secret; /* NULL: not sent */
	bool basic;
};

/* Decode base64 (RFC 4648 §4) in the arena. NULL: malformed, not UTF-8, or out of memory. */
static char *decode_base64(struct arena *arena, const char *encoded)
{
	size_t length = strlen(encoded);
	char *text = arena_copy(arena, encoded, length);
	char *bytes = arena_zero(arena, length + 1);

	if (text == NULL || bytes == NULL)
		return NULL;
	while (length > 0 && text[length - 1] == '=')
		text[--length] = '\0';
	for (char *c = text; *c != '\0'; c++)
		if (*c == '+')
			*c = '-';
		else if (*c == '/')
			*c = '_';
	if (text_base64url_decode(text, length, (unsigned char *)bytes) < 0 ||
		!text_is_utf8(bytes, strlen(bytes)))
		return NULL;
	return bytes;
}

/* Both parts are form-encoded (RFC 6749 §2.3.1). A part that is not decodable is taken as it is. */
static const char *decode_part(struct arena *arena, char *part)
{
	char *copy = arena_copy(arena, part, strlen(part));

	if (copy == NULL)
		return part;
	return form_decode(copy) ? copy : part;
}

static void read_basic(const struct request *http, struct credentials *credentials)
{
	const char *header = http->authorization;
	char *pair, *colon;

	if (strncasecmp(header, "Basic", 5) != 0 || (header[5] != ' ' && header[5] != '\0'))
		return;
	credentials->basic = true;
	pair = decode_base64(http->arena, header + 5 + strspn(header + 5, " "));
	colon = pair == NULL ? NULL : strchr(pair, ':');
	if (colon == NULL)
		return;
	*colon = '\0';
	credentials->client_id = decode_part(http->arena, pair);
	credentials->secret = decode_part(http->arena, colon + 1);
}

/* false: the form and the header both have credentials. A client_id beside the header is harmless if it is the same. */
static bool read_credentials(
	const struct request *http, const struct form *form, struct credentials *credentials)
{
	const char *client_id = app_request_field(form, "client_id");
	const char *secret = app_request_field(form, "client_secret");

	read_basic(http, credentials);
	if (!credentials->basic) {
		credentials->client_id = client_id;
		credentials->secret = secret;
		return true;
	}
	return secret == NULL &&
	       (client_id == NULL || (credentials->client_id != NULL &&
					     strcmp(client_id, credentials->client_id) == 0));
}

enum handled app_request_authenticate(struct service *service, struct api_request *request,
	const struct form *form, struct oauth_refresh_token *refresh, const char **client_id)
{
	const struct account_context account = service_account(service, request);
	struct credentials credentials = {0};
	int64_t wait;

	*client_id = NULL;
	if (!read_credentials(request->http, form, &credentials))
		return reply(request, REPLY_INVALID_REQUEST);
	switch (oauth_app_log_in(
		&account, credentials.client_id, credentials.secret, refresh, &wait)) {
	case OAUTH_APP_ACCEPTED:
		*client_id = credentials.client_id;
		return HANDLED;
	case OAUTH_APP_REFUSED:
		return reply(request,
			credentials.basic ? REPLY_INVALID_BASIC_CLIENT : REPLY_INVALID_CLIENT);
	case OAUTH_APP_LIMITED:
		return reply_too_many_attempts(request, wait);
	case OAUTH_APP_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

enum handled app_request_begin(struct service *service, struct api_request *request,
	const char *const *known, struct form **form, const char **client_id)
{
	enum reply refusal = app_request_read_form(request, known, REPLY_INVALID_REQUEST, form);

	*client_id = NULL;
	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	return app_request_authenticate(service, request, *form, NULL, client_id);
}
