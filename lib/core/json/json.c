/*
 * The strict scanner walks the text once, without recursion: one bit for each level distinguishes arrays from objects.
 */
#include "core/json/json.h"

#include "core/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A global variable, because cJSON's allocation hooks have no context argument. */
static struct arena *current_arena;

static void *allocate(size_t size)
{
	return arena_alloc(current_arena, size);
}

static void release(void *place)
{
	(void)place; /* goes with the arena */
}

void json_use_arena(struct arena *arena)
{
	cJSON_Hooks hooks = {.malloc_fn = allocate, .free_fn = release};

	current_arena = arena;
	cJSON_InitHooks(&hooks);
}

struct scan {
	const char *at, *end;
	int depth;
	uint64_t in_object; /* one bit a level */
};

static void skip_space(struct scan *s)
{
	while (s->at < s->end &&
		(*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
		s->at++;
}

static bool take(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool take_word(struct scan *s, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length) != 0)
		return false;
	s->at += length;
	return true;
}

static bool take_digits(struct scan *s)
{
	const char *start = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > start;
}

/* Whether the number between two places fits a double. The text need not end there. */
static bool number_is_finite(const char *start, const char *end)
{
	char digits[512];
	size_t length = (size_t)(end - start);

	if (length >= sizeof(digits))
		return false;
	memcpy(digits, start, length);
	digits[length] = '\0';
	return isfinite(strtod(digits, NULL));
}

static bool scan_number(struct scan *s)
{
	const char *start = s->at;
	bool has_exponent;

	take(s, '-');
	if (!take(s, '0') && !take_digits(s))
		return false;
	if (take(s, '.') && !take_digits(s))
		return false;
	has_exponent = take(s, 'e') || take(s, 'E');
	if (has_exponent) {
		if (!take(s, '+'))
			take(s, '-');
		if (!take_digits(s))
			return false;
	}
	/* most numbers are short, and strtod() takes longer than all else */
	return (!has_exponent && s->at - start <= DBL_MAX_10_EXP) || number_is_finite(start, s->at);
}

static bool take_hex4(struct scan *s, unsigned *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++, s->at++) {
		int digit = s->at < s->end ? text_hex_value(*s->at) : -1;

		if (digit < 0)
			return false;
		*value = *value << 4 | (unsigned)digit;
	}
	return true;
}

/* After "\u": no NUL; a high surrogate only together with its low one. */
static bool scan_unicode_escape(struct scan *s)
{
	unsigned first, second;

	if (!take_hex4(s, &first) || first == 0)
		return false;
	if (first >= 0xDC00 && first <= 0xDFFF)
		return false;
	if (first < 0xD800 || first > 0xDBFF)
		return true;
	return take(s, '\\') && take(s, 'u') && take_hex4(s, &second) && second >= 0xDC00 &&
	       second <= 0xDFFF;
}

static bool scan_string(struct scan *s)
{
	if (!take(s, '"'))
		return false;
	while (s->at < s->end) {
		unsigned char c = (unsigned char)*s->at++;

		if (c == '"')
			return true;
		if (c < 0x20)
			return false;
		if (c != '\\')
			continue;
		if (s->at == s->end)
			return false;
		c = (unsigned char)*s->at++;
		if (c == 'u' ? !scan_unicode_escape(s)
			     : strchr("\"\\/bfnrt", c) == NULL || c == '\0')
			return false;
	}
	return false;
}

static bool scan_key(struct scan *s)
{
	skip_space(s);
	if (!scan_string(s))
		return false;
	skip_space(s);
	return take(s, ':');
}

static bool open_level(struct scan *s, bool object)
{
	if (s->depth == JSON_MAX_DEPTH)
		return false;
	s->in_object = s->in_object << 1 | (object ? 1 : 0);
	s->depth++;
	return true;
}

static void close_level(struct scan *s)
{
	s->in_object >>= 1;
	s->depth--;
}

/* Scan a value, or the opening of an array or object. Sets *opened if the first member of a new level follows. */
static bool scan_value_start(struct scan *s, bool *opened)
{
	bool object;

	*opened = false;
	skip_space(s);
	if (s->at == s->end)
		return false;
	object = *s->at == '{';
	if (object || *s->at == '[') {
		s->at++;
		if (!open_level(s, object))
			return false;
		skip_space(s);
		if (take(s, object ? '}' : ']')) {
			close_level(s);
			return true;
		}
		*opened = true;
		return !object || scan_key(s);
	}
	switch (*s->at) {
	case '"':
		return scan_string(s);
	case 't':
		return take_word(s, "true");
	case 'f':
		return take_word(s, "false");
	case 'n':
		return take_word(s, "null");
	default:
		return scan_number(s);
	}
}

/* After a value: close the arrays and objects that end here. Sets *more if another value follows. */
static bool scan_value_end(struct scan *s, bool *more)
{
	while (s->depth > 0) {
		bool object = (s->in_object & 1) != 0;

		skip_space(s);
		if (take(s, ',')) {
			*more = true;
			return !object || scan_key(s);
		}
		if (!take(s, object ? '}' : ']'))
			return false;
		close_level(s);
	}
	*more = false;
	return true;
}

