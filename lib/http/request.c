/*
 * Reading the parameters and the body of a request.
 */
#include "http/request.h"

#include "core/secret.h"
#include "core/text.h"

#include <stdbool.h>
#include <string.h>

enum { FIRST_BUFFER = 8 * 1024 };

static const char *parameter(struct request *request, const char *name)
{
	const char *value = request->source->parameter(request->source->state, name);

	return value == NULL ? "" : arena_copy(request->arena, value, strlen(value));
}

static enum http_method method_of(const char *text)
{
	static const struct {
		const char *text;
		enum http_method method;
	} METHODS[] = {
		{"GET", HTTP_GET},
		{"POST", HTTP_POST},
		{"HEAD", HTTP_HEAD},
		{"PATCH", HTTP_PATCH},
		{"DELETE", HTTP_DELETE},
		{"OPTIONS", HTTP_OPTIONS},
	};

	for (size_t i = 0; i < sizeof(METHODS) / sizeof(*METHODS); i++)
		if (strcmp(text, METHODS[i].text) == 0)
			return METHODS[i].method;
	return HTTP_OTHER;
}

/* The header may arrive under another name after an Apache rewrite. */
static const char *authorization(struct request *request)
{
	const char *value = parameter(request, "HTTP_AUTHORIZATION");

	if (value == NULL || *value != '\0')
		return value;
	return parameter(request, "REDIRECT_HTTP_AUTHORIZATION");
}

/* The web server's, where it is a plain word; else one of our own. */
static const char *request_id(struct request *request)
{
	const char *id = parameter(request, "REQUEST_ID");
	char *made;

	if (id == NULL)
		return NULL;
	if (*id != '\0' && strlen(id) <= 64 &&
		id[strspn(
			id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_@-")] ==
			'\0')
		return id;
	made = arena_alloc(request->arena, SECRET_ID_SIZE);
	return made != NULL && secret_random_id(made) ? made : NULL;
}

bool request_begin(
	struct request *request, struct arena *arena, const struct request_source *source)
{
	const char *length;

	*request = (struct request){.arena = arena, .source = source};
	request->method_text = parameter(request, "REQUEST_METHOD");
	request->path = parameter(request, "PATH_INFO");
	request->id = request_id(request);
	request->dialect_name = parameter(request, "API_DIALECT");
	request->accel_prefix = parameter(request, "ACCEL_PREFIX");
	request->authorization = authorization(request);
	request->content_type = parameter(request, "CONTENT_TYPE");
	request->user_agent = parameter(request, "HTTP_USER_AGENT");
	request->remote_address = parameter(request, "REMOTE_ADDR");
	length = parameter(request, "CONTENT_LENGTH");
	if (request->method_text == NULL || request->path == NULL || request->id == NULL ||
		request->dialect_name == NULL || request->accel_prefix == NULL ||
		request->authorization == NULL || request->content_type == NULL ||
		request->user_agent == NULL || request->remote_address == NULL || length == NULL)
		return false;
	request->method = method_of(request->method_text);
	if (!text_integer(length, 0, INT64_MAX, &request->content_length))
		request->content_length = -1;
	return true;
}

/* Read up to `size` bytes, fewer only at the end. -1 on an error. */
static ssize_t read_fully(const struct request_source *source, char *buffer, size_t size)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = source->read(source->state, buffer + got, size - got);

		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* A body of announced length: a CGI program must not read beyond it. */
static enum request_body read_announced(
	const struct request *request, const char **body, size_t *length)
{
	size_t size = (size_t)request->content_length;
	char *buffer = arena_alloc(request->arena, size + 1);

	if (buffer == NULL || read_fully(request->source, buffer, size) != (ssize_t)size)
		return REQUEST_BODY_BROKEN;
	buffer[size] = '\0';
	*body = buffer;
	*length = size;
	return REQUEST_BODY_OK;
}

/* A body of unknown length, in a buffer that doubles. */
static enum request_body read_to_end(
	const struct request *request, size_t limit, const char **body, size_t *length)
{
	size_t size = 0, used = 0;
	char *buffer = NULL;

	for (;;) {
		size_t larger = size == 0 ? FIRST_BUFFER : size * 2;
		char *next = arena_alloc(request->arena, larger + 1);
		ssize_t got;

		if (next == NULL)
			return REQUEST_BODY_BROKEN;
		if (used > 0)
			memcpy(next, buffer, used);
		buffer = next;
		size = larger;
		got = read_fully(request->source, buffer + used, size - used);
		if (got < 0)
			return REQUEST_BODY_BROKEN;
		used += (size_t)got;
		if (used > limit)
			return REQUEST_BODY_TOO_LARGE;
		if (used < size)
			break;
	}
	buffer[used] = '\0';
	*body = buffer;
	*length = used;
	return REQUEST_BODY_OK;
}

enum request_body request_read_body(
	const struct request *request, size_t limit, const char **body, size_t *length)
{
	if (request->content_length > (int64_t)limit)
		return REQUEST_BODY_TOO_LARGE;
	if (request->content_length >= 0)
		return read_announced(request, body, length);
	return read_to_end(request, limit, body, length);
}
