/*
 * See form.h.
 */
#include "http/form.h"

#include "core/text.h"
#include "http/multipart.h"

#include <string.h>

static enum form_result result_of_body(enum request_body state)
{
	switch (state) {
	case REQUEST_BODY_OK:
		return FORM_READ;
	case REQUEST_BODY_TOO_LARGE:
		return FORM_TOO_LARGE;
	case REQUEST_BODY_BROKEN:
		return FORM_INVALID;
	case REQUEST_BODY_NO_MEMORY:
		break;
	}
	return FORM_FAILED;
}

/* false: there are too many fields. */
static bool add_field(struct form *form, const char *name, const char *value)
{
	if (form->count == FORM_FIELDS)
		return false;
	form->fields[form->count++] = (struct form_field){name, value};
	return true;
}

/* ---- application/x-www-form-urlencoded --------------------------------------------------------- */

bool form_decode(char *text)
{
	for (char *c = strchr(text, '+'); c != NULL; c = strchr(c, '+'))
		*c = ' ';
	return text_percent_decode(text) && text_is_utf8(text, strlen(text));
}

static bool parse_pairs(char *text, struct form *form)
{
	while (text != NULL) {
		char *name = strsep(&text, "&"), *value = strchr(name, '=');

		if (*name == '\0')
			continue;
		if (value != NULL)
			*value++ = '\0';
		else
			value = name + strlen(name);
		if (!form_decode(name) || !form_decode(value) || !add_field(form, name, value))
			return false;
	}
	return true;
}

static enum form_result read_urlencoded(
	const struct request *request, size_t limit, struct form *form)
{
	const char *body;
	size_t length;
	enum form_result result = result_of_body(request_read_body(request, limit, &body, &length));
	char *text;

	if (result != FORM_READ)
		return result;
	if (memchr(body, '\0', length) != NULL)
		return FORM_INVALID;
	text = arena_copy(request->arena, body, length);
	if (text == NULL)
		return FORM_FAILED;
	return parse_pairs(text, form) ? FORM_READ : FORM_INVALID;
}

/* ---- multipart/form-data ----------------------------------------------------------------------- */

/* Names and values are stored one after the other, each with a NUL. They need less than the body. */
struct texts {
	char *next;
	size_t room;
};

/* NULL: no room. */
static const char *store_name(struct texts *texts, const char *name)
{
	char *text = texts->next;
	size_t size = strlen(name) + 1;

	if (size > texts->room)
		return NULL;
	memcpy(text, name, size);
	texts->next += size;
	texts->room -= size;
	return text;
}

/* Read the content of the present part. NULL: it cannot be read, or contains NUL. */
static const char *store_value(struct texts *texts, struct multipart *multipart)
{
	char *text = texts->next;
	size_t length = 0;
	ssize_t got;

	do {
		if (length == texts->room)
			return NULL;
		got = multipart_read(multipart, text + length, texts->room - length);
		length += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	if (got < 0 || memchr(text, '\0', length) != NULL || !text_is_utf8(text, length))
		return NULL;
	text[length] = '\0';
	texts->next += length + 1;
	texts->room -= length + 1;
	return text;
}

/* false: malformed, or beyond a limit. */
static bool read_parts(struct multipart *multipart, struct texts *texts, struct form *form)
{
	struct multipart_part part;
	enum multipart_result result;

	while ((result = multipart_next(multipart, &part)) == MULTIPART_PART) {
		const char *name, *value;

		if (part.filename != NULL)
			continue;
		name = store_name(texts, part.name);
		value = store_value(texts, multipart);
		if (name == NULL || value == NULL || !text_is_utf8(name, strlen(name)) ||
			!add_field(form, name, value))
			return false;
	}
	return result == MULTIPART_END;
}

static enum form_result read_multipart(
	const struct request *request, size_t limit, struct form *form)
{
	struct request_body_stream stream;
	const struct source body = request_body_source(&stream, request, limit);
	struct multipart *multipart = arena_alloc(request->arena, sizeof(*multipart));
	size_t size = request->content_length >= 0 && (size_t)request->content_length < limit
			      ? (size_t)request->content_length
			      : limit;
	struct texts texts = {arena_alloc(request->arena, size + 1), size + 1};

	if (multipart == NULL || texts.next == NULL)
		return FORM_FAILED;
	if (!multipart_begin(multipart, request->content_type, &body))
		return FORM_INVALID;
	if (read_parts(multipart, &texts, form))
		return FORM_READ;
	return stream.state == REQUEST_BODY_TOO_LARGE ? FORM_TOO_LARGE : FORM_INVALID;
}

/* ---- from outside ------------------------------------------------------------------------------ */

/* Whether the Content-Type is this one, whatever its parameters. */
static bool has_type(const struct request *request, const char *type)
{
	const char *at = request->content_type + strspn(request->content_type, " \t");

	return strcspn(at, "; \t") == strlen(type) && strncasecmp(at, type, strlen(type)) == 0;
}

enum form_result form_read(const struct request *request, size_t limit, struct form *form)
{
	enum form_result result = FORM_OTHER_TYPE;

	form->count = 0;
	if (has_type(request, "application/x-www-form-urlencoded"))
		result = read_urlencoded(request, limit, form);
	else if (has_type(request, "multipart/form-data"))
		result = read_multipart(request, limit, form);
	if (result != FORM_READ)
		form->count = 0;
	return result;
}

enum form_result form_read_query(const struct request *request, struct form *form)
{
	const char *query = request_parameter(request, "QUERY_STRING");
	char *text;

	form->count = 0;
	if (query == NULL)
		return FORM_FAILED;
	if (strlen(query) > FORM_MAX_SIZE)
		return FORM_TOO_LARGE;
	text = arena_copy(request->arena, query, strlen(query));
	if (text == NULL)
		return FORM_FAILED;
	if (parse_pairs(text, form))
		return FORM_READ;
	form->count = 0;
	return FORM_INVALID;
}

const char *form_value(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return form->fields[i].value;
	return NULL;
}

size_t form_count(const struct form *form, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < form->count; i++)
		count += strcmp(form->fields[i].name, name) == 0;
	return count;
}
