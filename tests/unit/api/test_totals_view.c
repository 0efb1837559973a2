/*
 * Unit tests of api/totals_view: from the texts of user_totals to the values of the API (contract §4, §5).
 */
#include "../unit.h"

#include "api/views/totals_view.h"

#include <stdio.h>
#include <string.h>

#define UUID "e060bde0-5e3f-4906-a329-13b102c814cb"

static void assert_sports(const char *sports, const char *expected, int expected_count)
{
	const struct totals totals = {.sports = sports};
	int count = -1;

	unit_assert_json(totals_view_sports(&totals, &count), expected);
	assert_int_equal(count, expected_count);
}

static cJSON *records_of(const char *records)
{
	const struct totals totals = {.records = records};
	const cJSON *made = totals_view_records(&totals, "sam");
	const char *text = made == NULL ? NULL : json_text(made);

	return text == NULL ? NULL : json_parse(text, strlen(text)); /* as JSON of the API */
}

/* The `value` that the API shows for one record. */
static void assert_value(const char *type, const char *stored, const char *expected)
{
	char text[UNIT_TEXT_MAX];
	const cJSON *value;

	snprintf(text, sizeof(text), "{\"1\":[1,%s,%s,\"2019-07-14 14:09:58\",\"" UUID "\"]}", type,
		stored);
	value = json_member(cJSON_GetArrayItem(records_of(text), 0), "value");
	assert_non_null(value);
	assert_string_equal(json_text(value), expected);
}

static void sports_are_listed_by_number_not_as_text(void **state)
{
	(void)state;
	assert_sports("{}", "[]", 0);
	assert_sports("{\"3\":7}", "[3]", 1);
	assert_sports("{\"10\":1,\"9\":2,\"1\":300,\"2\":4}", "[1,2,9,10]", 4);
	assert_sports("{\"2147483647\": 1, \"1\": 1}", "[1,2147483647]", 2);
}

static void there_may_be_many_sports(void **state)
{
	enum { MANY = 2000 };
	char *text = arena_zero(*state, (size_t)MANY * 12), *at = text;
	struct totals totals = {.sports = text};
	const cJSON *list;
	int count = 0;

	for (int i = MANY; i > 0; i--)
		at += sprintf(at, "%c\"%d\":1", i == MANY ? '{' : ',', i);
	stpcpy(at, "}");
	list = totals_view_sports(&totals, &count);
	assert_int_equal(count, MANY);
	assert_int_equal(cJSON_GetArrayItem(list, 0)->valueint, 1);
	assert_int_equal(cJSON_GetArrayItem(list, MANY - 1)->valueint, MANY);
}

static void malformed_json_gives_no_sports(void **state)
{
	static const char *const TEXTS[] = {NULL, "", "{", "{\"1\"}", "x", "5", "{\"x\":1}", "[1]"};
	int count;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++) {
		const struct totals totals = {.sports = TEXTS[i]};

		assert_null(totals_view_sports(&totals, &count));
	}
}

static void a_record_has_the_seven_members_of_the_contract(void **state)
{
	(void)state;
	unit_assert_json(
		records_of("{\"17\":[3,\"AS\",1850,\"2019-07-14 14:09:58\",\"" UUID "\"]}"),
		"[{\"id\":17,\"record_type\":\"AS\",\"sport_id\":3,\"user\":\"sam\","
		"\"value\":18.5,\"workout_date\":\"Sun, 14 Jul 2019 14:09:58 GMT\","
		"\"workout_id\":\"hvYBqYBRa7wwXpaStWR4V2\"}]");
}

static void no_records_are_an_empty_list(void **state)
{
	(void)state;
	unit_assert_json(records_of("{}"), "[]");
}

static void values_are_shown_in_the_unit_of_their_type(void **state)
{
	(void)state;
	assert_value("\"AS\"", "1850", "18.5");
	assert_value("\"MS\"", "2313", "23.13");
	assert_value("\"FD\"", "18125", "18.125");
	assert_value("\"FD\"", "10000", "10");
	assert_value("\"HA\"", "1234567", "1234.567");
	assert_value("\"LD\"", "59", "\"0:00:59\"");
	assert_value("\"LD\"", "86460", "\"1 day, 0:01:00\"");
	assert_value("\"AS\"", "0", "0");
	assert_value("\"LD\"", "0", "\"0:00:00\"");
}

static void a_null_value_stays_null(void **state)
{
	static const char *const TYPES[] = {
		"\"AS\"", "\"FD\"", "\"HA\"", "\"LD\"", "\"MS\"", "null"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TYPES); i++)
		assert_value(TYPES[i], "null", "null");
}

