/*
 * http/request, api/request and http/router: a request with arbitrary parameters and body (input.h), read up to
 * LIMIT bytes, and routed among routes like those of the programs. The result is compared with what follows from
 * the parameters, the Content-Length, and the segments of the path.
 */
#include "shared/input.h"

#include "api/request.h"
#include "core/log.h"
#include "core/text.h"
#include "http/router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENTS = 8, PIECE_SIZE = 300 };

static const struct route ROUTES[] = {
	{HTTP_POST, "/api/auth/login", IN_ALL},
	{HTTP_POST, "/api/auth/logout", IN_0_7},
	{HTTP_GET, "/api/auth/logout", IN_0_2},
	{HTTP_PATCH, "/api/auth/profile/edit/account", SINCE_0_6},
	{HTTP_DELETE, "/api/auth/profile/reset/sports/:sport_id", SINCE_0_6},
	{HTTP_GET, "/api/auth/account/export", IN_0_7},
	{HTTP_POST, "/api/auth/account/export/request", IN_0_7},
	{HTTP_GET, "/api/auth/account/export/:file_name", IN_0_7},
	{HTTP_GET, "/api/sports", IN_ALL},
	{HTTP_GET, "/api/sports/#sport_id", IN_ALL},
	{HTTP_GET, "/api/users/:user_name/picture", SINCE_0_6},
	{HTTP_GET, "/api/users/:user_id/picture", IN_0_2},
	{HTTP_POST, "/api/both/:one/and/#two", IN_ALL},
	{0},
};

static const char *given(const struct request_input *input, const char *name)
{
	const char *value = request_input_parameter(input, name);

	return value == NULL ? "" : value;
}

/* ---- parameters -------------------------------------------------------------------------------- */

/* The path without the prefix that names the dialect. */
static void check_path(
	const struct api_request *request, const struct request_input *input, bool known)
{
	const char *path = given(input, "PATH_INFO"), *dialect = given(input, "API_DIALECT");
	size_t taken = strlen(path) - strlen(request->http->path);

	require(strcmp(path + taken, request->http->path) == 0);
	if (taken == 0) {
		require(*dialect != '\0' || !matches_regex(path, "^/v[0-9.]+/api/"));
		require(!known || *dialect == '\0' || strcmp(request->dialect->name, dialect) == 0);
		require(*dialect != '\0' || (known && request->dialect->id == DIALECT_0_7));
		return;
	}
	require(*dialect == '\0' && matches_regex(path, "^/v[0-9.]+/api/"));
	require(!known || (strlen(request->dialect->name) == taken - 2 &&
				  memcmp(path + 2, request->dialect->name, taken - 2) == 0));
}

static void check_parameters(const struct request *request, const struct request_input *input)
{
	const char *length = given(input, "CONTENT_LENGTH"), *id = given(input, "REQUEST_ID");
	const char *header = given(input, "HTTP_AUTHORIZATION");
	char number[32];

	if (*header == '\0')
		header = given(input, "REDIRECT_HTTP_AUTHORIZATION");
	require(strcmp(request->authorization, header) == 0);
	require(strcmp(request->method_text, given(input, "REQUEST_METHOD")) == 0);
	require(request->method == HTTP_OTHER ||
		strcmp(router_method_name(request->method), request->method_text) == 0);
	require(strcmp(request->content_type, given(input, "CONTENT_TYPE")) == 0);
	require(strcmp(request->user_agent, given(input, "HTTP_USER_AGENT")) == 0);
	require(strcmp(request->remote_address, given(input, "REMOTE_ADDR")) == 0);
	require(strcmp(request->accel_prefix, given(input, "ACCEL_PREFIX")) == 0);
	require(matches_regex(request->id, "^[-0-9A-Za-z_@]{1,64}$"));
	require(strcmp(request->id, id) == 0 || !matches_regex(id, "^[-0-9A-Za-z_@]{1,64}$"));
	require(request->content_length >= -1);
	if (request->content_length < 0) {
		require(!matches_regex(length, "^[0-9]{1,18}$"));
		return;
	}
	/* only leading zeros, and the sign of -0, may differ */
	snprintf(number, sizeof(number), "%lld", (long long)request->content_length);
	length += strspn(length, "-0");
	require(strcmp(*length == '\0' ? "0" : length, number) == 0);
}

/* ---- body -------------------------------------------------------------------------------------- */

/* The result for a body that can be read to its end. */
static enum request_body expected_body(
	const struct request *request, const struct request_input *input, size_t limit)
{
	if (request->content_length > (int64_t)limit)
		return REQUEST_BODY_TOO_LARGE;
	if (request->content_length >= 0)
		return request->content_length > (int64_t)input->length ? REQUEST_BODY_BROKEN
									: REQUEST_BODY_OK;
	return input->length > limit ? REQUEST_BODY_TOO_LARGE : REQUEST_BODY_OK;
}

/* The same in pieces, which may be larger than the body. */
static void check_stream(const struct request *request, struct request_input *input, size_t limit,
	enum request_body result)
{
	struct request_body_stream stream;
	const struct source source = request_body_source(&stream, request, limit);
	char *piece = malloc(PIECE_SIZE);
	size_t used = 0;
	ssize_t got;

