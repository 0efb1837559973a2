/*
 * See app_draft.h.
 */
#include "api/app_draft.h"

/* Whether JSON text that is not an object with members is one of the empty values. */
static bool is_empty_value(const cJSON *value)
{
	if (cJSON_IsNumber(value))
		return value->valuedouble == 0;
	if (cJSON_IsString(value))
		return *value->valuestring == '\0';
	return cJSON_IsNull(value) || cJSON_IsFalse(value) ||
	       ((cJSON_IsArray(value) || cJSON_IsObject(value)) && value->child == NULL);
}

/* Steps 2 and 3 of contract §18.1. Sets *names to the keys that are missing; NULL when out of memory. */
static enum reply check_keys(struct api_request *request, const char **names)
{
	static const char *const KEYS[] = {"client_name", "client_uri", "redirect_uris", "scope"};
	enum reply refusal = service_read_payload(request);

	*names = "";
	if (refusal == REPLY_INVALID_PAYLOAD && request->payload.object != NULL &&
		is_empty_value(request->payload.object))
		return REPLY_APP_MISSING;
	if (refusal != REPLY_NONE)
		return refusal;
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS) && *names != NULL; i++)
		if (!payload_has(&request->payload, KEYS[i]))
			*names = arena_printf(request->http->arena, "%s%s%s", *names,
				**names == '\0' ? "" : ", ", KEYS[i]);
	return *names == NULL || **names != '\0' ? REPLY_APP_KEYS_MISSING : REPLY_NONE;
}

/* The texts of redirect_uris, at most one more than allowed; NULL: not a list, or out of memory. */
static const char *const *read_uris(struct api_request *request, int *count)
{
	const cJSON *list = json_member(request->payload.object, "redirect_uris"), *item;
	const char **uris =
		arena_zero(request->http->arena, sizeof(*uris) * (OAUTH_APP_REDIRECT_URIS + 1));

	*count = 0;
	if (uris == NULL || !cJSON_IsArray(list))
		return NULL;
	cJSON_ArrayForEach (item, list)
		if (*count <= OAUTH_APP_REDIRECT_URIS)
			uris[(*count)++] = cJSON_GetStringValue(item);
	return uris;
}

enum reply app_draft_read(
	struct api_request *request, struct oauth_app_draft *draft, const char **names)
{
	const struct payload *payload = &request->payload;
	enum reply refusal = check_keys(request, names);

	if (refusal != REPLY_NONE)
		return refusal;
	*draft = (struct oauth_app_draft){0};
	payload_text(payload, "client_name", &draft->name);
	payload_text(payload, "client_uri", &draft->website);
	payload_text(payload, "scope", &draft->scope);
	draft->description_invalid =
		payload_text(payload, "client_description", &draft->description) == FIELD_INVALID;
	draft->redirect_uris = read_uris(request, &draft->redirect_uri_count);
	return REPLY_NONE;
}

const char *app_draft_names(struct arena *arena, unsigned invalid)
{
	static const struct {
		unsigned bit;
		const char *name;
	} NAMES[] = {
		{OAUTH_APP_NAME_INVALID, "client_name"},
		{OAUTH_APP_WEBSITE_INVALID, "client_uri"},
		{OAUTH_APP_REDIRECT_URIS_INVALID, "redirect_uris"},
		{OAUTH_APP_DESCRIPTION_INVALID, "client_description"},
	};
	const char *names = "";

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES) && names != NULL; i++)
		if ((invalid & NAMES[i].bit) != 0)
			names = arena_printf(
				arena, "%s%s%s", names, *names == '\0' ? "" : ", ", NAMES[i].name);
	return names;
}
