/*
 * Bodies are built as trees and printed, so that no message can break the JSON.
 */
#include "account/answer.h"

#include "account/rules.h"

#include <string.h>

static const struct {
	int status;
	const char *word;
	const char *message;
} TABLE[] = {
#define ANSWER_ROW(name, status, word, message) [ANSWER_##name] = {status, word, message},
	ANSWERS(ANSWER_ROW)
#undef ANSWER_ROW
};

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

void answer(struct response *response, enum answer which)
{
	send_tree(response, TABLE[which].status, envelope(TABLE[which].word, TABLE[which].message));
}

void answer_with_token(struct response *response, enum answer which, const char *token)
{
	cJSON *tree = envelope(TABLE[which].word, TABLE[which].message);

	if (cJSON_AddStringToObject(tree, "auth_token", token) == NULL)
		tree = NULL;
	send_tree(response, TABLE[which].status, tree);
}

void answer_success(struct response *response)
{
	send_tree(response, 200, envelope("success", NULL));
}

static void send_data(struct response *response, int status, cJSON *tree, cJSON *data)
{
	if (data == NULL || !cJSON_AddItemToObject(tree, "data", data))
		tree = NULL;
	send_tree(response, status, tree);
}

void answer_data(struct response *response, cJSON *data)
{
	send_data(response, 200, envelope("success", NULL), data);
}

void answer_data_with_message(struct response *response, enum answer which, cJSON *data)
{
	send_data(response, TABLE[which].status, envelope(TABLE[which].word, TABLE[which].message),
		data);
}

void answer_no_data(struct response *response, cJSON *data)
{
	send_data(response, 404, envelope("not found", NULL), data);
}

void answer_broken_rules(struct response *response, unsigned broken)
{
	char text[RULES_MESSAGES_SIZE];

	rules_messages(broken, text);
	send_tree(response, 400, envelope("error", text));
}

static void answer_oauth(
	struct response *response, int status, const char *body, const char *challenge)
{
	response_json(response, status, body);
	response_header(response, "Cache-Control", "no-store");
	response_header(response, "Pragma", "no-cache");
	if (challenge != NULL)
		response_header(response, "WWW-Authenticate", challenge);
}

#define BAD_TOKEN_TEXT                                                                             \
	"The access token provided is expired, revoked, malformed, or invalid for other reasons."

void answer_bad_token(struct response *response)
{
	answer_oauth(response, 401,
		"{\"error\":\"invalid_token\",\"error_description\":\"" BAD_TOKEN_TEXT "\"}",
		"Bearer error=\"invalid_token\", error_description=\"" BAD_TOKEN_TEXT "\"");
}

void answer_bad_token_type(struct response *response)
{
	answer_oauth(response, 401, "{\"error\":\"unsupported_token_type\"}",
		"bearer error=\"unsupported_token_type\", error_description=\"\"");
}

void answer_bad_scope(struct response *response)
{
	answer_oauth(response, 403,
		"{\"error\":\"insufficient_scope\",\"error_description\":\"The request requires higher "
		"privileges than provided by the access token.\"}",
		NULL);
}
