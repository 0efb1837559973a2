/*
 * Unit tests of core/json/json: what counts as JSON (contract §2.2, RFC 8259), and the tree and text around it.
 */
#include "../unit.h"

#include "core/json/json.h"

/* Whether the bytes are strict JSON; the buffer ends where they end, so that a read beyond is detected. */
static bool is_strict(const char *text, size_t length)
{
	char *exact = malloc(length > 0 ? length : 1);
	bool strict;

	memcpy(exact, text, length);
	strict = json_is_strict(exact, length);
	free(exact);
	return strict;
}

static void assert_accepted(const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_strict(texts[i], strlen(texts[i])))
			fail_msg("refused: %s", texts[i]);
}

static void assert_rejected(const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_strict(texts[i], strlen(texts[i])))
			fail_msg("accepted: %s", texts[i]);
}

/* ---- the strict scan ------------------------------------------------------------------------- */

static void every_kind_of_value_is_json(void **state)
{
	static const char *const TEXTS[] = {"{}", "[]", "\"\"", "0", "true", "false", "null",
		"{\"a\":1}", "[1,2,3]", "[[],{}]", "{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":[]}",
		" \t\r\n{ \"a\" : [ 1 , \"x\" , { } ] , \"b\" : false } \r\n", "[{\"a\":[]},[{}]]",
		"\"caf\xc3\xa9 \xf0\x9f\x98\x80\"", "\"\x7f\"",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\""};

	(void)state;
	assert_accepted(TEXTS, UNIT_COUNT(TEXTS));
}

static void malformed_text_is_rejected(void **state)
{
	static const char *const TEXTS[] = {"", " ", "{", "}", "[", "]", "[1", "{\"a\"",
		"{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "[1,]", "[,1]", "[,]", "[1 2]",
		"{,}", "{\"a\" 1}", "{\"a\",1}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}",
		"{\"a\":}", "{\"a\":1 \"b\":2}", "{\"a\":1]", "[1}", "[[1]}", "{\"a\":[1}", "[1:2]",
		"{\"a\"}", "[\"a\":1]", ",", ":", "nul", "nulll", "NULL", "True", "tru",
		"truefalse", "fals", "undefined", "'a'", "\"a", "a\"", "\"a\\\"", "\"\\\"",
		"\"\\x41\"", "\"\\a\"", "\"\\U0041\"", "\"\\'\"", "{} {}", "{}x", "{}}", "[]]",
		"1 2", "null null", "{\"a\":1}\"", "// x\n1", "/* x */ 1", "[1]//", "\v1", "\f1",
		"\xc2\xa0[]"};

	(void)state;
	assert_rejected(TEXTS, UNIT_COUNT(TEXTS));
}

static void numbers_follow_the_grammar(void **state)
{
	static const char *const ACCEPTED[] = {"0", "-0", "7", "-12", "10", "0.5", "-0.0", "1.25",
		"0e0", "1E5", "1e+5", "1e-5", "1.5e300", "1.7976931348623157e308",
		"-1.7976931348623157e308", "5e-324", "1e-400", "123456789012345678901234567890"};
	static const char *const REFUSED[] = {"01", "-01", "00", "1.", ".5", "-.5", "-", "+1",
		"--1", "1.e5", "1e", "1e+", "1e-", "1e+-5", "1e5.5", "1.2.3", "0x10", "1_000",
		"1,5", "1f", "\xd9\xa1", "[01]", "[1.]", "[-]", "- 1", "1 .5", "Infinity",
		"-Infinity", "NaN", "nan", "inf"};

	(void)state;
	assert_accepted(ACCEPTED, UNIT_COUNT(ACCEPTED));
	assert_rejected(REFUSED, UNIT_COUNT(REFUSED));
}

static void numbers_too_large_for_a_double_are_rejected(void **state)
{
	static const char *const TEXTS[] = {
		"1e400", "-1e400", "1.8e308", "[1e309]", "{\"a\":1e999999999}"};

	(void)state;
	assert_rejected(TEXTS, UNIT_COUNT(TEXTS));
}

static void control_characters_in_strings_are_rejected(void **state)
{
	(void)state;
	for (char c = 0; c < 0x20; c++) {
		char text[] = {'"', 'a', c, '"'};
		char key[] = {'{', '"', c, '"', ':', '1', '}'};

		assert_false(is_strict(text, sizeof(text)));
		assert_false(is_strict(key, sizeof(key)));
	}
}

