/*
 * Unit tests of the import's values: which texts each kind accepts, and what is stored for them.
 */
#include "../unit.h"

#include "admin/import/import_value.h"

/* The stored value of a field; NULL: the field is rejected. */
static const char *import(struct arena *arena, struct import_column column, const char *text)
{
	struct csv_field field = {
		.text = arena_copy(arena, text, strlen(text)), .length = strlen(text)};
	const char *value;

	return import_value(&column, &field, arena, &value) == NULL ? value : NULL;
}

static struct import_column of(enum import_kind kind)
{
	return (struct import_column){.name = "x", .kind = kind, .size = 5};
}

/* Texts that are stored unchanged, NULL, texts that are rejected, NULL. */
static void assert_takes(struct arena *arena, enum import_kind kind, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		if (import(arena, of(kind), *texts) == NULL ||
			strcmp(import(arena, of(kind), *texts), *texts) != 0)
			fail_msg("'%s' is not taken as it is", *texts);
	while (*++texts != NULL)
		if (import(arena, of(kind), *texts) != NULL)
			fail_msg("'%s' is taken", *texts);
}

#define TAKES(kind, ...) assert_takes(*state, kind, (const char *const[]){__VA_ARGS__, NULL})

static void test_numbers(void **state)
{
	TAKES(IMPORT_NUMBER, "0", "2147483647", "-2147483648", NULL, "", "2147483648", "1.0", " 1",
		"+1", "x");
	TAKES(IMPORT_LIMIT, "1", "33554432", NULL, "0", "-1", "33554433", "x");
	TAKES(IMPORT_BIG_NUMBER, "9223372036854775807", NULL, "9223372036854775808", "");
}

static void test_decimals(void **state)
{
	TAKES(IMPORT_DECIMAL_6_3, "0", "999.999", "-999.999", "1.5", NULL, "1000", "0.0001", "NaN",
		"", "-", ".5", "1.", "1e2", "1.2.3", "1,5");
	TAKES(IMPORT_DECIMAL_6_2, "9999.99", NULL, "10000", "1.234");
	TAKES(IMPORT_DECIMAL_8_3, "99999.999", NULL, "100000");
}

static void test_finite_numbers(void **state)
{
	TAKES(IMPORT_REAL, "0.1", "-1e-07", "1e+300", NULL, "Infinity", "-Infinity", "NaN", "1e400",
		"", "0x1", "1 ", "1e", "inf");
}

static void test_flags(void **state)
{
	assert_string_equal(import(*state, of(IMPORT_FLAG), "t"), "1");
	assert_string_equal(import(*state, of(IMPORT_FLAG), "f"), "0");
	TAKES(IMPORT_FLAG, NULL, "", "true", "T", "1");
}

static void test_times(void **state)
{
	TAKES(IMPORT_TIME, "2021-02-03 04:05:06", "2021-02-03 04:05:06.789012",
		"2021-02-03 04:05:06.7", "1000-01-01 00:00:00", "9999-12-31 23:59:59.999999", NULL,
		"", "infinity", "2021-02-30 00:00:00", "2021-02-03", "2021-02-03 04:05:06.",
		"2021-02-03 04:05:06.1234567", "2021-02-03 04:05:06+00", "0999-12-31 00:00:00",
		"10000-01-01 00:00:00", "0044-03-15 00:00:00 BC");
}

static void test_texts(void **state)
{
	TAKES(IMPORT_WORDS, "", "12345", "ééééé", "\xF0\x9F\x9A\xB2", NULL, "123456", "éééééé");
	TAKES(IMPORT_ASCII, "", "a b~", NULL, "é", "a\n", "a ", "123456");
	TAKES(IMPORT_TEXT, "a text of whatever length", NULL);
}

static void test_a_text_column_has_room_for_65535_bytes(void **state)
{
	char *text = arena_zero(*state, 65537);

	memset(text, 'x', 65535);
	assert_non_null(import(*state, of(IMPORT_TEXT), text));
	text[65535] = 'x';
	assert_null(import(*state, of(IMPORT_TEXT), text));
}

static void test_json(void **state)
{
	TAKES(IMPORT_JSON, "null", "{\"a\": 1.50}", NULL, "", "{", "{\"a\": \"\\u0000\"}", "NaN");
	TAKES(IMPORT_BOUNDS, "[1,2,3,4]", "[1.5, -2e-7, 3, 4]", NULL, "[1,2,3]", "[1,2,3,4,5]",
		"[1,2,3,\"NaN\"]", "{}", "4", "");
}

static void test_uuids_and_record_types(void **state)
{
	TAKES(IMPORT_UUID, "e060bde0-5e3f-4906-a329-13b102c814cb", NULL, "",
		"E060BDE0-5E3F-4906-A329-13B102C814CB", "e060bde05e3f4906a32913b102c814cb",
		"e060bde0-5e3f-4906-a329-13b102c814c-", "e060bde0-5e3f-4906-a329-13b102c814cg");
	TAKES(IMPORT_RECORD_TYPE, "AS", "FD", "HA", "LD", "MS", NULL, "", "as", "AS FD", "S ");
}

static void test_secrets_become_their_hash(void **state)
{
	assert_string_equal(import(*state, of(IMPORT_SECRET), "abc"),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_no_value(void **state)
{
	struct csv_field none = {NULL, 0};
	struct import_column column = of(IMPORT_SECRET);
	const char *value = "x";

	assert_string_equal(import_value(&column, &none, *state, &value), "has no value");
	column.flags = IMPORT_NULL;
	assert_null(import_value(&column, &none, *state, &value));
	assert_null(value);
}

static void test_trailing_line_feeds_are_trimmed_from_names(void **state)
{
	struct import_column column = of(IMPORT_WORDS);

	assert_string_equal(import(*state, column, "sam\n"), "sam\n");
	column.flags = IMPORT_TRIMMED;
	assert_string_equal(import(*state, column, "a\nb\n\n"), "a\nb");
	assert_string_equal(import(*state, column, "\n"), "");
	column.flags = IMPORT_TRIMMED | IMPORT_NAMED;
	assert_null(import(*state, column, "\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(test_numbers),
		ARENA_TEST(test_decimals),
		ARENA_TEST(test_finite_numbers),
		ARENA_TEST(test_flags),
		ARENA_TEST(test_times),
		ARENA_TEST(test_texts),
		ARENA_TEST(test_a_text_column_has_room_for_65535_bytes),
		ARENA_TEST(test_json),
		ARENA_TEST(test_uuids_and_record_types),
		ARENA_TEST(test_secrets_become_their_hash),
		ARENA_TEST(test_no_value),
		ARENA_TEST(test_trailing_line_feeds_are_trimmed_from_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