	input->given = 0;
	while ((got = source.read(source.state, piece, PIECE_SIZE)) > 0) {
		require(used + (size_t)got <= input->length);
		require(memcmp(piece, input->body + used, (size_t)got) == 0);
		used += (size_t)got;
	}
	require(source.read(source.state, piece, PIECE_SIZE) == got);
	require((got == 0) == (stream.state == REQUEST_BODY_OK));
	if (input->broken < 0)
		require(stream.state == result);
	require(used <= limit && (got < 0 || used == stream.length));
	free(piece);
}

static void check_body(const struct request *request, struct request_input *input, size_t limit)
{
	const char *body = NULL;
	size_t length = 0, whole = input->length;
	enum request_body result = request_read_body(request, limit, &body, &length);

	check_stream(request, input, limit, result);
	/* in pieces, the end of the last piece decides whether the error is reached */
	if (input->broken < 0)
		require(result == expected_body(request, input, limit));
	if (request->content_length >= 0)
		require(input->asked <= (size_t)request->content_length);
	require(input->asked <= limit + 1);
	if (result != REQUEST_BODY_OK)
		return;
	if (request->content_length >= 0)
		whole = (size_t)request->content_length;
	require(length == whole && length <= limit);
	require(memcmp(body, input->body, length) == 0 && body[length] == '\0');
}

/* ---- routes ------------------------------------------------------------------------------------ */

/* Split "/a/b" into the segments "", "a" and "b", and return their number; -1: too many. */
static int split(struct arena *arena, const char *path, const char *parts[SEGMENTS])
{
	int count = 0;

	for (;; path++) {
		size_t length = strcspn(path, "/");

		if (count == SEGMENTS)
			return -1;
		parts[count++] = arena_copy(arena, path, length);
		path += length;
		if (*path == '\0')
			return count;
	}
}

static bool fits(const char *pattern, const char *part)
{
	if (*pattern == ':')
		return *part != '\0';
	if (*pattern == '#')
		return *part != '\0' && part[strspn(part, "0123456789")] == '\0';
	return strcmp(pattern, part) == 0;
}

static bool route_fits(
	struct arena *arena, const struct route *route, const struct request *request)
{
	const char *patterns[SEGMENTS], *parts[SEGMENTS];
	int count = split(arena, route->pattern, patterns);

	if (split(arena, request->path, parts) != count)
		return false;
	for (int i = 0; i < count; i++)
		if (!fits(patterns[i], parts[i]))
			return false;
	return true;
}

/* The values of the placeholders, in order. */
static void check_names(struct arena *arena, const struct request *request)
{
	const char *patterns[SEGMENTS], *parts[SEGMENTS];
	int count = split(arena, request->route, patterns), names = 0;

	require(split(arena, request->path, parts) == count);
	for (int i = 0; i < count; i++)
		if (*patterns[i] == ':' || *patterns[i] == '#')
			require(strcmp(request->parameters[names++], parts[i]) == 0);
	for (; names < REQUEST_PATH_PARAMETERS; names++)
		require(request->parameters[names] == NULL);
}

static void check_route(struct arena *arena, struct request *request, unsigned dialect)
{
	enum http_method wanted = request->method == HTTP_HEAD ? HTTP_GET : request->method;
	char allow[ROUTER_ALLOW_SIZE], list[ROUTER_ALLOW_SIZE + 2];
	const struct route *found;
	enum routing result = router_find(ROUTES, sizeof(*ROUTES), dialect, request, &found, allow);
	bool known = false, served = false;

	require(strlen(allow) < sizeof(allow));
	snprintf(list, sizeof(list), ", %s", allow);
	for (const struct route *route = ROUTES; route->pattern != NULL; route++) {
		char name[16];

		if ((route->versions & dialect) == 0 || !route_fits(arena, route, request))
			continue;
		known = true;
		served |= route->method == wanted;
		snprintf(name, sizeof(name), ", %s", router_method_name(route->method));
		require(strstr(list, name) != NULL);
	}
	require((result == ROUTING_UNKNOWN) == !known);
	require((result == ROUTING_OPTIONS) == (known && request->method == HTTP_OPTIONS));
	require((result == ROUTING_FOUND) == served);
	require((request->route != NULL) == known && (found != NULL) == served);
	if (served)
		require(found->method == wanted && (found->versions & dialect) != 0 &&
			strcmp(found->pattern, request->route) == 0);
	if (known)
		check_names(arena, request);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	require(log_open("fuzz", "/dev/null"));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	struct input input = input_begin(data, size);
	struct request_input given_request;
	const char *limit;
	struct request request;
	struct response response = {0};
	struct api_request api_request;
	bool known;

	request_input_begin(&given_request, &input, &arena, NULL);
	require(request_begin(&request, &arena, &given_request.source));
	check_parameters(&request, &given_request);
	known = api_request_begin(&api_request, &request, &response);
	check_path(&api_request, &given_request, known);
	limit = request_input_parameter(&given_request, "LIMIT");
	check_body(
		&request, &given_request, limit == NULL ? 100 : strtoul(limit, NULL, 10) % 20000);
	for (int i = 0; i < DIALECT_COUNT; i++) {
		struct request copy = request;

		check_route(&arena, &copy, DIALECTS[i].mask);
	}
	arena_reset(&arena);
	return 0;
}
