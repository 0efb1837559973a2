/*
 * See input.h.
 */
#include "input.h"

#include <regex.h>
#include <string.h>

void(require)(bool holds)
{
	if (!holds)
		abort();
}

struct input input_begin(const uint8_t *data, size_t size)
{
	return (struct input){(const char *)data, (const char *)data + size};
}

unsigned char input_byte(struct input *input)
{
	return input->at == input->end ? 0 : (unsigned char)*input->at++;
}

char *input_text(struct input *input, struct arena *arena, char delimiter)
{
	size_t left = (size_t)(input->end - input->at);
	const char *found = left == 0 ? NULL : memchr(input->at, delimiter, left);
	size_t length = found == NULL ? left : (size_t)(found - input->at);
	char *text = arena_copy(arena, input->at, length);

	require(text != NULL);
	input->at += length + (found == NULL ? 0 : 1);
	return text;
}

char *input_rest(struct input *input, struct arena *arena)
{
	char *text = arena_copy(arena, input->at, (size_t)(input->end - input->at));

	require(text != NULL);
	input->at = input->end;
	return text;
}

ssize_t pieces_read(void *state, void *buffer, size_t size)
{
	struct pieces *pieces = state;

	if (size > pieces->length)
		size = pieces->length;
	if (pieces->step > 0 && size > pieces->step)
		size = pieces->step;
	if (size > 0)
		memcpy(buffer, pieces->bytes, size);
	pieces->bytes += size;
	pieces->length -= size;
	return (ssize_t)size;
}

bool output_write(void *state, const void *bytes, size_t length)
{
	struct output *output = state;

	require(length <= output->size - output->length);
	memcpy(output->bytes + output->length, bytes, length);
	output->length += length;
	return true;
}

/* The length of the shortest encoding of the code point. */
static size_t shortest(uint32_t point)
{
	return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

bool model_is_utf8(const char *text, size_t length, size_t *count)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t at = 0;

	for (*count = 0; at < length; ++*count) {
		uint32_t point = bytes[at];
		size_t size = point < 0x80 ? 1 : point >> 5 == 6 ? 2 : point >> 4 == 14 ? 3 : 4;

		if (point >= 0x80 && (point < 0xc0 || point >= 0xf8 || at + size > length))
			return false;
		if (size > 1)
			point &= 0x7fU >> size;
		for (size_t i = 1; i < size; i++) {
			if (bytes[at + i] < 0x80 || bytes[at + i] >= 0xc0)
				return false;
			point = point * 64 + bytes[at + i] - 0x80;
		}
		if (shortest(point) != size || point > 0x10ffff || point / 0x800 == 27)
			return false;
		at += size;
	}
	return true;
}

bool matches_regex(const char *text, const char *regex)
{
	/* each is compiled once; the address of the constant identifies it */
	static struct {
		const char *text;
		regex_t compiled;
	} known[24];
	size_t i = 0;

	while (known[i].text != NULL && known[i].text != regex) {
		i++;
		require(i < sizeof(known) / sizeof(*known));
	}
	if (known[i].text == NULL)
		require(regcomp(&known[i].compiled, regex, REG_EXTENDED | REG_NOSUB) == 0);
	known[i].text = regex;
	return regexec(&known[i].compiled, text, 0, NULL, 0) == 0;
}

/* ---- a request --------------------------------------------------------------------------------- */

const char *request_input_parameter(const struct request_input *request, const char *name)
{
	for (int i = 0; i < request->count; i++)
		if (strcmp(request->parameters[i].name, name) == 0)
			return request->parameters[i].value;
	return NULL;
}

static const char *parameter(void *state, const char *name)
{
	return request_input_parameter(state, name);
}

static ssize_t read_body(void *state, void *buffer, size_t size)
{
	struct request_input *request = state;
	size_t left = request->length - request->given;

	if (size > SIZE_MAX - request->given)
		size = SIZE_MAX - request->given;
	if (request->given + size > request->asked)
		request->asked = request->given + size;
	if (request->broken >= 0 && request->given >= (size_t)request->broken)
		return -1;
	if (size > left)
		size = left;
	if (request->step > 0 && size > (size_t)request->step)
		size = (size_t)request->step;
	memcpy(buffer, request->body + request->given, size);
	request->given += size;
	return (ssize_t)size;
}

static int64_t number(const struct request_input *request, const char *name, int64_t otherwise)
{
	const char *value = request_input_parameter(request, name);
	long long parsed = value == NULL ? -1 : strtoll(value, NULL, 10);

	return parsed < 0 ? otherwise : parsed;
}

void request_input_source(struct request_input *request)
{
	request->source = (struct request_source){parameter, read_body, request};
}

void request_input_begin(struct request_input *request, struct input *input, struct arena *arena,
	const char *body_end)
{
	const char *end = NULL;

	*request = (struct request_input){0};
	request_input_source(request);
	while (input->at < input->end && *input->at != '\n') {
		char *name = input_text(input, arena, '\n'), *value = strchr(name, '=');

		if (value == NULL || request->count == REQUEST_INPUT_PARAMETERS)
			continue;
		*value = '\0';
		request->parameters[request->count].name = name;
		request->parameters[request->count++].value = value + 1;
	}
	input_byte(input);
	if (body_end != NULL && input->at < input->end)
		end = memmem(
			input->at, (size_t)(input->end - input->at), body_end, strlen(body_end));
	request->body = input->at;
	request->length = (size_t)((end == NULL ? input->end : end) - input->at);
	input->at = end == NULL ? input->end : end + strlen(body_end);
	request->step = number(request, "PIECES", 0);
	request->broken = number(request, "BROKEN", -1);
}
