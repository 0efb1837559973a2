/*
 * See response.h.
 */
#include "http/response.h"

#include "core/log.h"
#include "core/text.h"
#include "http/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void response_header(struct response *response, const char *name, const char *value)
{
	if (response->header_count == RESPONSE_HEADERS) {
		log_error("could not add header \"%s\": the response has %d headers already", name,
			RESPONSE_HEADERS);
		response->invalid = true;
		return;
	}
	if (text_has_control(value)) {
		log_error("could not add header \"%s\": its value contains a control character",
			name);
		response->invalid = true;
		return;
	}
	response->headers[response->header_count].name = name;
	response->headers[response->header_count].value = value;
	response->header_count++;
}

void response_close(struct response *response)
{
	if (response->file != NULL)
		close(response->file->descriptor);
	*response = (struct response){0};
}

void response_json(struct response *response, int status, const char *body)
{
	response_content(response, status, "application/json", body, strlen(body));
}

void response_content(struct response *response, int status, const char *content_type,
	const char *body, size_t length)
{
	response_empty(response, status);
	response->body = body;
	response->body_length = length;
	response_header(response, "Content-Type", content_type);
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

char *response_head(const struct response *response, struct arena *arena)
{
	char status[64] = "", length[48] = "";
	size_t size = 128;
	char *head, *at;

	/* Without a Status header the status is 200 (RFC 3875 §6.3.3), and only then does Apache answer
	 * conditional requests itself. */
	if (response->file == NULL)
		snprintf(status, sizeof(status), "Status: %d %s\r\n", response->status,
			status_reason(response->status));
	if (response->status != 204)
		snprintf(length, sizeof(length), "Content-Length: %" PRId64 "\r\n",
			response->file != NULL ? response->file->size
					       : (int64_t)response->body_length);
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
