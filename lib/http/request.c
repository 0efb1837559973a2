/*
 * Reading the parameters and the body of a request.
 */
#include "http/request.h"

#include "core/crypto.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { FIRST_BUFFER = 8 * 1024 };

const char *request_parameter(const struct request *request, const char *name)
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

/* The id that the web server gives, if it is a plain word; otherwise a new one. */
static const char *request_id(const struct request *request)
{
	const char *id = request_parameter(request, "REQUEST_ID");
	char *made;

	if (id == NULL)
		return NULL;
	if (*id != '\0' && strlen(id) <= 64 &&
		id[strspn(
			id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_@-")] ==
			'\0')
		return id;
	made = arena_alloc(request->arena, CRYPTO_ID_SIZE);
	return made != NULL && crypto_random_id(made) ? made : NULL;
}

/* The parameters that every request has a member for. */
static const struct {
	const char *name;
	size_t offset;
} PARAMETERS[] = {
	{"REQUEST_METHOD", offsetof(struct request, method_text)},
	{"PATH_INFO", offsetof(struct request, path)},
	{"ACCEL_PREFIX", offsetof(struct request, accel_prefix)},
	{"HTTP_AUTHORIZATION", offsetof(struct request, authorization)},
	{"CONTENT_TYPE", offsetof(struct request, content_type)},
	{"HTTP_USER_AGENT", offsetof(struct request, user_agent)},
	{"REMOTE_ADDR", offsetof(struct request, remote_address)},
};

static bool read_parameters(struct request *request)
{
	for (size_t i = 0; i < sizeof(PARAMETERS) / sizeof(*PARAMETERS); i++) {
		const char *value = request_parameter(request, PARAMETERS[i].name);

		if (value == NULL)
			return false;
		*(const char **)((char *)request + PARAMETERS[i].offset) = value;
	}
	/* the header has another name after a rewrite by Apache */
	if (*request->authorization == '\0')
		request->authorization = request_parameter(request, "REDIRECT_HTTP_AUTHORIZATION");
	return request->authorization != NULL;
}

bool request_begin(
	struct request *request, struct arena *arena, const struct request_source *source)
{
	const char *length;

	*request = (struct request){.arena = arena, .source = source};
	request->id = request_id(request);
	if (request->id == NULL || !read_parameters(request))
		return false;
	length = request_parameter(request, "CONTENT_LENGTH");
	if (length == NULL)
		return false;
	request->method = method_of(request->method_text);
	if (!text_integer(length, 0, INT64_MAX, &request->content_length))
		request->content_length = -1;
	return true;
}

static ssize_t end_body(struct request_body_stream *stream, enum request_body state)
{
	stream->state = state;
	return -1;
}

/*
 * How many bytes to request: for a body of unknown length one more than the limit, to find out whether it exceeds
 * the limit.
 */
static size_t askable(const struct request_body_stream *stream)
{
	size_t room = stream->limit - stream->length;

	if (stream->announced >= 0)
		return (size_t)stream->announced - stream->length;
	return room < SIZE_MAX ? room + 1 : room;
}

static ssize_t read_body(void *state, void *buffer, size_t size)
{
	struct request_body_stream *stream = state;
	size_t most;
	ssize_t got;

	if (stream->state != REQUEST_BODY_OK)
		return -1;
	most = askable(stream);
	if (size > most)
		size = most;
	if (size == 0)
		return 0;
	got = stream->source->read(stream->source->state, buffer, size);
	if (got < 0 || (got == 0 && stream->announced >= 0))
		return end_body(stream, REQUEST_BODY_BROKEN);
	stream->length += (size_t)got;
	if (stream->length > stream->limit)
		return end_body(stream, REQUEST_BODY_TOO_LARGE);
	return got;
}

struct source request_body_source(
	struct request_body_stream *stream, const struct request *request, size_t limit)
{
	*stream = (struct request_body_stream){
		.source = request->source,
		.announced = request->content_length,
		.limit = limit,
	};
	if (stream->announced >= 0 && (uint64_t)stream->announced > limit)
		stream->state = REQUEST_BODY_TOO_LARGE;
	return (struct source){read_body, stream};
}

/* Read until the buffer is full or the body ends. false: the stream's state says why. */
static bool read_fully(const struct source *source, char *buffer, size_t size, size_t *used)
{
	while (*used < size) {
		ssize_t got = source->read(source->state, buffer + *used, size - *used);

		if (got < 0)
			return false;
		if (got == 0)
			break;
		*used += (size_t)got;
	}
	return true;
}

enum request_body request_read_body(
	const struct request *request, size_t limit, const char **body, size_t *length)
{
	struct request_body_stream stream;
	const struct source source = request_body_source(&stream, request, limit);
	size_t size = stream.announced >= 0 ? (size_t)stream.announced : FIRST_BUFFER;
	size_t used = 0;
	char *buffer = NULL;

	if (stream.state != REQUEST_BODY_OK)
		return stream.state;
	/* a body of unknown length is read into a buffer that doubles */
	for (;; size *= 2) {
		char *larger = arena_alloc(request->arena, size + 1);

		if (larger == NULL)
			return REQUEST_BODY_NO_MEMORY;
		if (used > 0)
			memcpy(larger, buffer, used);
		buffer = larger;
		if (!read_fully(&source, buffer, size, &used))
			return stream.state;
		if (used < size || stream.announced >= 0)
			break;
	}
	buffer[used] = '\0';
	*body = buffer;
	*length = used;
	return REQUEST_BODY_OK;
}
