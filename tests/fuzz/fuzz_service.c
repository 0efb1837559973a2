/*
 * One request to one of the executables: from their main() over routes, tokens and handlers to the
 * answer. The database is that of database.h; server_run(), which the executables call to be given
 * requests, is the one below.
 *
 * An input is what input.h says of a request, and behind a line "--" the database's script. Two
 * parameters are not the request's: PROGRAM, and MAIL=off where no mail is sent. "Bearer OWN" stands for
 * a token of our own.
 *
 * Whatever is asked: the answer is one of the contract, in whole, in the dialect; where the database is
 * well, it is none of failure.
 */
#include "database.h"
#include "input.h"

#include "account/answer.h"
#include "account/token.h"
#include "core/json.h"
#include "core/log.h"
#include "core/text.h"
#include "http/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "a key for tests, which is no secret"

int service_register(int argc, char **argv);
int service_login(int argc, char **argv);
int service_profile(int argc, char **argv);
int service_picture(int argc, char **argv);
int service_export(int argc, char **argv);
int service_config(int argc, char **argv);

static const struct program {
	const char *name;
	int (*run)(int argc, char **argv);
} PROGRAMS[] = {
	{"config", service_config},
	{"export", service_export},
	{"login", service_login},
	{"picture", service_picture},
	{"profile", service_profile},
	{"register", service_register},
};

enum { PROGRAM_COUNT = sizeof(PROGRAMS) / sizeof(*PROGRAMS) };

/* The request that the next server_run() serves, the arena that it lives in, and all of the input. */
static struct request_input the_request;
static struct arena the_arena;
static const struct program *the_program;
static const uint8_t *the_data;
static size_t the_size;

/* ---- what an answer must be -------------------------------------------------------------------- */

static const char *header(const struct response *response, const char *name)
{
	const char *value = NULL;

	for (int i = 0; i < response->header_count; i++) {
		if (strcmp(response->headers[i].name, name) != 0)
			continue;
		require(value == NULL); /* none twice */
		value = response->headers[i].value;
	}
	return value;
}

static void check_status(const struct request *request, const struct response *response)
{
	static const int STATUSES[] = {200, 201, 204, 400, 401, 403, 404, 405, 413, 429, 500};
	bool known = false;

	for (size_t i = 0; i < sizeof(STATUSES) / sizeof(*STATUSES); i++)
		known |= response->status == STATUSES[i];
	require(known);
	/* there is no upload folder, so pictures cannot be stored */
	if (response->status == 500)
		require(database_was_odd() || request->dialect == NULL ||
			strcmp(the_program->name, "picture") == 0);
	require((response->status == 405) ==
		(header(response, "Allow") != NULL && request->method != HTTP_OPTIONS));
	require((response->status == 429) == (header(response, "Retry-After") != NULL));
}

/* {"status": a word, ...}, or {"error": ...} in the manner of RFC 6750. */
static void check_object(const struct request *request, const struct response *response)
{
	const cJSON *body = json_parse(response->body, response->body_length);
	const char *status = cJSON_GetStringValue(json_member(body, "status"));
	const char *error = cJSON_GetStringValue(json_member(body, "error"));
	const cJSON *message = json_member(body, "message");

	require(cJSON_IsObject(body));
	require(message == NULL || cJSON_IsString(message));
	if (request->route != NULL && strcmp(request->route, "/api/openapi.json") == 0)
		return;
	require((status == NULL) != (error == NULL));
	if (status == NULL) {
		require(response->status == 401 || response->status == 403);
		require(request->dialect->has_scoped_tokens);
		return;
	}
	require((response->status < 300) == (strcmp(status, "success") == 0));
	require(response->status < 300 || strcmp(status, "error") == 0 ||
		strcmp(status, "fail") == 0 || strcmp(status, "not found") == 0);
}

