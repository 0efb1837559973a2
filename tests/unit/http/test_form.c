/*
 * Unit tests of http/form: the fields of both types of body, and what is refused.
 */
#include "../memory_source.h"

#include "http/form.h"

#include <stdio.h>

#define URLENCODED "application/x-www-form-urlencoded"
#define MULTIPART  "multipart/form-data; boundary=xyz"
#define PART(name) "--xyz\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"

enum { LIMIT = 4096, STEP = 3 };

static enum form_result read_bytes(struct arena *arena, const char *type, const char *body,
	size_t length, size_t limit, struct form *form)
{
	const char *const parameters[] = {"CONTENT_TYPE", type, NULL};
	struct memory_source memory = {
		.parameters = parameters, .body = body, .length = length, .step = STEP};
	struct request_source source;
	struct request request = memory_request(arena, &source, &memory);

	return form_read(&request, limit, form);
}

static enum form_result read_form(
	struct arena *arena, const char *type, const char *body, struct form *form)
{
	return read_bytes(arena, type, body, strlen(body), LIMIT, form);
}

static void assert_field(const struct form *form, size_t index, const char *name, const char *value)
{
	assert_true(index < form->count);
	assert_string_equal(form->fields[index].name, name);
	assert_string_equal(form->fields[index].value, value);
}

/* ---- urlencoded -------------------------------------------------------------------------------- */

static void pairs_are_decoded_in_order(void **state)
{
	struct form form;

	assert_int_equal(read_form(*state, URLENCODED,
				 "a=1&b=x+y%2B%3D%26z&c&=4&&d=&%C3%A9=%E2%82%AC=5", &form),
		FORM_READ);
	assert_int_equal(form.count, 6);
	assert_field(&form, 0, "a", "1");
	assert_field(&form, 1, "b", "x y+=&z");
	assert_field(&form, 2, "c", "");
	assert_field(&form, 3, "", "4");
	assert_field(&form, 4, "d", "");
	assert_field(&form, 5, "\xc3\xa9", "\xe2\x82\xac=5");
}

static void a_field_is_found_by_name_and_repetitions_are_counted(void **state)
{
	struct form form;

	assert_int_equal(read_form(*state, URLENCODED, "a=1&b=2&a=3&A=4", &form), FORM_READ);
	assert_string_equal(form_value(&form, "a"), "1");
	assert_string_equal(form_value(&form, "A"), "4");
	assert_null(form_value(&form, "c"));
	assert_int_equal(form_count(&form, "a"), 2);
	assert_int_equal(form_count(&form, "b"), 1);
	assert_int_equal(form_count(&form, "c"), 0);
}

static void the_type_may_have_parameters_and_another_case(void **state)
{
	static const char *const TYPES[] = {URLENCODED, URLENCODED ";charset=UTF-8",
		" Application/X-WWW-Form-Urlencoded ; charset=utf-8"};
	struct form form;

	for (size_t i = 0; i < UNIT_COUNT(TYPES); i++) {
		assert_int_equal(read_form(*state, TYPES[i], "a=1", &form), FORM_READ);
		assert_string_equal(form_value(&form, "a"), "1");
	}
}

static void another_type_is_an_empty_form(void **state)
{
	static const char *const TYPES[] = {"", "application/json", "text/plain",
		"application/x-www-form-urlencodedx", "multipart/mixed; boundary=xyz"};
	struct form form;

	for (size_t i = 0; i < UNIT_COUNT(TYPES); i++) {
		assert_int_equal(read_form(*state, TYPES[i], "a=1", &form), FORM_OTHER_TYPE);
		assert_int_equal(form.count, 0);
		assert_null(form_value(&form, "a"));
	}
	assert_int_equal(read_form(*state, URLENCODED, "", &form), FORM_READ);
	assert_int_equal(form.count, 0);
}

static void text_that_is_not_clean_is_refused(void **state)
{
	static const char *const BODIES[] = {"a=%", "a=%4", "a=%zz", "%=1", "a=%00", "a%00=1",
		"a=\xff", "a=%C3", "a=%ED%A0%80", "a=%c0%af", "a=1&b=%"};
	struct form form;

	for (size_t i = 0; i < UNIT_COUNT(BODIES); i++) {
		assert_int_equal(read_form(*state, URLENCODED, BODIES[i], &form), FORM_INVALID);
		assert_int_equal(form.count, 0);
	}
	assert_int_equal(
		read_bytes(*state, URLENCODED, "a=1\0&b=2", 8, LIMIT, &form), FORM_INVALID);
}

static void fields_and_bytes_have_limits(void **state)
{
	char body[4 * FORM_FIELDS + 8] = "";
	struct form form;

	for (int i = 0; i < FORM_FIELDS; i++)
		memcpy(body + (size_t)4 * i, "a=1&", 5);
	assert_int_equal(read_form(*state, URLENCODED, body, &form), FORM_READ);
	assert_int_equal(form_count(&form, "a"), FORM_FIELDS);
	memcpy(body + (size_t)4 * FORM_FIELDS, "a=1", 4);
	assert_int_equal(read_form(*state, URLENCODED, body, &form), FORM_INVALID);
	assert_int_equal(read_bytes(*state, URLENCODED, "a=12345", 7, 7, &form), FORM_READ);
	assert_int_equal(read_bytes(*state, URLENCODED, "a=123456", 8, 7, &form), FORM_TOO_LARGE);
	assert_int_equal(form.count, 0);
}