static void nul_is_rejected_everywhere(void **state)
{
	static const char *const ESCAPED[] = {"\"\\u0000\"", "\"a\\u0000b\"", "[\"\\u0000\"]",
		"{\"\\u0000\":1}", "{\"a\\u0000\":1}", "{\"a\":\"\\u0000\"}"};

	(void)state;
	assert_rejected(ESCAPED, UNIT_COUNT(ESCAPED));
	assert_false(is_strict("{}\0", 3));
	assert_false(is_strict("\0{}", 3));
	assert_false(is_strict("[1\0]", 4));
	assert_false(is_strict("\"\\\0\"", 4));
}

static void lone_surrogate_escapes_are_rejected(void **state)
{
	static const char *const TEXTS[] = {"\"\\ud800\"", "\"\\uDBFF\"", "\"\\udc00\"",
		"\"\\uDFFF\"", "\"\\ud800\\ud800\"", "\"\\ud800\\u0041\"", "\"\\ud800\\n\"",
		"\"\\ud800A\"", "\"\\ud800\\\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ue000\"",
		"\"\\ud83d\\udbff\"", "{\"\\ud800\":1}"};

	(void)state;
	assert_rejected(TEXTS, UNIT_COUNT(TEXTS));
}

static void unicode_escapes_have_four_hex_digits(void **state)
{
	static const char *const ACCEPTED[] = {"\"\\u0001\"", "\"\\u00e9\"", "\"\\u00E9\"",
		"\"\\uabcd\"", "\"\\uABCD\"", "\"\\ufFfF\"", "\"\\ud7ff\\ue000\"",
		"\"\\ud800\\udc00\"", "\"\\uDBFF\\uDFFF\"", "\"\\ud83d\\uDE00!\""};
	static const char *const REFUSED[] = {"\"\\u\"", "\"\\u1\"", "\"\\u12\"", "\"\\u123\"",
		"\"\\u123g\"", "\"\\u12 4\"", "\"\\u-123\"", "\"\\u+123\"", "\"\\u123",
		"\"\\u`123\"", "\"\\u:123\"", "\"\\u@123\""};

	(void)state;
	assert_accepted(ACCEPTED, UNIT_COUNT(ACCEPTED));
	assert_rejected(REFUSED, UNIT_COUNT(REFUSED));
}

static void invalid_utf8_is_rejected_everywhere(void **state)
{
	static const char *const TEXTS[] = {"\"\xff\"", "\"caf\xe9\"", "\"\xc0\x80\"",
		"\"\xed\xa0\x80\"", "{\"\xe9\":1}", "{}\xff", "\xff{}", "[\x80]", "\"\xe2\x82"};

	(void)state;
	assert_rejected(TEXTS, UNIT_COUNT(TEXTS));
}

static void a_byte_order_mark_is_allowed_at_the_start_only(void **state)
{
	static const char *const ACCEPTED[] = {
		"\xEF\xBB\xBF{\"a\":1}", "\xEF\xBB\xBF 1", "\"\xEF\xBB\xBF\""};
	static const char *const REFUSED[] = {"\xEF\xBB\xBF", "\xEF\xBB\xBF\xEF\xBB\xBF{}",
		"{}\xEF\xBB\xBF", " \xEF\xBB\xBF{}", "\xEF\xBB{}"};
	const cJSON *tree = json_parse(ACCEPTED[0], strlen(ACCEPTED[0]));

	(void)state;
	assert_accepted(ACCEPTED, UNIT_COUNT(ACCEPTED));
	assert_rejected(REFUSED, UNIT_COUNT(REFUSED));
	unit_assert_json(tree, "{\"a\":1}");
}

static void utf16_is_rejected(void **state)
{
	(void)state;
	assert_false(is_strict("\xff\xfe{\0}\0", 6));
	assert_false(is_strict("\xfe\xff\0{\0}", 6));
	assert_false(is_strict("{\0}\0", 4));
	assert_false(is_strict("\0{\0}", 4));
}

