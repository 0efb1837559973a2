/*
 * One request to the account pages, or to those of the administration: from main() through cookies, forms and handlers
 * to the response. The database is that of database.h. The server_run() below replaces the one that serves requests.
 *
 * An input is a request as in input.h and, after a line "--", the script of the database. Two parameters do not belong
 * to the request: PROGRAM=users for the pages of the administration, and MAIL=off to disable e-mail. The cookie "OWN" stands for that of a session, and "csrf=OWN" at the start of the body for the token
 * of its forms.
 *
 * The response must be a complete page, or a redirect within the site, with the headers that protect pages; unless the
 * database failed, it must not be a server error. "<fuzz" never gets into a page as it is: it would be markup.
 */
#include "shared/database.h"
#include "shared/environment.h"
#include "shared/input.h"
#include "shared/sole_header.h"

#include "account/tokens/jwt.h"
#include "api/service.h"
#include "http/server.h"
#include "pages/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_CSRF "csrf=OWN"

#define ADMINISTRATION "/account/admin"

int service_pages(int argc, char **argv);
int service_users(int argc, char **argv);

/* The request that the next server_run() serves, the arena that it lives in, and all of the input. */
static struct request_input the_request;
static struct arena the_arena;
static bool is_administration;
static const uint8_t *the_data;
static size_t the_size;

/* ---- checks of the response -------------------------------------------------------------------- */

static void check_status(const struct request *request, const struct response *response)
{
	static const int STATUSES[] = {200, 303, 400, 401, 403, 404, 405, 413, 429, 500};
	bool known = false;

	for (size_t i = 0; i < sizeof(STATUSES) / sizeof(*STATUSES); i++)
		known |= response->status == STATUSES[i];
	require(known);
	/* there is no upload directory, so pictures cannot be stored or removed */
	if (response->status == 500)
		require(database_was_odd() || strncmp(request->path, "/account/picture", 16) == 0 ||
			strcmp(request->path, "/account/delete") == 0);
	require((response->status == 429) == (sole_header(response, "Retry-After") != NULL));
}

/* Redirects lead to pages; only the consent to an application leads back to that application. */
static void check_redirect(const struct request *request, const struct response *response)
{
	const char *location = sole_header(response, "Location");

	require(location != NULL && response->body == NULL);
	require(strpbrk(location, "\r\n") == NULL);
	if (strcmp(request->path, "/account/authorize") != 0)
		require(strncmp(location, "/account/", strlen("/account/")) == 0);
}

static bool ends_with(const struct response *response, const char *end)
{
	size_t length = strlen(end);

	return response->body_length >= length &&
	       strcmp(response->body + response->body_length - length, end) == 0;
}

static void check_page(const struct response *response)
{
	static const char *const SECRETS[] = {ENVIRONMENT_SECRET, DATABASE_PASSWORD_HASH};
	const char *policy = sole_header(response, "Content-Security-Policy");

	require(strlen(response->body) == response->body_length);
	require(strncmp(response->body, "<!DOCTYPE html>\n", 16) == 0);
	require(ends_with(response, "</html>\n"));
	require(strcasestr(response->body, "<script") == NULL);
	require(strstr(response->body, "<fuzz") == NULL);
	require(policy != NULL && strstr(policy, "default-src 'none'") != NULL &&
		strstr(policy, "frame-ancestors 'none'") != NULL);
	for (size_t i = 0; i < sizeof(SECRETS) / sizeof(*SECRETS); i++)
		require(strstr(response->body, SECRETS[i]) == NULL ||
			memmem(the_data, the_size, SECRETS[i], strlen(SECRETS[i])) != NULL);
}

static void check_response(struct request *request, struct response *response)
{
	const char *type = sole_header(response, "Content-Type");
	const char *head;

	response_header(response, "X-Request-Id", request->id);
	head = response_head(response, request->arena);
	require(head != NULL && strcmp(head + strlen(head) - 4, "\r\n\r\n") == 0);
	require(response->file == NULL);
	check_status(request, response);
	if (response->status == 303)
		check_redirect(request, response);
	else if (type != NULL && strcmp(type, "text/html; charset=utf-8") == 0)
		check_page(response);
	if (request->method != HTTP_OPTIONS &&
		(type == NULL || strcmp(type, "text/css; charset=utf-8") != 0))
		require(strcmp(sole_header(response, "Cache-Control"), "no-store") == 0);
}

/* ---- the request ------------------------------------------------------------------------------- */

/* Make the cookie of a session, and put the token of its forms into the body. */
static void fill_in_session(struct page_service *service)
{
	/* valid until the end of the year 9999 */
	static const struct jwt_claims CLAIMS = {
		.user_id = 1, .expires_at = 253402300799, .audience = JWT_FOR_PAGES};
	const char *token = jwt_sign(&the_arena, ENVIRONMENT_SECRET, &CLAIMS);
	struct page page = {.service = service, .arena = &the_arena, .session = token};
	char csrf[SESSION_CSRF_SIZE];
	const char *body = the_request.body;

	require(token != NULL && session_csrf(&page, csrf));
	for (int i = 0; i < the_request.count; i++)
		if (strcmp(the_request.parameters[i].name, "HTTP_COOKIE") == 0 &&
			strcmp(the_request.parameters[i].value, "OWN") == 0)
			the_request.parameters[i].value =
				arena_printf(&the_arena, "%s=%s", service->session_cookie, token);
	if (the_request.length < strlen(OWN_CSRF) || memcmp(body, OWN_CSRF, strlen(OWN_CSRF)) != 0)
		return;
	the_request.body = arena_printf(&the_arena, "csrf=%s%.*s", csrf,
		(int)(the_request.length - strlen(OWN_CSRF)), body + strlen(OWN_CSRF));
	require(the_request.body != NULL);
	the_request.length = strlen(the_request.body);
}

int server_run(int processes, const struct server_program *program)
{
	struct request request;
	struct response response = {0};

	(void)processes;
	fill_in_session(is_administration ? ((struct service *)program->context)->part->state
					  : program->context);
	require(request_begin(&request, &the_arena, &the_request.source));
	/* the API of the same program is the subject of fuzz_service.c */
	if (is_administration && strncmp(request.path, ADMINISTRATION, strlen(ADMINISTRATION)) != 0)
		return EXIT_SUCCESS;
	program->handle(program->context, &request, &response);
	check_response(&request, &response);
	response_close(&response);
	return EXIT_SUCCESS;
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
	const char *program;

	the_data = data;
	the_size = size;
	request_input_begin(&the_request, &input, &the_arena, "\n--\n");
	database_begin(input_rest(&input, &the_arena));
	environment_set_mail(request_input_parameter(&the_request, "MAIL"));
	program = request_input_parameter(&the_request, "PROGRAM");
	is_administration = program != NULL && strcmp(program, "users") == 0;
	require((is_administration ? service_users : service_pages)(1, arguments) == EXIT_SUCCESS);
	arena_reset(&the_arena);
	return 0;
}