static void a_record_without_a_type_has_type_null(void **state)
{
	const cJSON *record;

	(void)state;
	record = cJSON_GetArrayItem(
		records_of("{\"1\":[1,null,5,\"2019-07-14 14:09:58\",\"" UUID "\"]}"), 0);
	assert_true(cJSON_IsNull(json_member(record, "record_type")));
}

static void records_are_sorted_by_sport_and_type(void **state)
{
	static const char DATE_AND_UUID[] = "\"2019-07-14 14:09:58\",\"" UUID "\"]";
	static const int EXPECTED[] = {6, 3, 5, 1, 4, 2, 7};
	/* id, sport, type: sport 10 follows sport 2 */
	const char *text = arena_printf(*state,
		"{\"1\":[2,\"LD\",1,%s,\"2\":[10,\"AS\",1,%s,\"3\":[2,\"FD\",1,%s,\"4\":[2,\"MS\","
		"1,%s,"
		"\"5\":[2,\"HA\",1,%s,\"6\":[2,\"AS\",1,%s,\"7\":[10,\"FD\",1,%s}",
		DATE_AND_UUID, DATE_AND_UUID, DATE_AND_UUID, DATE_AND_UUID, DATE_AND_UUID,
		DATE_AND_UUID, DATE_AND_UUID);
	const cJSON *records = records_of(text);

	assert_int_equal(cJSON_GetArraySize(records), UNIT_COUNT(EXPECTED));
	for (size_t i = 0; i < UNIT_COUNT(EXPECTED); i++)
		assert_int_equal(json_member(cJSON_GetArrayItem(records, (int)i), "id")->valueint,
			EXPECTED[i]);
}

static void malformed_records_are_rejected(void **state)
{
	static const char *const TEXTS[] = {NULL, "", "{", "5",
		"[[1,\"AS\",5,\"2019-07-14 14:09:58\",\"" UUID "\"]]", "{\"1\":5}", "{\"1\":[]}",
		"{\"1\":{}}",
		/* malformed uuid */
		"{\"1\":[1,\"AS\",5,\"2019-07-14 14:09:58\"]}",
		"{\"1\":[1,\"AS\",5,\"2019-07-14 14:09:58\",null]}",
		"{\"1\":[1,\"AS\",5,\"2019-07-14 14:09:58\",\"x\"]}",
		/* malformed date */
		"{\"1\":[1,\"AS\",5,null,\"" UUID "\"]}",
		"{\"1\":[1,\"AS\",5,\"14 July\",\"" UUID "\"]}",
		/* invalid sport */
		"{\"1\":[\"1\",\"AS\",5,\"2019-07-14 14:09:58\",\"" UUID "\"]}",
		"{\"1\":[null,\"AS\",5,\"2019-07-14 14:09:58\",\"" UUID "\"]}"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++)
		if (records_of(TEXTS[i]) != NULL)
			fail_msg("accepted: %s", TEXTS[i]);
}

/* The columns are INT. Converting larger numbers would be undefined behavior, and fractions would be lost. */
static void numbers_out_of_range_of_their_columns_are_rejected(void **state)
{
	static const char DATE_AND_UUID[] = "\"2019-07-14 14:09:58\",\"" UUID "\"]}";
	static const char *const STARTS[] = {"{\"1\":[1,\"LD\",2147483648", "{\"1\":[1,\"LD\",1.5",
		"{\"1\":[1,\"LD\",-9223372036854775808", "{\"1\":[1,\"AS\",1e300",
		"{\"1\":[2147483648,\"AS\",1", "{\"1\":[1.5,\"AS\",1", "{\"x\":[1,\"AS\",1",
		"{\"2147483648\":[1,\"AS\",1"};

	for (size_t i = 0; i < UNIT_COUNT(STARTS); i++)
		if (records_of(arena_printf(*state, "%s,%s", STARTS[i], DATE_AND_UUID)) != NULL)
			fail_msg("accepted: %s", STARTS[i]);
	assert_value("\"LD\"", "-2147483648", "\"-24856 days, 20:45:52\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(sports_are_listed_by_number_not_as_text),
		ARENA_TEST(there_may_be_many_sports),
		ARENA_TEST(malformed_json_gives_no_sports),
		ARENA_TEST(a_record_has_the_seven_members_of_the_contract),
		ARENA_TEST(no_records_are_an_empty_list),
		ARENA_TEST(values_are_shown_in_the_unit_of_their_type),
		ARENA_TEST(a_null_value_stays_null),
		ARENA_TEST(a_record_without_a_type_has_type_null),
		ARENA_TEST(records_are_sorted_by_sport_and_type),
		ARENA_TEST(malformed_records_are_rejected),
		ARENA_TEST(numbers_out_of_range_of_their_columns_are_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
