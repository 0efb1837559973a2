/*
 * Unit tests of api/payload: which bodies are taken for JSON, and the three outcomes of a field
 * (contract §2.2, §2.3).
 */
#include "api/payload.h"
#include "../memory_source.h"

static enum payload_result read_bytes(struct arena *arena, const char *type, const char *body,
	size_t length, struct payload *payload)
{
	const char *announced = arena_printf(arena, "%zu", length);
	const char *const parameters[] = {"CONTENT_TYPE", type, "CONTENT_LENGTH", announced, NULL};
	struct memory_source memory = {.parameters = parameters, .body = body, .length = length};
	struct request_source source;
	struct request request = memory_request(arena, &source, &memory);

	return payload_read(&request, payload);
}

static enum payload_result read_text(struct arena *arena, const char *body, struct payload *payload)
{
	return read_bytes(arena, "application/json", body, strlen(body), payload);
}

static struct payload payload_of(struct arena *arena, const char *body)
{
	struct payload payload;

	assert_int_equal(read_text(arena, body, &payload), PAYLOAD_OK);
	return payload;
}

/* ---- bodies ------------------------------------------------------------------------------------ */

static void json_types_are_accepted_in_any_case_and_with_parameters(void **state)
{
	static const char *const TYPES[] = {"application/json", "APPLICATION/JSON",
		"Application/Json", "application/json; charset=utf-8",
		"application/json;charset=latin-1", "application/json ;x=y", "application/json;",
		"application/json ", "application/json\t; x=y", "application/vnd.api+json",
		"application/problem+JSON", "application/ld+json; charset=utf-8",
		"application/x+y+json"};
	struct payload payload;

	for (size_t i = 0; i < UNIT_COUNT(TYPES); i++)
		if (read_bytes(*state, TYPES[i], "{\"a\":1}", 7, &payload) != PAYLOAD_OK)
			fail_msg("refused: %s", TYPES[i]);
}

static void other_types_are_rejected(void **state)
{
	static const char *const TYPES[] = {"", "json", "text/json", "text/plain", "application/",
		"application", "application/jsonp", "application/json5", "application/xjson",
		"application/json+xml", "application/vnd.api+jsonx", "application/vnd.json",
		"application/xml; application/json", "application/json, text/plain",
		"application/json charset=utf-8", "multipart/form-data",
		"application/x-www-form-urlencoded", "text/vnd.api+json", "application json",
		"application/a b+json", ";application/json"};
	struct payload payload;

	for (size_t i = 0; i < UNIT_COUNT(TYPES); i++)
		if (read_bytes(*state, TYPES[i], "{\"a\":1}", 7, &payload) != PAYLOAD_INVALID)
			fail_msg("accepted: %s", TYPES[i]);
}

static void a_body_that_is_not_an_object_with_a_member_is_rejected(void **state)
{
	static const char *const BODIES[] = {"", " ", "{}", " { } ", "[]", "\"\"", "0", "false",
		"null", "[1]", "[{\"a\":1}]", "\"x\"", "1", "true"};
	struct payload payload;

	for (size_t i = 0; i < UNIT_COUNT(BODIES); i++)
		if (read_text(*state, BODIES[i], &payload) != PAYLOAD_INVALID)
			fail_msg("accepted: %s", BODIES[i]);
}

static void malformed_json_is_rejected(void **state)
{
	static const char *const BODIES[] = {"{\"a\":1", "{\"a\":1} x", "{\"a\":1}{\"a\":1}",
		"{\"a\":\"\xff\"}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":-Infinity}",
		"{\"a\":\"\\ud800\"}", "{\"a\":\"\\u0000\"}", "{\"a\":01}", "{\"a\":1.}",
		"{\"a\":1e400}", "{\"a\":\"\n\"}", "a=1"};
	struct payload payload;

	for (size_t i = 0; i < UNIT_COUNT(BODIES); i++)
		if (read_text(*state, BODIES[i], &payload) != PAYLOAD_INVALID)
			fail_msg("accepted: %s", BODIES[i]);
}

static void a_byte_order_mark_is_accepted(void **state)
{
	struct payload payload = payload_of(*state, "\xEF\xBB\xBF{\"a\":true}");

	assert_true(payload_is_true(&payload, "a"));
}

static void a_body_has_at_most_one_mebibyte(void **state)
{
	size_t size = PAYLOAD_MAX_SIZE + 1;
	char *body = arena_alloc(*state, size);
	struct payload payload;

	memset(body, ' ', size);
	memcpy(body, "{\"a\":1}", 7);
	assert_int_equal(PAYLOAD_MAX_SIZE, 1048576);
	assert_int_equal(read_bytes(*state, "application/json", body, PAYLOAD_MAX_SIZE, &payload),
		PAYLOAD_OK);
	assert_int_equal(
		read_bytes(*state, "application/json", body, size, &payload), PAYLOAD_TOO_LARGE);
	assert_int_equal(read_bytes(*state, "text/plain", body, size, &payload), PAYLOAD_TOO_LARGE);
}