/* What the client has not sent and the database's script does not say. */
static void check_secrets(const struct response *response)
{
	static const char *const SECRETS[] = {SECRET, DATABASE_PASSWORD_HASH};

	for (size_t i = 0; i < sizeof(SECRETS) / sizeof(*SECRETS); i++)
		require(strstr(response->body, SECRETS[i]) == NULL ||
			memmem(the_data, the_size, SECRETS[i], strlen(SECRETS[i])) != NULL);
}

/* Nobody sees or changes what is an account's without a token. */
static void check_access(const struct request *request, const struct response *response)
{
	if (request->method == HTTP_OPTIONS || *request->authorization != '\0')
		return;
	if (strcmp(the_program->name, "profile") == 0 || strcmp(the_program->name, "export") == 0)
		require(response->status >= 400);
}

static void check_answer(struct request *request, struct response *response)
{
	const char *head;

	response_header(response, "X-Request-Id", request->id);
	head = response_head(response, request->arena);
	require(head != NULL && strcmp(head + strlen(head) - 4, "\r\n\r\n") == 0);
	require(response->file == NULL);
	check_status(request, response);
	check_access(request, response);
	if (response->body == NULL) {
		require(response->status == 204 || request->method == HTTP_OPTIONS);
		return;
	}
	require(response->status != 204);
	require(strlen(response->body) == response->body_length);
	require(strcmp(header(response, "Content-Type"), "application/json") == 0);
	check_object(request, response);
	check_secrets(response);
}

int server_run(server_handler *handler, void *context)
{
	struct request request;
	struct response response = {0};

	require(request_begin(&request, &the_arena, &the_request.source));
	json_use_arena(&the_arena);
	handler(context, &request, &response);
	check_answer(&request, &response);
	response_close(&response);
	return EXIT_SUCCESS;
}

/* ---- the request ------------------------------------------------------------------------------- */

static const struct program *program_of(const struct request_input *request)
{
	const char *name = request_input_parameter(request, "PROGRAM");

	for (int i = 0; name != NULL && i < PROGRAM_COUNT; i++)
		if (strcmp(PROGRAMS[i].name, name) == 0)
			return &PROGRAMS[i];
	return &PROGRAMS[0];
}

/* Put a good token where the input asks for one. */
static void fill_in_token(struct request_input *request)
{
	/* good until the end of the year 9999 */
	static const struct token_claims CLAIMS = {.user_id = 1, .expires_at = 253402300799};
	static char *header;

	if (header == NULL) {
		struct arena arena = ARENA_EMPTY;
		const char *token = token_issue(&arena, SECRET, &CLAIMS);

		require(token != NULL && asprintf(&header, "Bearer %s", token) > 0);
		arena_free(&arena);
	}
	for (int i = 0; i < request->count; i++)
		if (strcmp(request->parameters[i].value, "Bearer OWN") == 0)
			request->parameters[i].value = header;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct {
		const char *name, *value;
	} SETTINGS[] = {
		{"FITGATE_CONFIG", ""}, {"APP_SECRET_KEY", SECRET},
		{"DATABASE_URL", "mysql://nobody@localhost/none"},
		{"SENDER_EMAIL", "fitgate@example.com"}, {"UI_URL", "https://fitgate.example"},
		{"UPLOAD_FOLDER", "/nonexistent"},
		{"PASSWORD_HASH", "$3$"}, /* takes microseconds */
	};

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(*SETTINGS); i++)
		setenv(SETTINGS[i].name, SETTINGS[i].value, 1);
	require(log_open("fuzz", "/dev/null"));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = input_begin(data, size);
	char name[] = "fuzz", *arguments[] = {name, NULL};
	const char *mail;

	the_data = data;
	the_size = size;
	request_input_begin(&the_request, &input, &the_arena, "\n--\n");
	database_begin(input_rest(&input, &the_arena));
	the_program = program_of(&the_request);
	fill_in_token(&the_request);
	mail = request_input_parameter(&the_request, "MAIL");
	setenv("EMAIL_URL", mail != NULL && strcmp(mail, "off") == 0 ? "" : "smtp://localhost", 1);
	require(the_program->run(1, arguments) == EXIT_SUCCESS);
	arena_reset(&the_arena);
	return 0;
}