/* `open` repeated `count` times, a number, and `close` repeated `count` times. */
static char *nested(struct arena *arena, int count, const char *open, const char *close)
{
	char *text = arena_zero(arena, (size_t)count * (strlen(open) + strlen(close)) + 2),
	     *at = text;

	for (int i = 0; i < count; i++)
		at = stpcpy(at, open);
	at = stpcpy(at, "1");
	for (int i = 0; i < count; i++)
		at = stpcpy(at, close);
	return text;
}

static void nesting_is_limited_to_64_levels(void **state)
{
	const char *const accepted[] = {nested(*state, 64, "[", "]"),
		nested(*state, 64, "{\"a\":", "}"), nested(*state, 32, "[{\"a\":", "}]"),
		nested(*state, 32, "{\"a\":[", "]}")};
	const char *const refused[] = {nested(*state, 65, "[", "]"),
		nested(*state, 65, "{\"a\":", "}"), nested(*state, 33, "[{\"a\":", "}]"),
		nested(*state, 100000, "[", "]"), nested(*state, 100000, "[", "")};

	assert_accepted(accepted, UNIT_COUNT(accepted));
	assert_rejected(refused, UNIT_COUNT(refused));
	assert_non_null(json_parse(accepted[1], strlen(accepted[1])));
}

static void consecutive_values_do_not_count_as_nesting(void **state)
{
	char *text = arena_zero(*state, 3 * 1000 + 3), *at = stpcpy(text, "[1");

	for (int i = 0; i < 1000; i++)
		at = stpcpy(at, ",{}");
	stpcpy(at, "]");
	assert_true(json_is_strict(text, strlen(text)));
}

/* ---- values in the text of an object --------------------------------------------------------- */

static struct json_value find(const char *text, const char *key)
{
	struct json_value value = {.key = key};

	if (!json_find_values(text, strlen(text), &value, 1))
		fail_msg("refused: %s", text);
	return value;
}

static void values_are_found_as_they_are_written(void **state)
{
	static const char TEXT[] =
		" { \"a\" : \"x\\n\" , \"b\":[1, {\"a\":2}],\"c\":-0.5e1,\"d\":{} } ";
	struct json_value a = find(TEXT, "a"), b = find(TEXT, "b"), c = find(TEXT, "c");

	(void)state;
	assert_true(json_value_is(&a, "\"x\\n\""));
	assert_true(json_value_is(&b, "[1, {\"a\":2}]"));
	assert_true(json_value_is(&c, "-0.5e1"));
	assert_null(find(TEXT, "e").text);
	assert_null(find("{}", "a").text);
	a = find("{\"a\":1,\"a\":2}", "a");
	assert_true(json_value_is(&a, "2"));
	assert_false(json_value_is(&a, "22"));
}

static void values_are_found_only_in_strict_objects_with_plain_keys(void **state)
{
	static const char *const TEXTS[] = {"", "[]", "1", "{", "{}x", "{\"a\":1", "{\"a\":1,}",
		"{,}", "{\"a\":01}", "{\"a\":1}{}", "{\"a\":\"\xff\"}", "\xEF\xBB\xBF{\"a\":1}",
		"{\"\\u0061\":1}", "{\"a\":1,\"b\\n\":2}"};
	struct json_value value = {.key = "a"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++)
		if (json_find_values(TEXTS[i], strlen(TEXTS[i]), &value, 1))
			fail_msg("accepted: %s", TEXTS[i]);
}

static void only_what_is_written_as_an_integer_is_one(void **state)
{
	static const char *const OTHERS[] = {"{\"a\":1.0}", "{\"a\":1e0}", "{\"a\":\"1\"}",
		"{\"a\":[1]}", "{\"a\":true}", "{\"a\":null}", "{\"b\":1}", "{\"a\":11}",
		"{\"a\":-1}", "{\"a\":99999999999999999999999999999999999999999}"};
	struct json_value value = find("{\"a\":7}", "a");
	int64_t integer = 0;

	(void)state;
	assert_true(json_value_integer(&value, 0, 10, &integer));
	assert_int_equal(integer, 7);
	for (size_t i = 0; i < UNIT_COUNT(OTHERS); i++) {
		value = find(OTHERS[i], "a");
		if (json_value_integer(&value, 0, 10, &integer))
			fail_msg("accepted: %s", OTHERS[i]);
	}
}

