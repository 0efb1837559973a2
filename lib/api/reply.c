/*
 * Bodies are built as trees and printed, so that no message can break the JSON.
 */
#include "api/reply_table.h"

#include "api/validation_messages.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Replies must not be stored: most are about an account, and some contain a token. */
static void send_json(struct response *response, int status, const char *text)
{
	response_json(response, status, text);
	response_header(response, "Cache-Control", "no-store");
}

static enum handled send_tree(struct api_request *request, int status, const cJSON *tree)
{
	const char *text = tree == NULL ? NULL : json_text(tree);

	if (text == NULL)
		return HANDLER_FAILED;
	send_json(request->response, status, text);
	return HANDLED;
}

static cJSON *envelope(const char *word, const char *message)
{
	cJSON *tree = cJSON_CreateObject();

	if (cJSON_AddStringToObject(tree, "status", word) == NULL)
		return NULL;
	if (message != NULL && cJSON_AddStringToObject(tree, "message", message) == NULL)
		return NULL;
	return tree;
}

static enum handled reply_oauth(struct response *response, const struct reply_cell *cell)
{
	send_json(response, cell->status, cell->oauth->body);
	response_header(response, "Pragma", "no-cache");
	if (cell->oauth->challenge != NULL)
		response_header(response, "WWW-Authenticate", cell->oauth->challenge);
	return HANDLED;
}

static enum handled send_bare(struct api_request *request, int status, const cJSON *tree)
{
	if (send_tree(request, status, tree) == HANDLER_FAILED)
		return HANDLER_FAILED;
	response_header(request->response, "Pragma", "no-cache");
	return HANDLED;
}

/* An error of RFC 6749 §5.2. */
static enum handled refuse(
	struct api_request *request, int status, const char *code, const char *description)
{
	cJSON *tree = cJSON_CreateObject();

	if (cJSON_AddStringToObject(tree, "error", code) == NULL)
		return HANDLER_FAILED;
	if (description != NULL &&
		cJSON_AddStringToObject(tree, "error_description", description) == NULL)
		return HANDLER_FAILED;
	return send_bare(request, status, tree);
}

enum handled reply(struct api_request *request, enum reply which)
{
	const struct reply_cell *cell = reply_cell(which, request->dialect->id);

	if (cell->oauth != NULL)
		return reply_oauth(request->response, cell);
	if (cell->refused)
		return refuse(request, cell->status, cell->word, cell->message);
	return send_tree(request, cell->status, envelope(cell->word, cell->message));
}

enum handled reply_with_token(struct api_request *request, enum reply which, const char *token)
{
	const struct reply_cell *cell = reply_cell(which, request->dialect->id);
	cJSON *tree = envelope(cell->word, cell->message);

	if (token == NULL || cJSON_AddStringToObject(tree, "auth_token", token) == NULL)
		return HANDLER_FAILED;
	return send_tree(request, cell->status, tree);
}

enum handled reply_list(struct api_request *request, const enum reply *replies, size_t count)
{
	cJSON *tree = envelope(reply_cell(replies[0], request->dialect->id)->word, NULL);
	cJSON *messages = cJSON_AddArrayToObject(tree, "message");

	for (size_t i = 0; i < count; i++)
		if (!cJSON_AddItemToArray(messages,
			    cJSON_CreateString(
				    reply_cell(replies[i], request->dialect->id)->message)))
			return HANDLER_FAILED;
	return send_tree(request, reply_cell(replies[0], request->dialect->id)->status, tree);
}

enum handled reply_success(struct api_request *request)
{
	return send_tree(request, 200, envelope("success", NULL));
}

enum handled reply_no_content(struct api_request *request)
{
	response_empty(request->response, 204);
	return HANDLED;
}

static enum handled send_member(
	struct api_request *request, int status, cJSON *tree, const char *key, cJSON *item)
{
	if (item == NULL || !cJSON_AddItemToObject(tree, key, item))
		return HANDLER_FAILED;
	return send_tree(request, status, tree);
}

enum handled reply_member(struct api_request *request, const char *key, cJSON *item)
{
	return send_member(request, 200, envelope("success", NULL), key, item);
}

enum handled reply_data(struct api_request *request, cJSON *data)
{
	return reply_member(request, "data", data);
}

