/*
 * The documents of the older dialects are made for each request: it takes a few milliseconds, and is requested rarely.
 */
#include "api/openapi.h"

#include "core/json/json.h"

#include <string.h>

/*
 * Replace or remove the strings below `node` that are keys of `texts`.
 * NOLINTNEXTLINE(misc-no-recursion): a tree parsed by cJSON is at most CJSON_NESTING_LIMIT deep */
static void replace_texts(cJSON *node, const cJSON *texts)
{
	cJSON *next;

	for (cJSON *child = node->child; child != NULL; child = next) {
		const cJSON *text =
			cJSON_IsString(child) ? json_member(texts, child->valuestring) : NULL;

		next = child->next;
		if (cJSON_IsNull(text))
			cJSON_DetachItemViaPointer(node, child);
		else if (text != NULL)
			child->valuestring = text->valuestring;
		replace_texts(child, texts);
	}
}

/* The object that is the member `key`, or a new one in its place. NULL: out of memory. */
static cJSON *object_member(cJSON *object, const char *key)
{
	cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);

	if (cJSON_IsObject(member))
		return member;
	cJSON_DetachItemFromObjectCaseSensitive(object, key);
	return cJSON_AddObjectToObject(object, key);
}

/*
 * Apply a merge patch, whose items become part of `target`. false: out of memory.
 * NOLINTNEXTLINE(misc-no-recursion): a tree parsed by cJSON is at most CJSON_NESTING_LIMIT deep */
static bool merge(cJSON *target, cJSON *patch)
{
	cJSON *next;

	for (cJSON *item = patch->child; item != NULL; item = next) {
		next = item->next;
		if (cJSON_IsObject(item)) {
			cJSON *member = object_member(target, item->string);

			if (member == NULL || !merge(member, item))
				return false;
			continue;
		}
		cJSON_DetachItemFromObjectCaseSensitive(target, item->string);
		cJSON_DetachItemViaPointer(patch, item);
		if (!cJSON_IsNull(item) && !cJSON_AddItemToObject(target, item->string, item))
			return false;
	}
	return true;
}

static cJSON *parse(enum dialect_id id)
{
	return json_parse(OPENAPI_SOURCES[id], strlen(OPENAPI_SOURCES[id]));
}

const char *openapi_document(const struct dialect *dialect)
{
	cJSON *document, *changes;

	if (dialect->id == DIALECT_0_7)
		return OPENAPI_SOURCES[DIALECT_0_7];
	document = parse(DIALECT_0_7);
	changes = parse(dialect->id);
	if (document == NULL || changes == NULL)
		return NULL;
	replace_texts(document, json_member(changes, "texts"));
	return merge(document, cJSON_GetObjectItemCaseSensitive(changes, "document"))
		       ? json_text(document)
		       : NULL;
}