static void the_limit_applies_to_a_body_of_unknown_length(void **state)
{
	static const char *const PARAMETERS[] = {"CONTENT_TYPE", "application/json", NULL};
	struct memory_source memory = {.parameters = PARAMETERS, .length = PAYLOAD_MAX_SIZE + 1};
	struct request_source source;
	struct payload payload;
	struct request request;
	char *body = arena_alloc(*state, memory.length);

	memset(body, ' ', memory.length);
	memcpy(body, "{\"a\":1}", 7);
	memory.body = body;
	request = memory_request(*state, &source, &memory);
	assert_int_equal(payload_read(&request, &payload), PAYLOAD_TOO_LARGE);

	memory.length = PAYLOAD_MAX_SIZE;
	memory.taken = 0;
	request = memory_request(*state, &source, &memory);
	assert_int_equal(payload_read(&request, &payload), PAYLOAD_OK);
}

static void a_truncated_body_is_rejected(void **state)
{
	static const char *const PARAMETERS[] = {
		"CONTENT_TYPE", "application/json", "CONTENT_LENGTH", "20", NULL};
	struct memory_source memory = {.parameters = PARAMETERS, .body = "{\"a\":1}", .length = 7};
	struct request_source source;
	struct request request = memory_request(*state, &source, &memory);
	struct payload payload;

	assert_int_equal(payload_read(&request, &payload), PAYLOAD_INVALID);
}

/* ---- fields ------------------------------------------------------------------------------------ */

static void a_text_is_valid_absent_or_invalid(void **state)
{
	static const struct {
		const char *body;
		enum field outcome;
		const char *text;
	} FIELDS[] = {
		{"{\"a\":\"caf\\u00e9\"}", FIELD_VALID, "caf\xc3\xa9"},
		{"{\"a\":\"\"}", FIELD_VALID, ""},
		{"{\"a\":null}", FIELD_ABSENT, NULL},
		{"{\"b\":\"x\"}", FIELD_ABSENT, NULL},
		{"{\"A\":\"x\"}", FIELD_ABSENT, NULL},
		{"{\"a\":1}", FIELD_INVALID, NULL},
		{"{\"a\":true}", FIELD_INVALID, NULL},
		{"{\"a\":false}", FIELD_INVALID, NULL},
		{"{\"a\":[\"x\"]}", FIELD_INVALID, NULL},
		{"{\"a\":{\"a\":\"x\"}}", FIELD_INVALID, NULL},
	};

	for (size_t i = 0; i < UNIT_COUNT(FIELDS); i++) {
		struct payload payload = payload_of(*state, FIELDS[i].body);
		const char *text = "as it was before";

		if (payload_text(&payload, "a", &text) != FIELDS[i].outcome)
			fail_msg("%s", FIELDS[i].body);
		if (FIELDS[i].text == NULL)
			assert_null(text);
		else
			assert_string_equal(text, FIELDS[i].text);
	}
}

static void the_last_of_repeated_fields_counts(void **state)
{
	struct payload payload = payload_of(*state, "{\"a\":1,\"a\":\"x\",\"b\":\"x\",\"b\":null}");
	const char *text;

	assert_int_equal(payload_text(&payload, "a", &text), FIELD_VALID);
	assert_string_equal(text, "x");
	assert_int_equal(payload_text(&payload, "b", &text), FIELD_ABSENT);
}

static void null_and_a_missing_key_are_absent(void **state)
{
	struct payload payload = payload_of(*state, "{\"a\":null,\"b\":false,\"c\":1,\"c\":null}");

	assert_true(payload_is_absent(&payload, "a"));
	assert_false(payload_is_absent(&payload, "b"));
	assert_true(payload_is_absent(&payload, "c"));
	assert_true(payload_is_absent(&payload, "B"));
}

static void only_the_literal_true_is_true(void **state)
{
	static const char *const BODIES[] = {"{\"a\":false}", "{\"a\":\"true\"}", "{\"a\":1}",
		"{\"a\":null}", "{\"a\":[true]}", "{\"b\":true}", "{\"A\":true}",
		"{\"a\":true,\"a\":false}"};
	struct payload payload = payload_of(*state, "{\"a\":true}");

	assert_true(payload_is_true(&payload, "a"));
	for (size_t i = 0; i < UNIT_COUNT(BODIES); i++) {
		payload = payload_of(*state, BODIES[i]);
		if (payload_is_true(&payload, "a"))
			fail_msg("%s", BODIES[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(json_types_are_accepted_in_any_case_and_with_parameters),
		ARENA_TEST(other_types_are_rejected),
		ARENA_TEST(a_body_that_is_not_an_object_with_a_member_is_rejected),
		ARENA_TEST(malformed_json_is_rejected),
		ARENA_TEST(a_byte_order_mark_is_accepted),
		ARENA_TEST(a_body_has_at_most_one_mebibyte),
		ARENA_TEST(the_limit_applies_to_a_body_of_unknown_length),
		ARENA_TEST(a_truncated_body_is_rejected),
		ARENA_TEST(a_text_is_valid_absent_or_invalid),
		ARENA_TEST(the_last_of_repeated_fields_counts),
		ARENA_TEST(null_and_a_missing_key_are_absent),
		ARENA_TEST(only_the_literal_true_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
