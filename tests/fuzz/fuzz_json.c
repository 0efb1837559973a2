/*
 * core/json and http/payload: the first line is the Content-Type ("" stands for
 * application/json), the rest is the body. A second, recursive parser decides what is JSON and what the tree
 * must contain.
 */
#include "shared/input.h"

#include "core/json/json.h"
#include "core/json/json_writer.h"
#include "api/payload.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 511, TEXT_MAX = 8192 };

/* The second parser. It compares the text with a tree, if there is one. */
struct model {
	const char *at, *end;
	int depth;
	const char *
		watched; /* whether the last value of this key of the outermost object is an integer */
	bool is_integer;
};

static bool model_value(struct model *m, const cJSON *item);

static void blanks(struct model *m)
{
	while (m->at < m->end && memchr(" \t\r\n", *m->at, 4) != NULL)
		m->at++;
}

static int next(struct model *m)
{
	return m->at < m->end ? (unsigned char)*m->at++ : -1;
}

static int peek(const struct model *m)
{
	return m->at < m->end ? (unsigned char)*m->at : -1;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* ---- strings ----------------------------------------------------------------------------------- */

static int hex_digits(struct model *m)
{
	char digits[5] = "";

	for (int i = 0; i < 4; i++) {
		int c = next(m);

		if (c < 0 || strchr("0123456789abcdefABCDEF", c) == NULL || c == 0)
			return -1;
		digits[i] = (char)c;
	}
	return (int)strtol(digits, NULL, 16);
}

static char *put_utf8(char *to, int point)
{
	if (point < 0x80) {
		*to++ = (char)point;
		return to;
	}
	if (point < 0x800) {
		*to++ = (char)(0xc0 | point >> 6);
	} else {
		if (point < 0x10000) {
			*to++ = (char)(0xe0 | point >> 12);
		} else {
			*to++ = (char)(0xf0 | point >> 18);
			*to++ = (char)(0x80 | (point >> 12 & 63));
		}
		*to++ = (char)(0x80 | (point >> 6 & 63));
	}
	*to++ = (char)(0x80 | (point & 63));
	return to;
}

/* The character or escape after a backslash. NULL: invalid. */
static char *model_escape(struct model *m, char *to)
{
	static const char NAMES[] = "\"\\/bfnrt", MEANINGS[] = "\"\\/\b\f\n\r\t";
	int c = next(m), point;
	const char *name = c <= 0 ? NULL : strchr(NAMES, c);

	if (name != NULL) {
		*to++ = MEANINGS[name - NAMES];
		return to;
	}
	point = c == 'u' ? hex_digits(m) : -1;
	if (point <= 0 || (point >= 0xdc00 && point < 0xe000))
		return NULL;
	if (point >= 0xd800 && point < 0xdc00) {
		bool escape = next(m) == '\\';
		int low = escape && next(m) == 'u' ? hex_digits(m) : -1;

		if (low < 0xdc00 || low >= 0xe000)
			return NULL;
		point = 0x10000 + (point - 0xd800) * 0x400 + low - 0xdc00;
	}
	return put_utf8(to, point);
}

/* A decoded string; NULL: invalid. Valid until the next call. */
static const char *model_string(struct model *m)
{
	static char text[TEXT_MAX];
	char *to = text;

	if (next(m) != '"')
		return NULL;
	for (;;) {
		int c = next(m);

		require(to - text < TEXT_MAX - 8);
		if (c == '"')
			break;
		if (c < 0x20)
			return NULL;
		if (c == '\\')
			to = model_escape(m, to);
		else
			*to++ = (char)c;
		if (to == NULL)
			return NULL;
	}
	*to = '\0';
	return text;
}

/* ---- values ------------------------------------------------------------------------------------ */

/* NOLINTBEGIN(misc-no-recursion): model_level() ends at JSON_MAX_DEPTH */

static bool model_number(struct model *m, const cJSON *item)
{
	char text[NUMBER_MAX + 1];
	const char *start = m->at;
	size_t length;

	if (peek(m) == '-')
		next(m);
	if (!is_digit(peek(m)) || (next(m) == '0' && is_digit(peek(m))))
		return false;
	while (is_digit(peek(m)))
		next(m);
	if (peek(m) == '.') {
		next(m);
		if (!is_digit(peek(m)))
			return false;
		while (is_digit(peek(m)))
			next(m);
	}
	if (peek(m) == 'e' || peek(m) == 'E') {
		next(m);
		if (peek(m) == '+' || peek(m) == '-')
			next(m);
		if (!is_digit(peek(m)))
			return false;
		while (is_digit(peek(m)))
			next(m);
	}
	length = (size_t)(m->at - start);
	if (length > NUMBER_MAX)
		return false;
	memcpy(text, start, length);
	text[length] = '\0';
	if (item != NULL)
		require(cJSON_IsNumber(item) && item->valuedouble == strtod(text, NULL));
	return isfinite(strtod(text, NULL));
}

static bool model_word(struct model *m, const char *word, const cJSON *item, bool is_it)
{
	for (; *word != '\0'; word++)
		if (next(m) != (unsigned char)*word)
			return false;
	require(item == NULL || is_it);
	return true;
}

static bool looks_like_integer(const char *start, const char *end)
{
	if (start < end && *start == '-')
		start++;
	if (start == end)
		return false;
	for (; start < end; start++)
		if (!is_digit((unsigned char)*start))
			return false;
	return true;
}

/* One member or element, and the item that it must equal. */
static bool model_member(struct model *m, bool object, const cJSON *item)
{
	const char *start = m->at, *key, *value;
	bool watched = false;

	if (object) {
		key = model_string(m);
		if (key == NULL)
			return false;
		require(item == NULL || strcmp(item->string, key) == 0);
		watched = m->depth == 1 && m->watched != NULL &&
			  (size_t)(m->at - start) == strlen(m->watched) + 2 &&
			  memcmp(start + 1, m->watched, strlen(m->watched)) == 0;
		blanks(m);
		if (next(m) != ':')
			return false;
		blanks(m);
	}
	value = m->at;
	if (!model_value(m, item))
		return false;
	if (watched)
		m->is_integer = looks_like_integer(value, m->at);
	return true;
}

static bool model_level(struct model *m, bool object, const cJSON *item)
{
	const cJSON *child = item == NULL ? NULL : item->child;
	char close = object ? '}' : ']';

	require(item == NULL || (object ? cJSON_IsObject(item) : cJSON_IsArray(item)));
	next(m);
	blanks(m);
	if (m->depth++ == JSON_MAX_DEPTH)
		return false;
	for (bool first = true; !first || peek(m) != close; first = false) {
		int c;

		require(item == NULL || child != NULL);
		if (!model_member(m, object, child))
			return false;
		child = child == NULL ? NULL : child->next;
		blanks(m);
		c = peek(m);
		if (c == close)
			break;
		if (next(m) != ',')
			return false;
		blanks(m);
	}
	require(child == NULL);
	m->depth--;
	return next(m) == (unsigned char)close;
}

static bool model_value(struct model *m, const cJSON *item)
{
	const char *text;

	switch (peek(m)) {
	case '{':
		return model_level(m, true, item);
	case '[':
		return model_level(m, false, item);
	case '"':
		text = model_string(m);
		if (text != NULL && item != NULL)
			require(strcmp(cJSON_GetStringValue(item), text) == 0);
		return text != NULL;
	case 't':
		return model_word(m, "true", item, cJSON_IsTrue(item));
	case 'f':
		return model_word(m, "false", item, cJSON_IsFalse(item));
	case 'n':
		return model_word(m, "null", item, cJSON_IsNull(item));
	default:
		return model_number(m, item);
	}
}

/* NOLINTEND(misc-no-recursion) */

/* Whether the text is JSON; `tree`, unless NULL, must equal it. */
static bool model_text(const char *text, size_t length, const cJSON *tree, struct model *m)
{
	size_t count;

	m->at = text;
	m->end = text + length;
	if (!model_is_utf8(text, length, &count))
		return false;
	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		m->at += 3;
	blanks(m);
	if (!model_value(m, tree))
		return false;
	blanks(m);
	return m->at == m->end;
}

/* ---- writing ----------------------------------------------------------------------------------- */

static bool are_equal(double a, double b)
{
	/* cJSON writes a number with 15 digits if that is equal within an epsilon */
	return fabs(a - b) <= fmax(fabs(a), fabs(b)) * DBL_EPSILON;
}

/* NOLINTNEXTLINE(misc-no-recursion): the second parser limits both to JSON_MAX_DEPTH */
static void require_equal(const cJSON *a, const cJSON *b, bool exactly)
{
	require((a->type & 255) == (b->type & 255));
	require((a->string == NULL) == (b->string == NULL));
	require(a->string == NULL || strcmp(a->string, b->string) == 0);
	if (cJSON_IsString(a))
		require(strcmp(a->valuestring, b->valuestring) == 0);
	if (cJSON_IsNumber(a))
		require(exactly ? a->valuedouble == b->valuedouble
				: are_equal(a->valuedouble, b->valuedouble));
	a = a->child;
	b = b->child;
	for (; a != NULL && b != NULL; a = a->next, b = b->next)
		require_equal(a, b, exactly);
	require(a == b);
}

static void check_printed(const cJSON *tree)
{
	const char *text = json_text(tree);
	const cJSON *again;

	require(text != NULL);
	again = json_parse(text, strlen(text));
	require(again != NULL);
	require_equal(tree, again, false);
}

static void check_written(const char *text, size_t length, const cJSON *tree)
{
	static struct json_writer writer;
	static char buffer[1 << 22];
	struct output output = {buffer, 0, sizeof(buffer)};
	const cJSON *again;

	/* it accepts no byte order mark, because its input comes from the database */
	if (length > 0 && *text == '\xEF')
		return;
	json_writer_begin(&writer, (struct sink){output_write, &output});
	json_write_json(&writer, text);
	require(json_writer_end(&writer));
	for (size_t i = 0; i < output.length; i++)
		require((unsigned char)buffer[i] < 0x7f);
	again = json_parse(buffer, output.length);
	require(again != NULL);
	require_equal(tree, again, true);
}

static void check_value(const char *text, size_t length, const struct json_value *value)
{
	struct model m = {.watched = value->key};
	int64_t integer;
	bool read = json_value_integer(value, INT64_MIN, INT64_MAX, &integer);

	require(model_text(text, length, NULL, &m));
	/* the model does not limit integers */
	require(read ? m.is_integer : !m.is_integer || value->length > 18);
	require(value->text == NULL ||
		(value->text > text && value->text + value->length < text + length));
}

static void check_values(const char *text, size_t length, bool strict)
{
	struct json_value values[] = {{.key = "sub"}, {.key = "exp"}, {.key = "a"}, {.key = ""}};
	const size_t count = sizeof(values) / sizeof(*values);

	if (!json_find_values(text, length, values, count)) {
		/* not an object, or a key may be written with an escape */
		require(!strict || text[strspn(text, " \t\r\n")] != '{' ||
			memchr(text, '\\', length) != NULL);
		return;
	}
	require(strict);
	for (size_t i = 0; i < count; i++)
		check_value(text, length, &values[i]);
}

/* ---- payloads ---------------------------------------------------------------------------------- */

static const char *last_text(const cJSON *object, const char *key, const cJSON **last)
{
	const cJSON *item;

	for (item = object->child; item != NULL; item = item->next)
		if (strcmp(item->string, key) == 0)
			*last = item;
	return cJSON_GetStringValue(*last);
}

static void check_field(const struct payload *payload, const char *key)
{
	const cJSON *item = NULL;
	const char *text, *expected = last_text(payload->object, key, &item);
	bool absent = cJSON_IsNull(item), flag = false;
	double number = 0;
	int64_t integer;
	enum field field = payload_text(payload, key, &text);

	require(item != NULL);
	require(payload_has(payload, key) && payload_is_absent(payload, key) == absent);
	require(text == expected && (field == FIELD_VALID) == (text != NULL));
	require((field == FIELD_ABSENT) == absent);
	field = payload_flag(payload, key, &flag);
	require((field == FIELD_ABSENT) == absent);
	require((field == FIELD_VALID) ==
		(cJSON_IsBool(item) || (cJSON_IsNumber(item) && (item->valuedouble == 0 ||
									item->valuedouble == 1))));
	if (field == FIELD_VALID)
		require(flag == (cJSON_IsTrue(item) || item->valuedouble == 1));
	field = payload_number(payload, key, &number);
	require((field == FIELD_ABSENT) == absent);
	require((field == FIELD_VALID) == (bool)cJSON_IsNumber(item));
	require(field != FIELD_VALID || number == item->valuedouble);
	require(payload_is_true(payload, key) == (bool)cJSON_IsTrue(item));
	if (json_integer(item, -5, 1000, &integer))
		require((double)integer == item->valuedouble && integer >= -5 && integer <= 1000);
}

static const char *lowercase(struct arena *arena, const char *text)
{
	char *copy = arena_copy(arena, text, strlen(text));

	require(copy != NULL);
	for (char *c = copy; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 'a' - 'A');
	return copy;
}

static void check_payload(
	struct arena *arena, const char *type, const char *text, size_t length, const cJSON *tree)
{
	struct request_input input = {.body = text, .length = length, .broken = -1};
	struct request request = {.arena = arena, .source = &input.source, .content_type = type};
	struct payload payload;
	const char *small = lowercase(arena, type);
	const char *first;
	bool others = false;
	bool has_members = tree != NULL && cJSON_IsObject(tree) && tree->child != NULL;
	bool is_json = matches_regex(small, "^application/(json|[^ ;]+\\+json)[ \t]*(;|$)");

	request_input_source(&input);
	request.content_length = (int64_t)length;
	require((payload_read(&request, &payload) == PAYLOAD_OK) == (is_json && has_members));
	if (!is_json || !has_members)
		return;
	first = payload.object->child->string;
	for (const cJSON *item = payload.object->child; item != NULL; item = item->next) {
		check_field(&payload, item->string);
		others = others || strcmp(item->string, first) != 0;
	}
	require(payload_has_other(&payload, first) == others);
	require(!payload_has(&payload, "no such key") || strstr(text, "no such key") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena arena;
	struct input input = input_begin(data, size);
	const char *type = input_text(&input, &arena, '\n'), *text;
	size_t length = (size_t)(input.end - input.at);
	struct model m = {0};
	const cJSON *tree;
	bool strict;

	if (length > TEXT_MAX / 2)
		return 0;
	json_use_arena(&arena);
	text = input_rest(&input, &arena);
	strict = json_is_strict(text, length);
	require(strict == model_text(text, length, NULL, &m));
	tree = json_parse(text, length);
	require((tree != NULL) == strict);
	check_values(text, length, strict);
	if (strict) {
		m = (struct model){0};
		require(model_text(text, length, tree, &m));
		check_printed(tree);
		check_written(text, length, tree);
	}
	check_payload(&arena, *type == '\0' ? "application/json" : type, text, length, tree);
	arena_reset(&arena);
	return 0;
}
