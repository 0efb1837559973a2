/*
 * See app_metadata.h.
 */
#include "account/oauth/app_metadata.h"

#include "core/json/json.h"

#include <string.h>

static bool add_list(cJSON *object, const char *key, const char *const *texts, int count)
{
	cJSON *list = cJSON_CreateStringArray(texts, count);

	return list != NULL && cJSON_AddItemToObject(object, key, list);
}

const char *app_metadata_write(const struct oauth_app *app)
{
	static const char *const GRANT_TYPES[] = {"authorization_code", "refresh_token"};
	static const char *const RESPONSE_TYPES[] = {"code"};
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_add_text(object, "client_name", app->name) ||
		!json_add_text(object, "client_description", app->description) ||
		!json_add_text(object, "client_uri", app->website) ||
		!add_list(object, "redirect_uris", app->redirect_uris, app->redirect_uri_count) ||
		!json_add_text(object, "scope", app->scope) ||
		!add_list(object, "grant_types", GRANT_TYPES, 2) ||
		!add_list(object, "response_types", RESPONSE_TYPES, 1) ||
		!json_add_text(object, "token_endpoint_auth_method", "client_secret_post"))
		return NULL;
	return json_text(object);
}

static void add_uri(struct oauth_app *app, const cJSON *item)
{
	const char *uri = cJSON_GetStringValue(item);

	if (uri != NULL && app->redirect_uri_count < OAUTH_APP_REDIRECT_URIS)
		app->redirect_uris[app->redirect_uri_count++] = uri;
}

void app_metadata_read(const char *text, struct oauth_app *app)
{
	const cJSON *object = text == NULL ? NULL : json_parse(text, strlen(text));
	const cJSON *uris = json_member(object, "redirect_uris"), *item;

	app->name = cJSON_GetStringValue(json_member(object, "client_name"));
	app->website = cJSON_GetStringValue(json_member(object, "client_uri"));
	app->description = cJSON_GetStringValue(json_member(object, "client_description"));
	app->scope = cJSON_GetStringValue(json_member(object, "scope"));
	app->redirect_uri_count = 0;
	if (cJSON_IsString(uris))
		add_uri(app, uris);
	if (!cJSON_IsArray(uris))
		return;
	for (item = uris->child; item != NULL; item = item->next)
		add_uri(app, item);
}
