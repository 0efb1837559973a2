/*
 * See oauth_view.h.
 */
#include "api/views/oauth_view.h"

#include "account/tokens/scopes.h"

#include <string.h>

/* ---- applications ------------------------------------------------------------------------------ */

/* A time with the full name of its month: "Thu, 14 July 2022 06:27:53 GMT". */
static bool add_issue_time(cJSON *object, const char *key, struct arena *arena, instant when)
{
	static const char *const MONTHS[] = {"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December"};
	enum { DAY = 8, MONTH_END = 11 }; /* "Thu, 14 Jul 2022 ..." */
	char text[CLOCK_HTTP_DATE_SIZE];
	const char *full;

	clock_http_date(when, text);
	full = arena_printf(arena, "%.*s%s%s", DAY, text, MONTHS[clock_to_civil(when).month - 1],
		text + MONTH_END);
	return full != NULL && json_add_text(object, key, full);
}

cJSON *oauth_app_object(struct arena *arena, const struct oauth_app *app)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *uris = cJSON_CreateStringArray(app->redirect_uris, app->redirect_uri_count);

	if (object == NULL || uris == NULL ||
		!json_add_text(object, "client_description", app->description) ||
		!json_add_text(object, "client_id", app->client_id) ||
		!json_add_number(object, "id", (double)app->id) ||
		!add_issue_time(object, "issued_at", arena, app->issued_at) ||
		!json_add_text(object, "name", app->name) ||
		!cJSON_AddItemToObject(object, "redirect_uris", uris) ||
		!json_add_text(object, "scope", app->scope) ||
		!json_add_text(object, "website", app->website))
		return NULL;
	if (app->secret != NULL && !json_add_text(object, "client_secret", app->secret))
		return NULL;
	return object;
}

/* ---- tokens ------------------------------------------------------------------------------------ */

cJSON *oauth_tokens_object(const struct oauth_tokens *tokens)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_add_text(object, "access_token", tokens->access) ||
		!json_add_number(object, "expires_in", (double)tokens->expires_in) ||
		!json_add_text(object, "refresh_token", tokens->refresh) ||
		!json_add_text(object, "token_type", "Bearer"))
		return NULL;
	if (*tokens->scope != '\0' && !json_add_text(object, "scope", tokens->scope))
		return NULL;
	return object;
}

/* ---- metadata ---------------------------------------------------------------------------------- */

/* Words that are separated by single spaces, as a list. */
static bool add_words(cJSON *object, const char *key, struct arena *arena, const char *words)
{
	cJSON *list = cJSON_AddArrayToObject(object, key);

	while (list != NULL && *words != '\0') {
		size_t length = strcspn(words, " ");
		const char *word = arena_copy(arena, words, length);
		cJSON *item = word == NULL ? NULL : cJSON_CreateString(word);

		if (item == NULL || !cJSON_AddItemToArray(list, item))
			return false;
		words += length + (words[length] == ' ' ? 1 : 0);
	}
	return list != NULL;
}

static bool add_address(
	cJSON *object, const char *key, struct arena *arena, const char *site, const char *path)
{
	const char *url = arena_printf(arena, "%s%s", site, path);

	return url != NULL && json_add_text(object, key, url);
}

cJSON *oauth_metadata_object(struct arena *arena, const char *ui_url)
{
	static const struct {
		const char *key, *path;
	} ADDRESSES[] = {
		{"issuer", ""},
		{"authorization_endpoint", "/profile/apps/authorize"},
		{"token_endpoint", "/api/oauth/token"},
		{"revocation_endpoint", "/api/oauth/revoke"},
		{"device_authorization_endpoint", "/api/oauth/device"},
	};
	static const struct {
		const char *key, *words;
	} LISTS[] = {
		{"scopes_supported", SCOPES},
		{"response_types_supported", "code"},
		{"response_modes_supported", "query"},
		{"grant_types_supported", "authorization_code refresh_token "
					  "urn:ietf:params:oauth:grant-type:device_code"},
		{"token_endpoint_auth_methods_supported", "client_secret_post client_secret_basic"},
		{"revocation_endpoint_auth_methods_supported",
			"client_secret_post client_secret_basic"},
		{"code_challenge_methods_supported", "S256"},
	};
	cJSON *object = cJSON_CreateObject();

	for (size_t i = 0; i < sizeof(ADDRESSES) / sizeof(*ADDRESSES); i++)
		if (!add_address(object, ADDRESSES[i].key, arena, ui_url, ADDRESSES[i].path))
			return NULL;
	for (size_t i = 0; i < sizeof(LISTS) / sizeof(*LISTS); i++)
		if (!add_words(object, LISTS[i].key, arena, LISTS[i].words))
			return NULL;
	return object;
}