/* ---- the tree -------------------------------------------------------------------------------- */

static void parse_returns_the_values_of_the_text(void **state)
{
	static const char TEXT[] = "{\"text\":\"\\u00e9\\ud83d\\ude00\\n/\\/\",\"number\":-12.5e1,"
				   "\"yes\":true,\"none\":null,"
				   "\"list\":[1,\"two\"]} trailing bytes that do not belong to it";
	size_t length = strcspn(TEXT, "}") + 1;
	const cJSON *tree = json_parse(TEXT, length);

	(void)state;
	assert_true(cJSON_IsObject(tree));
	assert_string_equal(json_member(tree, "text")->valuestring, "\xc3\xa9\xf0\x9f\x98\x80\n//");
	assert_true(json_member(tree, "number")->valuedouble == -125);
	assert_true(cJSON_IsTrue(json_member(tree, "yes")));
	assert_true(cJSON_IsNull(json_member(tree, "none")));
	assert_int_equal(cJSON_GetArraySize(json_member(tree, "list")), 2);
}

static void parse_rejects_json_that_is_not_strict(void **state)
{
	/* cJSON itself accepts all of these */
	static const char *const TEXTS[] = {"{\"a\":01}", "{\"a\":1e400}", "{\"a\":\"\\u0000\"}",
		"{\"a\":\"\xff\"}", "{\"a\":1} x"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++)
		assert_null(json_parse(TEXTS[i], strlen(TEXTS[i])));
}

static void the_last_member_with_a_key_counts(void **state)
{
	static const char TEXT[] = "{\"a\":1,\"b\":2,\"a\":3,\"A\":4,\"\\u0061\":5}";
	const cJSON *tree = json_parse(TEXT, strlen(TEXT));

	(void)state;
	assert_int_equal(json_member(tree, "a")->valueint, 5);
	assert_int_equal(json_member(tree, "b")->valueint, 2);
	assert_int_equal(json_member(tree, "A")->valueint, 4);
}

static void an_absent_member_is_null(void **state)
{
	static const char LIST[] = "[\"a\"]", OBJECT[] = "{\"ab\":{\"a\":1}}";

	(void)state;
	assert_null(json_member(json_parse(OBJECT, strlen(OBJECT)), "a"));
	assert_null(json_member(json_parse(OBJECT, strlen(OBJECT)), "AB"));
	assert_null(json_member(json_parse(LIST, strlen(LIST)), "a"));
	assert_null(json_member(NULL, "a"));
}

static bool integer_of(const char *text, int64_t low, int64_t high, int64_t *value)
{
	return json_integer(json_parse(text, strlen(text)), low, high, value);
}

static void integers_have_a_range_and_no_fraction(void **state)
{
	const int64_t most = INT64_C(1) << 53;
	int64_t value = 77;

	(void)state;
	assert_false(integer_of("1.5", 0, 10, &value));
	assert_false(integer_of("-1", 0, 10, &value));
	assert_false(integer_of("11", 0, 10, &value));
	assert_false(integer_of("1e300", -most, most, &value));
	assert_false(integer_of("-9007199254740994", -most, most, &value));
	assert_int_equal(value, 77);
	assert_true(integer_of("0", 0, 10, &value));
	assert_int_equal(value, 0);
	assert_true(integer_of("10", 0, 10, &value));
	assert_int_equal(value, 10);
	assert_true(integer_of("3000000000", 0, most, &value));
	assert_true(value == 3000000000);
	assert_true(integer_of("9007199254740991", 0, most, &value));
	assert_true(value == 9007199254740991);
	assert_true(integer_of("-9007199254740991", -most, most, &value));
	assert_true(value == -9007199254740991);
}

static void integers_are_of_the_type_number(void **state)
{
	static const char *const TEXTS[] = {"\"1\"", "true", "null", "[1]", "{\"a\":1}"};
	int64_t value;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++)
		assert_false(integer_of(TEXTS[i], 0, 10, &value));
	assert_false(json_integer(NULL, 0, 10, &value));
}

