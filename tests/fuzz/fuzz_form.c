/*
 * http/form with an arbitrary body. The input is a request as in input.h; LIMIT is the limit of the body. The result
 * must not depend on the pieces in which the body arrives, and every name and value must be clean text.
 */
#include "shared/input.h"

#include "core/log.h"
#include "http/form.h"

#include <string.h>

static void check_text(const char *text)
{
	size_t count;

	require(model_is_utf8(text, strlen(text), &count));
}

static void check_fields(const struct form *form, size_t limit)
{
	size_t total = 0, named = 0;

	require(form->count <= FORM_FIELDS);
	for (size_t i = 0; i < form->count; i++) {
		const struct form_field *field = &form->fields[i];

		check_text(field->name);
		check_text(field->value);
		total += strlen(field->name) + strlen(field->value);
		require(form_value(form, field->name) != NULL);
		require(form_count(form, field->name) >= 1);
		named += form_value(form, field->name) == field->value;
	}
	require(total <= limit);
	require(form->count == 0 || named >= 1);
}

static void check_equal(const struct form *one, const struct form *other)
{
	require(one->count == other->count);
	for (size_t i = 0; i < one->count; i++)
		require(strcmp(one->fields[i].name, other->fields[i].name) == 0 &&
			strcmp(one->fields[i].value, other->fields[i].value) == 0);
}

static enum form_result read_form(struct arena *arena, struct request_input *input, int64_t step,
	size_t limit, struct form *form)
{
	struct request request;

	input->given = 0;
	input->step = step;
	require(request_begin(&request, arena, &input->source));
	return form_read(&request, limit, form);
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
	static struct form whole, pieced;
	struct input input = input_begin(data, size);
	struct request_input request;
	const char *text;
	size_t limit;
	enum form_result in_one, in_pieces;

	request_input_begin(&request, &input, &arena, NULL);
	text = request_input_parameter(&request, "LIMIT");
	limit = text == NULL ? 1000 : strtoul(text, NULL, 10) % FORM_MAX_SIZE;
	in_one = read_form(&arena, &request, 0, limit, &whole);
	in_pieces = read_form(&arena, &request, 3, limit, &pieced);
	/* of several reasons to refuse a body, the pieces decide which one is found first */
	require((in_one == FORM_READ) == (in_pieces == FORM_READ) || request.broken >= 0);
	if (in_one == in_pieces)
		check_equal(&whole, &pieced);
	check_fields(&whole, limit);
	check_fields(&pieced, limit);
	arena_reset(&arena);
	return 0;
}
