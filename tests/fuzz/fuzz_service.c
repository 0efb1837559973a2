/*
 * One request to one of the programs: from its main() through routes, tokens and handlers to the response. The
 * database is that of database.h. The server_run() below replaces the one that serves requests.
 *
 * An input is a request as in input.h and, after a line "--", the script of the database. Two parameters do not
 * belong to the request: PROGRAM, and MAIL=off to disable e-mail. "Bearer OWN" stands for a valid token.
 *
 * The response must be a complete one of the contract, in the request's dialect; unless the database failed, it
 * must not be a server error.
 */
#include "shared/database.h"
#include "shared/environment.h"
#include "shared/input.h"
#include "shared/sole_header.h"

#include "api/reply.h"
#include "account/tokens/jwt.h"
#include "core/json/json.h"
#include "core/text.h"
#include "http/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int service_register(int argc, char **argv);
int service_login(int argc, char **argv);
int service_profile(int argc, char **argv);
int service_upload(int argc, char **argv);
int service_picture(int argc, char **argv);
int service_export(int argc, char **argv);
int service_users(int argc, char **argv);
int service_oauth(int argc, char **argv);
int service_workouts(int argc, char **argv);
int service_gate(int argc, char **argv);
int service_config(int argc, char **argv);

static const struct program {
	const char *name;
	int (*run)(int argc, char **argv);
} PROGRAMS[] = {
	{"config", service_config},
	{"export", service_export},
	{"login", service_login},
	{"upload", service_upload},
	{"picture", service_picture},
	{"profile", service_profile},
	{"register", service_register},
	{"users", service_users},
	{"oauth", service_oauth},
	{"workouts", service_workouts},
	{"gate", service_gate},
};

enum { PROGRAM_COUNT = sizeof(PROGRAMS) / sizeof(*PROGRAMS) };

/* The request that the next server_run() serves, its dialect (NULL: unknown), the arena that it lives in, and
 * all of the input. */
static struct request_input the_request;
static const struct dialect *the_dialect;
static struct arena the_arena;
static const struct program *the_program;
static const uint8_t *the_data;
static size_t the_size;

/* ---- checks of the response -------------------------------------------------------------------- */

/* The gate, not the frame around it, has replied. */
static bool is_of_gate(const struct request *request)
{
	return strcmp(the_program->name, "gate") == 0 && request->route != NULL &&
	       (request->method == HTTP_GET || request->method == HTTP_HEAD);
}

/* Whether the gate has a requirement, which may be invalid. */
static bool has_requirement(void)
{
	const char *requirement = request_input_parameter(&the_request, "GATE_REQUIRE");

	return requirement != NULL && *requirement != '\0';
}

static void check_status(const struct request *request, const struct response *response)
{
	static const int STATUSES[] = {200, 201, 204, 400, 401, 403, 404, 405, 413, 429, 500};
	bool known = false;

	for (size_t i = 0; i < sizeof(STATUSES) / sizeof(*STATUSES); i++)
		known |= response->status == STATUSES[i];
	require(known);
	/* there is no upload directory, so pictures cannot be stored */
	if (response->status == 500)
		require(database_was_odd() || the_dialect == NULL ||
			strcmp(the_program->name, "upload") == 0 ||
			(is_of_gate(request) && has_requirement()));
	require((response->status == 405) ==
		(sole_header(response, "Allow") != NULL && request->method != HTTP_OPTIONS));
	if (is_of_gate(request))
		require(response->status == 403 || sole_header(response, "Retry-After") == NULL);
	else
		require((response->status == 429) ==
			(sole_header(response, "Retry-After") != NULL));
}

/* An error of RFC 6749 or RFC 6750, or a reply to an application: only these may be cached or not as they say. */
static void check_oauth_object(
	const struct request *request, const struct response *response, const cJSON *body)
{
	const char *error = cJSON_GetStringValue(json_member(body, "error"));
	const char *pragma = sole_header(response, "Pragma");

	require((response->status >= 400) == (error != NULL) && request->route != NULL);
	require(pragma != NULL ||
		strcmp(request->route, "/.well-known/oauth-authorization-server") == 0);
	require(json_member(body, "access_token") == NULL || database_was_odd() ||
		strcmp(request->route, "/api/oauth/token") == 0);
}

