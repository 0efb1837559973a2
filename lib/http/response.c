/*
 * Putting an answer together.
 */
#include "http/response.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void response_header(struct response *response, const char *name, const char *value)
{
	assert(response->header_count < RESPONSE_HEADERS);
	for (const char *c = value; *c != '\0'; c++)
		assert((unsigned char)*c >= ' ' && *c != 127);
	response->headers[response->header_count].name = name;
	response->headers[response->header_count].value = value;
	response->header_count++;
}

void response_close(struct response *response)
{
	if (response->file != NULL)
		close(response->file->descriptor);
	*response = (struct response){.dialect = response->dialect};
}

void response_json(struct response *response, int status, const char *body)
{
	response_empty(response, status);
	response->body = body;
	response->body_length = strlen(body);
	response_header(response, "Content-Type", "application/json");
}

void response_empty(struct response *response, int status)
{
	response_close(response);
	response->status = status;
}

bool response_file(struct response *response, struct arena *arena, int descriptor, int64_t size)
{
	struct response_file *file = arena_alloc(arena, sizeof(*file));

	if (file == NULL)
		return false;
	*file = (struct response_file){descriptor, size};
	response_empty(response, 200);
	response->file = file;
	return true;
}

static const char *reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 201:
		return "Created";
	case 204:
		return "No Content";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 413:
		return "Content Too Large";
	case 429:
		return "Too Many Requests";
	default:
		return "Internal Server Error";
	}
}

char *response_head(const struct response *response, struct arena *arena)
{
	char status[64] = "", length[48] = "";
	size_t size = 128;
	char *head, *at;

	/* Without a status it is 200 too (RFC 3875, section 6.3.3), and only then does Apache answer a
	 * conditional request itself. */
	if (response->file == NULL)
		snprintf(status, sizeof(status), "Status: %d %s\r\n", response->status,
			reason(response->status));
	if (response->status != 204)
		snprintf(length, sizeof(length), "Content-Length: %lld\r\n",
			response->file != NULL ? (long long)response->file->size
					       : (long long)response->body_length);
	for (int i = 0; i < response->header_count; i++)
		size += strlen(response->headers[i].name) + strlen(response->headers[i].value) + 4;
	head = arena_alloc(arena, size);
	if (head == NULL)
		return NULL;
	at = head + snprintf(head, size, "%s%s", status, length);
	for (int i = 0; i < response->header_count; i++)
		at += snprintf(at, size - (size_t)(at - head), "%s: %s\r\n",
			response->headers[i].name, response->headers[i].value);
	snprintf(at, size - (size_t)(at - head), "\r\n");
	return head;
}
