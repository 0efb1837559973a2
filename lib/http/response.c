/*
 * See response.h.
 */
#include "http/response.h"

#include "core/log.h"
#include "core/text.h"
#include "http/status.h"

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

/* Without printf(), which would take longer than the rest of a response. */
static char *put(char *at, const char *text)
{
	size_t length = strlen(text);

	memcpy(at, text, length);
	return at + length;
}

static char *put_line(char *at, const char *name, const char *value)
{
	return put(put(put(put(at, name), ": "), value), "\r\n");
}

static char *put_status(char *at, int status)
{
	char code[TEXT_DECIMAL_SIZE];

	at = put(put(at, "Status: "), text_decimal(status, 0, code));
	return put(put(put(at, " "), status_reason(status)), "\r\n");
}

char *response_head(const struct response *response, struct arena *arena)
{
	enum { STATUS_AND_LENGTH = 160 };
	char length[TEXT_DECIMAL_SIZE];
	size_t size = STATUS_AND_LENGTH;
	char *head, *at;

	for (int i = 0; i < response->header_count; i++)
		size += strlen(response->headers[i].name) + strlen(response->headers[i].value) + 4;
	at = head = arena_alloc(arena, size);
	if (head == NULL)
		return NULL;
	/* Without a Status header the status is 200 (RFC 3875 §6.3.3), and only then does Apache answer
	 * conditional requests itself. */
	if (response->file == NULL)
		at = put_status(at, response->status);
	if (response->status != 204)
		at = put_line(at, "Content-Length",
			text_decimal(response->file != NULL ? response->file->size
							    : (int64_t)response->body_length,
				0, length));
	for (int i = 0; i < response->header_count; i++)
		at = put_line(at, response->headers[i].name, response->headers[i].value);
	at = put(at, "\r\n");
	*at = '\0';
	return head;
}