/* Scan one value with everything in it. */
static bool scan_value(struct scan *s)
{
	bool more = true, opened;

	while (more) {
		if (!scan_value_start(s, &opened))
			return false;
		if (!opened && !scan_value_end(s, &more))
			return false;
	}
	return true;
}

static bool has_mark(const char *text, size_t length)
{
	return length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
}

bool json_is_strict(const char *text, size_t length)
{
	struct scan s = {.at = text, .end = text + length};

	if (!text_is_utf8(text, length))
		return false;
	if (has_mark(text, length))
		s.at += 3;
	if (!scan_value(&s))
		return false;
	skip_space(&s);
	return s.at == s.end;
}

/* ---- values in the text of an object ----------------------------------------------------------- */

static void note_value(
	struct json_value *values, size_t count, const struct json_value *found, size_t key_length)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(values[i].key) != key_length ||
			memcmp(values[i].key, found->key, key_length) != 0)
			continue;
		values[i].text = found->text;
		values[i].length = found->length;
	}
}

/* Scan one member and note its value if it is wanted. */
static bool scan_member(struct scan *s, struct json_value *values, size_t count)
{
	struct json_value found;
	size_t key_length;

	skip_space(s);
	found.key = s->at + 1;
	if (!scan_string(s))
		return false;
	key_length = (size_t)(s->at - found.key - 1);
	if (memchr(found.key, '\\', key_length) != NULL)
		return false;
	skip_space(s);
	if (!take(s, ':'))
		return false;
	skip_space(s);
	found.text = s->at;
	if (!scan_value(s))
		return false;
	found.length = (size_t)(s->at - found.text);
	note_value(values, count, &found, key_length);
	skip_space(s);
	return true;
}

bool json_find_values(const char *text, size_t length, struct json_value *values, size_t count)
{
	struct scan s = {.at = text, .end = text + length};

	for (size_t i = 0; i < count; i++)
		values[i].text = NULL;
	skip_space(&s);
	if (!text_is_utf8(text, length) || !take(&s, '{'))
		return false;
	skip_space(&s);
	if (s.at == s.end || *s.at != '}')
		do
			if (!scan_member(&s, values, count))
				return false;
		while (take(&s, ','));
	if (!take(&s, '}'))
		return false;
	skip_space(&s);
	return s.at == s.end;
}

bool json_value_is(const struct json_value *value, const char *written)
{
	return value->text != NULL && value->length == strlen(written) &&
	       memcmp(value->text, written, value->length) == 0;
}

bool json_value_integer(const struct json_value *value, int64_t low, int64_t high, int64_t *integer)
{
	char digits[TEXT_DECIMAL_SIZE];

	if (value->text == NULL || value->length >= sizeof(digits))
		return false;
	memcpy(digits, value->text, value->length);
	digits[value->length] = '\0';
	return text_integer(digits, low, high, integer);
}

/* ---- trees -------------------------------------------------------------------------------------- */

cJSON *json_parse(const char *text, size_t length)
{
	if (!json_is_strict(text, length))
		return NULL;
	if (has_mark(text, length)) {
		text += 3;
		length -= 3;
	}
	return cJSON_ParseWithLength(text, length);
}

const cJSON *json_member(const cJSON *object, const char *key)
{
	const cJSON *item, *found = NULL;

	if (!cJSON_IsObject(object))
		return NULL;
	cJSON_ArrayForEach (item, object)
		if (strcmp(item->string, key) == 0)
			found = item;
	return found;
}

bool json_integer(const cJSON *item, int64_t low, int64_t high, int64_t *value)
{
	double number;

	if (!cJSON_IsNumber(item))
		return false;
	number = item->valuedouble;
	if (number < (double)low || number > (double)high || number != floor(number))
		return false;
	*value = (int64_t)number;
	return true;
}

bool json_add_text(cJSON *object, const char *key, const char *text)
{
	return cJSON_AddItemToObject(
		object, key, text == NULL ? cJSON_CreateNull() : cJSON_CreateString(text));
}

bool json_add_time(cJSON *object, const char *key, instant when)
{
	char text[CLOCK_HTTP_DATE_SIZE];

	if (when == INSTANT_NONE)
		return json_add_text(object, key, NULL);
	clock_http_date(when, text);
	return json_add_text(object, key, text);
}

bool json_add_bool(cJSON *object, const char *key, bool value)
{
	return cJSON_AddBoolToObject(object, key, value) != NULL;
}

/* The shortest text that reads back to the same double; cJSON's own stops at 15 digits. */
static cJSON *shortest_number(double value)
{
	char text[32];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return cJSON_CreateRaw(text);
}

bool json_add_number(cJSON *object, const char *key, double value)
{
	char text[TEXT_DECIMAL_SIZE];

	/* cJSON would write integers by printf() and read them again */
	if (value == floor(value) && fabs(value) < 1e15)
		return cJSON_AddRawToObject(object, key, text_decimal((int64_t)value, 0, text)) !=
		       NULL;
	return cJSON_AddItemToObject(object, key, shortest_number(value));
}

char *json_text(const cJSON *item)
{
	enum { LIKELY_SIZE = 1024 };

	return cJSON_PrintBuffered(item, LIKELY_SIZE, 0);
}
