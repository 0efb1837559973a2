/*
 * Bodies are built as trees and printed, so that no message can break the JSON.
 */
#include "account/answer.h"

#include "account/rules.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>

/* An error of RFC 6750: what stands in the body and in WWW-Authenticate. */
struct oauth_error {
	const char *body, *challenge; /* NULL: no such header */
};

#define BAD_TOKEN_TEXT                                                                             \
	"The access token provided is expired, revoked, malformed, or invalid for other reasons."

static const struct oauth_error invalid_token = {
	"{\"error\":\"invalid_token\",\"error_description\":\"" BAD_TOKEN_TEXT "\"}",
	"Bearer error=\"invalid_token\", error_description=\"" BAD_TOKEN_TEXT "\"",
};
static const struct oauth_error unsupported_token_type = {
	"{\"error\":\"unsupported_token_type\"}",
	"bearer error=\"unsupported_token_type\", error_description=\"\"",
};
static const struct oauth_error insufficient_scope = {
	"{\"error\":\"insufficient_scope\",\"error_description\":\"The request requires higher "
	"privileges than provided by the access token.\"}",
	NULL,
};

/* What an answer is in one dialect. */
struct cell {
	int status;
	const char *word, *message;
	const struct oauth_error *oauth; /* NULL: none */
};

static const struct cell TABLE[][DIALECT_COUNT] = {
/* NOLINTBEGIN(bugprone-macro-parentheses): initialisers cannot be in parentheses */
/* clang-format off */
#define SUCCESS(status, message) {status, "success", message, NULL}
#define ERROR(status, message)   {status, "error", message, NULL}
#define FAIL(status, message)    {status, "fail", message, NULL}
#define NOT_FOUND(message)       {404, "not found", message, NULL}
#define OAUTH(status, error)     {status, NULL, NULL, &error}
#define SAME                     {0, NULL, NULL, NULL}
/* clang-format on */
#define ANSWER_ROW(name, in_0_7, in_0_6, in_0_2)                                                   \
	[ANSWER_##name] = {[DIALECT_0_7] = in_0_7, [DIALECT_0_6] = in_0_6, [DIALECT_0_2] = in_0_2},
	/* NOLINTEND(bugprone-macro-parentheses) */
	ANSWERS(ANSWER_ROW)
#undef ANSWER_ROW
};

static const struct dialect *dialect_of(const struct response *response)
{
	return response->dialect == NULL ? &DIALECTS[DIALECT_0_7] : response->dialect;
}

static const struct cell *find_cell(const struct response *response, enum answer which)
{
	const struct cell *cell = &TABLE[which][dialect_of(response)->id];

	return cell->status == 0 ? &TABLE[which][DIALECT_0_7] : cell;
}

/* What is left to say when there is no memory for anything else. */
static const char OUT_OF_MEMORY[] =
	"{\"status\":\"error\",\"message\":\"error, please try again or contact the administrator\"}";

static void send_tree(struct response *response, int status, const cJSON *tree)
{
	const char *text = tree == NULL ? NULL : json_text(tree);

	if (text == NULL)
		response_json(response, 500, OUT_OF_MEMORY);
	else
		response_json(response, status, text);
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

static void answer_oauth(struct response *response, const struct cell *cell)
{
	response_json(response, cell->status, cell->oauth->body);
	response_header(response, "Cache-Control", "no-store");
	response_header(response, "Pragma", "no-cache");
	if (cell->oauth->challenge != NULL)
		response_header(response, "WWW-Authenticate", cell->oauth->challenge);
}

void answer(struct response *response, enum answer which)
{
	const struct cell *cell = find_cell(response, which);

	if (cell->oauth != NULL)
		answer_oauth(response, cell);
	else
		send_tree(response, cell->status, envelope(cell->word, cell->message));
}

void answer_with_token(struct response *response, enum answer which, const char *token)
{
	const struct cell *cell = find_cell(response, which);
	cJSON *tree = envelope(cell->word, cell->message);

	if (cJSON_AddStringToObject(tree, "auth_token", token) == NULL)
		tree = NULL;
	send_tree(response, cell->status, tree);
}

void answer_success(struct response *response)
{
	send_tree(response, 200, envelope("success", NULL));
}

static void send_member(
	struct response *response, int status, cJSON *tree, const char *key, cJSON *item)
{
	if (item == NULL || !cJSON_AddItemToObject(tree, key, item))
		tree = NULL;
	send_tree(response, status, tree);
}

void answer_member(struct response *response, const char *key, cJSON *item)
{
	send_member(response, 200, envelope("success", NULL), key, item);
}

void answer_data(struct response *response, cJSON *data)
{
	answer_member(response, "data", data);
}

void answer_data_with_message(struct response *response, enum answer which, cJSON *data)
{
	const struct cell *cell = find_cell(response, which);

	send_member(response, cell->status, envelope(cell->word, cell->message), "data", data);
}

void answer_no_data(struct response *response, cJSON *data)
{
	send_member(response, 404, envelope("not found", NULL), "data", data);
}

/* The text with `value` in place of the first `mark`; NULL when memory is out. */
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

void answer_file_too_large(struct response *response, int64_t size, int64_t limit)
{
	const struct cell *cell = find_cell(response, ANSWER_FILE_TOO_LARGE);
	char size_text[TEXT_BYTES_SIZE], limit_text[TEXT_BYTES_SIZE];
	char *message;

	text_bytes(size, size_text);
	text_bytes(limit, limit_text);
	message = filled(cell->message, "{size}", size_text);
	if (message != NULL)
		message = filled(message, "{limit}", limit_text);
	send_tree(response, cell->status, message == NULL ? NULL : envelope(cell->word, message));
}

static void answer_rules(struct response *response, const char *title, unsigned broken)
{
	char text[RULES_MESSAGES_SIZE];
	size_t length = strlen(title);

	memcpy(text, title, length);
	rules_messages(dialect_of(response), broken, text + length, sizeof(text) - length);
	send_tree(response, 400, envelope("error", text));
}

void answer_broken_rules(struct response *response, unsigned broken)
{
	answer_rules(response, "", broken);
}

void answer_broken_registration(struct response *response, unsigned broken)
{
	answer_rules(response, dialect_of(response)->rules_title, broken);
}