enum handled reply_page(struct api_request *request, const char *key, cJSON *list,
	const struct pagination *pagination)
{
	cJSON *tree = envelope("success", NULL), *data = cJSON_AddObjectToObject(tree, "data");

	if (list == NULL || data == NULL || !cJSON_AddItemToObject(data, key, list))
		return HANDLER_FAILED;
	return send_member(request, 200, tree, "pagination", pagination_object(pagination));
}

enum handled reply_data_with_message(struct api_request *request, enum reply which, cJSON *data)
{
	const struct reply_cell *cell = reply_cell(which, request->dialect->id);

	return send_member(
		request, cell->status, envelope(cell->word, cell->message), "data", data);
}

enum handled reply_no_data(struct api_request *request, cJSON *data)
{
	return send_member(request, 404, envelope("not found", NULL), "data", data);
}

/* The text with `value` in place of the first `mark`; NULL when out of memory. */
static char *filled(const char *text, const char *mark, const char *value)
{
	const char *found = strstr(text, mark);
	size_t head = found == NULL ? strlen(text) : (size_t)(found - text);
	size_t size = strlen(text) + strlen(value) + 1;
	char *result = cJSON_malloc(size);

	if (result != NULL)
		snprintf(result, size, "%.*s%s%s", (int)head, text, found == NULL ? "" : value,
			found == NULL ? "" : found + strlen(mark));
	return result;
}

enum handled reply_names(struct api_request *request, enum reply which, const char *names)
{
	const struct reply_cell *cell = reply_cell(which, request->dialect->id);
	const char *message = names == NULL ? NULL : filled(cell->message, "{names}", names);

	if (message == NULL)
		return HANDLER_FAILED;
	return send_tree(request, cell->status, envelope(cell->word, message));
}

enum handled reply_unsupported_grant_type(struct api_request *request, const char *grant_type)
{
	enum { LONGEST = 64 };
	const struct reply_cell *cell =
		reply_cell(REPLY_UNSUPPORTED_GRANT_TYPE, request->dialect->id);
	const char *text;
	size_t length = 0;

	while (grant_type[length] >= ' ' && grant_type[length] <= '~' &&
		grant_type[length] != '"' && grant_type[length] != '\\')
		length++;
	if (length > LONGEST || grant_type[length] != '\0')
		return reply(request, REPLY_UNSUPPORTED_GRANT_TYPE);
	text = arena_printf(request->http->arena, "grant_type=%s is not supported", grant_type);
	return text == NULL ? HANDLER_FAILED : refuse(request, cell->status, cell->word, text);
}

enum handled reply_object(struct api_request *request, cJSON *object)
{
	return send_bare(request, 200, object);
}

enum handled reply_file_too_large(struct api_request *request, int64_t size, int64_t limit)
{
	const struct reply_cell *cell = reply_cell(REPLY_FILE_TOO_LARGE, request->dialect->id);
	char size_text[TEXT_BYTES_SIZE], limit_text[TEXT_BYTES_SIZE];
	char *message;

	text_bytes(size, size_text);
	text_bytes(limit, limit_text);
	message = filled(cell->message, "{size}", size_text);
	if (message != NULL)
		message = filled(message, "{limit}", limit_text);
	if (message == NULL)
		return HANDLER_FAILED;
	return send_tree(request, cell->status, envelope(cell->word, message));
}

static enum handled reply_messages(
	struct api_request *request, const char *title, unsigned violations)
{
	char text[VALIDATION_MESSAGES_SIZE];
	size_t length = strlen(title);

	memcpy(text, title, length);
	validation_messages(request->dialect, violations, text + length, sizeof(text) - length);
	return send_tree(request, 400, envelope("error", text));
}

enum handled reply_violations(struct api_request *request, unsigned violations)
{
	return reply_messages(request, "", violations);
}

enum handled reply_registration_violations(struct api_request *request, unsigned violations)
{
	return reply_messages(request, request->dialect->rules_title, violations);
}

enum handled reply_too_many_attempts(struct api_request *request, int64_t seconds)
{
	const char *text = arena_printf(request->http->arena, "%" PRId64, seconds);

	if (text == NULL || reply(request, REPLY_TOO_MANY_ATTEMPTS) == HANDLER_FAILED)
		return HANDLER_FAILED;
	response_header(request->response, "Retry-After", text);
	return HANDLED;
}

void reply_failure(struct api_request *request)
{
	send_json(request->response, 500, request->dialect->failure);
}