static void members_are_added_with_their_types(void **state)
{
	cJSON *object = cJSON_CreateObject();

	(void)state;
	assert_true(json_add_text(object, "text", "say \"caf\xc3\xa9\"\n"));
	assert_true(json_add_text(object, "no_text", NULL));
	assert_true(json_add_time(object, "time", INT64_C(1563113398999999)));
	assert_true(json_add_time(object, "no_time", INSTANT_NONE));
	assert_true(json_add_bool(object, "yes", true));
	assert_true(json_add_bool(object, "no", false));
	assert_true(json_add_number(object, "number", 12.25));
	unit_assert_json(object, "{\"text\":\"say \\\"caf\xc3\xa9\\\"\\n\",\"no_text\":null,"
				 "\"time\":\"Sun, 14 Jul 2019 14:09:58 GMT\",\"no_time\":null,"
				 "\"yes\":true,\"no\":false,\"number\":12.25}");
}

static void a_number_round_trips(void **state)
{
	static const double NUMBERS[] = {
		0.1 + 0.2, 57.900000000000006, 9007199254740991, 1.7976931348623157e308};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(NUMBERS); i++) {
		cJSON *object = cJSON_CreateObject();
		const char *text;

		assert_true(json_add_number(object, "a", NUMBERS[i]));
		text = json_text(object);
		if (strtod(strchr(text, ':') + 1, NULL) != NUMBERS[i])
			fail_msg("%.17g is written as %s", NUMBERS[i], text);
	}
}

static void text_is_compact_and_round_trips(void **state)
{
	static const char TEXT[] = "{\"a\":[1,-2.5,true,null,\"x\\\"\\\\\\n\\u0001\"],\"b\":{}}";
	const cJSON *tree = json_parse(TEXT, strlen(TEXT));

	(void)state;
	assert_string_equal(json_text(tree), TEXT);
}

static void text_may_be_long(void **state)
{
	char *long_text = arena_zero(*state, 100001);
	cJSON *object = cJSON_CreateObject();
	const char *text;

	memset(long_text, 'x', 100000);
	assert_true(json_add_text(object, "a", long_text));
	text = json_text(object);
	assert_int_equal(strlen(text), 100000 + strlen("{\"a\":\"\"}"));
	assert_memory_equal(text + 6, long_text, 100000);
}

static void trees_and_texts_live_in_the_arena_in_use(void **state)
{
	struct arena other = ARENA_EMPTY;
	const cJSON *tree;

	json_use_arena(&other);
	tree = json_parse("[1]", 3);
	assert_non_null(other.first);
	assert_null(((struct arena *)*state)->first);
	assert_string_equal(json_text(tree), "[1]");
	assert_null(((struct arena *)*state)->first);
	arena_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_as_they_are_written),
		cmocka_unit_test(values_are_found_only_in_strict_objects_with_plain_keys),
		cmocka_unit_test(only_what_is_written_as_an_integer_is_one),
		cmocka_unit_test(every_kind_of_value_is_json),
		cmocka_unit_test(malformed_text_is_rejected),
		cmocka_unit_test(numbers_follow_the_grammar),
		cmocka_unit_test(numbers_too_large_for_a_double_are_rejected),
		cmocka_unit_test(control_characters_in_strings_are_rejected),
		cmocka_unit_test(nul_is_rejected_everywhere),
		cmocka_unit_test(lone_surrogate_escapes_are_rejected),
		cmocka_unit_test(unicode_escapes_have_four_hex_digits),
		cmocka_unit_test(invalid_utf8_is_rejected_everywhere),
		ARENA_TEST(a_byte_order_mark_is_allowed_at_the_start_only),
		cmocka_unit_test(utf16_is_rejected),
		ARENA_TEST(nesting_is_limited_to_64_levels),
		ARENA_TEST(consecutive_values_do_not_count_as_nesting),
		ARENA_TEST(parse_returns_the_values_of_the_text),
		ARENA_TEST(parse_rejects_json_that_is_not_strict),
		ARENA_TEST(the_last_member_with_a_key_counts),
		ARENA_TEST(an_absent_member_is_null),
		ARENA_TEST(integers_have_a_range_and_no_fraction),
		ARENA_TEST(integers_are_of_the_type_number),
		ARENA_TEST(members_are_added_with_their_types),
		ARENA_TEST(a_number_round_trips),
		ARENA_TEST(text_is_compact_and_round_trips),
		ARENA_TEST(text_may_be_long),
		ARENA_TEST(trees_and_texts_live_in_the_arena_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