/* ---- multipart --------------------------------------------------------------------------------- */

static void parts_are_fields_and_files_are_skipped(void **state)
{
	struct form form;

	assert_int_equal(read_form(*state, MULTIPART,
				 PART("a") "1\r\n" PART(
					 "b") "x+y%20\r\nz\r\n"
					      "--xyz\r\nContent-Disposition: form-data; "
					      "name=\"f\"; filename=\"f\"\r\n\r\n\xff\r\n" PART(
						      "c") "\r\n" PART("a") "2\r\n--xyz--\r\n",
				 &form),
		FORM_READ);
	assert_int_equal(form.count, 4);
	assert_field(&form, 0, "a", "1");
	assert_field(&form, 1, "b", "x+y%20\r\nz");
	assert_field(&form, 2, "c", "");
	assert_field(&form, 3, "a", "2");
	assert_int_equal(form_count(&form, "a"), 2);
}

static void malformed_parts_are_refused(void **state)
{
	static const char *const BODIES[] = {
		"", "a=1", PART("a") "1", PART("a") "\xff\r\n--xyz--", PART("\xff") "1\r\n--xyz--"};
	struct form form;

	for (size_t i = 0; i < UNIT_COUNT(BODIES); i++) {
		assert_int_equal(read_form(*state, MULTIPART, BODIES[i], &form), FORM_INVALID);
		assert_int_equal(form.count, 0);
	}
	assert_int_equal(read_form(*state, "multipart/form-data", PART("a") "1\r\n--xyz--", &form),
		FORM_INVALID);
	assert_int_equal(read_bytes(*state, MULTIPART, PART("a") "1\0\r\n--xyz--",
				 sizeof(PART("a") "1\0\r\n--xyz--") - 1, LIMIT, &form),
		FORM_INVALID);
}

static void a_body_of_parts_has_a_limit(void **state)
{
	static const char BODY[] = PART("a") "123\r\n--xyz--";
	struct form form;

	assert_int_equal(
		read_bytes(*state, MULTIPART, BODY, strlen(BODY), strlen(BODY), &form), FORM_READ);
	assert_int_equal(read_bytes(*state, MULTIPART, BODY, strlen(BODY), strlen(BODY) - 1, &form),
		FORM_TOO_LARGE);
	assert_int_equal(form.count, 0);
}

static enum form_result read_query(struct arena *arena, const char *query, struct form *form)
{
	const char *const parameters[] = {"QUERY_STRING", query, NULL};
	struct memory_source memory = {.parameters = parameters};
	struct request_source source;
	struct request request = memory_request(arena, &source, &memory);

	return form_read_query(&request, form);
}

static void a_query_string_is_read_like_a_form(void **state)
{
	struct form form;

	assert_int_equal(read_query(*state, "a=1&b=x+y%26&a=2", &form), FORM_READ);
	assert_int_equal(form.count, 3);
	assert_field(&form, 1, "b", "x y&");
	assert_string_equal(form_value(&form, "a"), "1");
	assert_int_equal(read_query(*state, "", &form), FORM_READ);
	assert_int_equal(form.count, 0);
}

static void a_query_string_that_is_not_clean_or_too_long_has_no_fields(void **state)
{
	static const char *const QUERIES[] = {"a=1&b=%FF", "a=1&b=%00", "a=%zz"};
	char *longest = arena_alloc(*state, FORM_MAX_SIZE + 2);
	struct form form;

	for (size_t i = 0; i < UNIT_COUNT(QUERIES); i++) {
		assert_int_equal(read_query(*state, QUERIES[i], &form), FORM_INVALID);
		assert_int_equal(form.count, 0);
	}
	assert_non_null(longest);
	memset(longest, 'a', FORM_MAX_SIZE + 1);
	longest[FORM_MAX_SIZE + 1] = '\0';
	assert_int_equal(read_query(*state, longest, &form), FORM_TOO_LARGE);
	assert_int_equal(form.count, 0);
	longest[FORM_MAX_SIZE] = '\0';
	assert_int_equal(read_query(*state, longest, &form), FORM_READ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(pairs_are_decoded_in_order),
		ARENA_TEST(a_field_is_found_by_name_and_repetitions_are_counted),
		ARENA_TEST(the_type_may_have_parameters_and_another_case),
		ARENA_TEST(another_type_is_an_empty_form),
		ARENA_TEST(text_that_is_not_clean_is_refused),
		ARENA_TEST(fields_and_bytes_have_limits),
		ARENA_TEST(parts_are_fields_and_files_are_skipped),
		ARENA_TEST(malformed_parts_are_refused),
		ARENA_TEST(a_body_of_parts_has_a_limit),
		ARENA_TEST(a_query_string_is_read_like_a_form),
		ARENA_TEST(a_query_string_that_is_not_clean_or_too_long_has_no_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
