/*
 * Unit tests of core/json/json_writer: text as json.dumps(value, indent=4) of Python writes it.
 */
#include "../unit.h"

#include "core/json/json_writer.h"

#include <stdio.h>

enum { OUTPUT_MAX = 65536 };

struct output {
	char text[OUTPUT_MAX];
	size_t length;
	size_t room; /* a write that does not fit fails */
};

static bool keep(void *state, const void *bytes, size_t length)
{
	struct output *output = state;

	if (length > output->room - output->length)
		return false;
	memcpy(output->text + output->length, bytes, length);
	output->length += length;
	output->text[output->length] = '\0';
	return true;
}

static struct json_writer writer;
static struct output output;

static void begin(size_t room)
{
	output.length = 0;
	output.text[0] = '\0';
	output.room = room;
	json_writer_begin(&writer, (struct sink){keep, &output});
}

static void assert_written(const char *expected)
{
	assert_true(json_writer_end(&writer));
	assert_string_equal(output.text, expected);
}

static void levels_are_indented_by_four(void **state)
{
	(void)state;
	begin(OUTPUT_MAX - 1);
	json_write_open(&writer, '{');
	json_write_key(&writer, "a");
	json_write_word(&writer, "1.0");
	json_write_key(&writer, "b");
	json_write_open(&writer, '[');
	json_write_text(&writer, "x");
	json_write_open(&writer, '{');
	json_write_key(&writer, "c");
	json_write_text(&writer, NULL);
	json_write_close(&writer, '}');
	json_write_close(&writer, ']');
	json_write_close(&writer, '}');
	assert_written("{\n"
		       "    \"a\": 1.0,\n"
		       "    \"b\": [\n"
		       "        \"x\",\n"
		       "        {\n"
		       "            \"c\": null\n"
		       "        }\n"
		       "    ]\n"
		       "}");
}

static void empty_values_take_one_line(void **state)
{
	(void)state;
	begin(OUTPUT_MAX - 1);
	json_write_open(&writer, '[');
	json_write_open(&writer, '[');
	json_write_close(&writer, ']');
	json_write_open(&writer, '{');
	json_write_close(&writer, '}');
	json_write_close(&writer, ']');
	assert_written("[\n    [],\n    {}\n]");
}

/* As json.dumps() of Python escapes them. */
static const struct {
	const char *text, *json;
} STRINGS[] = {
	{"", "\"\""},
	{" ~a/b", "\" ~a/b\""},
	{"\"\\", "\"\\\"\\\\\""},
	{"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
	{"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
	{"\xC2\x80\xC3\xA9", "\"\\u0080\\u00e9\""},
	{"\xE2\x82\xAC\xEF\xBF\xBF", "\"\\u20ac\\uffff\""},
	{"\xF0\x9F\x98\x80", "\"\\ud83d\\ude00\""},
	{"\xF4\x8F\xBF\xBF", "\"\\udbff\\udfff\""},
	/* malformed: lone bytes, truncated, overlong, surrogates, above U+10FFFF */
	{"a\x80z", "\"a\\ufffdz\""},
	{"\xC3", "\"\\ufffd\""},
	{"\xE2\x82z", "\"\\ufffdz\""},
	{"\xC0\xAF", "\"\\ufffd\""},
	{"\xED\xA0\x80", "\"\\ufffd\""},
	{"\xF4\x90\x80\x80", "\"\\ufffd\""},
};

static void strings_are_ascii(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(STRINGS); i++) {
		begin(OUTPUT_MAX - 1);
		json_write_text(&writer, STRINGS[i].text);
		assert_written(STRINGS[i].json);
	}
}

static const struct {
	const char *json, *written;
} STORED[] = {
	{"null", "null"},
	{" -1.50e+3 ", "-1.50e+3"},
	{"\xEF\xBB\xBFtrue", "true"},
	{"[]", "[]"},
	{"{ }", "{}"},
	{"[1,[2,3]]", "[\n    1,\n    [\n        2,\n        3\n    ]\n]"},
	{"{\"a\" : {\"b\":[ ]}, \"c\":\"d\"}",
		"{\n    \"a\": {\n        \"b\": []\n    },\n    \"c\": \"d\"\n}"},
	{"\"\\u00E9\\u0041\\/\\\"\\\\\\b\\f\\n\\r\\t\"", "\"\\u00e9A/\\\"\\\\\\b\\f\\n\\r\\t\""},
	{"\"\\uD83D\\uDE00\xF0\x9F\x98\x80\"", "\"\\ud83d\\ude00\\ud83d\\ude00\""},
	{"[\":,{}[]\"]", "[\n    \":,{}[]\"\n]"},
};

static void stored_json_is_formatted_alike(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(STORED); i++) {
		assert_true(json_is_strict(STORED[i].json, strlen(STORED[i].json)));
		begin(OUTPUT_MAX - 1);
		json_write_json(&writer, STORED[i].json);
		assert_written(STORED[i].written);
	}
}

static void stored_json_is_indented_for_its_level(void **state)
{
	(void)state;
	begin(OUTPUT_MAX - 1);
	json_write_open(&writer, '{');
	json_write_key(&writer, "a");
	json_write_json(&writer, "{\"b\":1}");
	json_write_key(&writer, "c");
	json_write_json(&writer, "2");
	json_write_close(&writer, '}');
	assert_written("{\n    \"a\": {\n        \"b\": 1\n    },\n    \"c\": 2\n}");
}

static void text_longer_than_the_buffer_is_written_completely(void **state)
{
	static char text[3 * JSON_WRITER_BUFFER];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	begin(OUTPUT_MAX - 1);
	json_write_text(&writer, text);
	assert_true(json_writer_end(&writer));
	assert_int_equal(output.length, sizeof(text) - 1 + 2);
	assert_memory_equal(output.text + 1, text, sizeof(text) - 1);
}

static void a_failed_sink_stays_failed(void **state)
{
	(void)state;
	begin(JSON_WRITER_BUFFER);
	json_write_open(&writer, '[');
	for (int i = 0; i < 3 * JSON_WRITER_BUFFER; i++)
		json_write_word(&writer, "1");
	output.room = OUTPUT_MAX - 1;
	json_write_close(&writer, ']');
	assert_false(json_writer_end(&writer));
	assert_int_equal(output.length, JSON_WRITER_BUFFER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_are_indented_by_four),
		cmocka_unit_test(empty_values_take_one_line),
		cmocka_unit_test(strings_are_ascii),
		cmocka_unit_test(stored_json_is_formatted_alike),
		cmocka_unit_test(stored_json_is_indented_for_its_level),
		cmocka_unit_test(text_longer_than_the_buffer_is_written_completely),
		cmocka_unit_test(a_failed_sink_stays_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