/* {"status": a word, ...}, or {"error": ...} as in RFC 6750. */
static void check_object(const struct request *request, const struct response *response)
{
	const cJSON *body = json_parse(response->body, response->body_length);
	const char *status = cJSON_GetStringValue(json_member(body, "status"));
	const char *error = cJSON_GetStringValue(json_member(body, "error"));
	const cJSON *message = json_member(body, "message");

	require(cJSON_IsObject(body));
	require(message == NULL || cJSON_IsString(message) || cJSON_IsArray(message));
	if (request->route != NULL && strcmp(request->route, "/api/openapi.json") == 0)
		return;
	if (status == NULL && strcmp(the_program->name, "oauth") == 0) {
		check_oauth_object(request, response, body);
		return;
	}
	require((status == NULL) != (error == NULL));
	if (status == NULL) {
		require(response->status == 401 || response->status == 403);
		require(the_dialect->has_scoped_tokens);
		return;
	}
	require((response->status < 300) ==
		(strcmp(status, "success") == 0 || strcmp(status, "created") == 0));
	require(response->status < 300 || strcmp(status, "error") == 0 ||
		strcmp(status, "fail") == 0 || strcmp(status, "not found") == 0);
}

/* Secrets that neither the client has sent nor the script contains. */
static void check_secrets(const struct response *response)
{
	static const char *const SECRETS[] = {ENVIRONMENT_SECRET, DATABASE_PASSWORD_HASH};

	for (size_t i = 0; i < sizeof(SECRETS) / sizeof(*SECRETS); i++)
		require(strstr(response->body, SECRETS[i]) == NULL ||
			memmem(the_data, the_size, SECRETS[i], strlen(SECRETS[i])) != NULL);
}

/* Without a token, no request reads or changes an account. */
static void check_access(const struct request *request, const struct response *response)
{
	if (request->method == HTTP_OPTIONS || *request->authorization != '\0')
		return;
	if (strcmp(the_program->name, "profile") == 0 || strcmp(the_program->name, "export") == 0 ||
		strcmp(the_program->name, "users") == 0 || is_of_gate(request))
		require(response->status >= 400);
}

/* The pages of the administration are the subject of fuzz_pages.c. */
static bool is_page(const struct request *request)
{
	return strcmp(the_program->name, "users") == 0 &&
	       strncmp(request->path, "/account/admin", strlen("/account/admin")) == 0;
}

static void check_response(struct request *request, struct response *response)
{
	const char *head;

	response_header(response, "X-Request-Id", request->id);
	head = response_head(response, request->arena);
	require(head != NULL && strcmp(head + strlen(head) - 4, "\r\n\r\n") == 0);
	require(response->file == NULL);
	check_status(request, response);
	check_access(request, response);
	if (response->body == NULL) {
		require(response->status == 204 || request->method == HTTP_OPTIONS ||
			is_of_gate(request));
		return;
	}
	require(response->status != 204);
	require(strlen(response->body) == response->body_length);
	require(strcmp(sole_header(response, "Content-Type"), "application/json") == 0);
	check_object(request, response);
	check_secrets(response);
}

static const struct dialect *dialect_of(struct request request)
{
	struct response response = {0};
	struct api_request api_request;

	return api_request_begin(&api_request, &request, &response) ? api_request.dialect : NULL;
}

int server_run(int processes, const struct server_program *program)
{
	struct request request;
	struct response response = {0};

	(void)processes;
	require(request_begin(&request, &the_arena, &the_request.source));
	if (is_page(&request))
		return EXIT_SUCCESS;
	json_use_arena(&the_arena);
	the_dialect = dialect_of(request);
	if (program->groups != NULL)
		(void)program->groups(program->context, &request, NULL, 0);
	program->handle(program->context, &request, &response);
	check_response(&request, &response);
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

/* Insert a valid token where the input has the placeholder. */
static void fill_in_token(struct request_input *request)
{
	/* valid until the end of the year 9999 */
	static const struct jwt_claims CLAIMS = {.user_id = 1, .expires_at = 253402300799};
	static char *header;

	if (header == NULL) {
		struct arena arena = ARENA_EMPTY;
		const char *token = jwt_sign(&arena, ENVIRONMENT_SECRET, &CLAIMS);

		require(token != NULL && asprintf(&header, "Bearer %s", token) > 0);
		arena_free(&arena);
	}
	for (int i = 0; i < request->count; i++)
		if (strcmp(request->parameters[i].value, "Bearer OWN") == 0)
			request->parameters[i].value = header;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	environment_begin();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = input_begin(data, size);
	char name[] = "fuzz", *arguments[] = {name, NULL};

	the_data = data;
	the_size = size;
	request_input_begin(&the_request, &input, &the_arena, "\n--\n");
	database_begin(input_rest(&input, &the_arena));
	the_program = program_of(&the_request);
	fill_in_token(&the_request);
	environment_set_mail(request_input_parameter(&the_request, "MAIL"));
	require(the_program->run(1, arguments) == EXIT_SUCCESS);
	arena_reset(&the_arena);
	return 0;
}
