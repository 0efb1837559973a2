/*
 * Unit tests of time zones: local times become UTC as contract §29.2 has it. They need the system's zones (tzdata).
 */
#include "../unit.h"

#include "core/time_zone.h"

static void assert_utc(const char *zone, const char *local, const char *expected)
{
	char text[CLOCK_SQL_SIZE];
	instant when;

	assert_true(clock_parse_sql(local, &when));
	clock_sql(time_zone_to_utc(zone, when), text);
	if (strcmp(text, expected) != 0)
		fail_msg("%s in %s: %s", local, zone == NULL ? "no zone" : zone, text);
}

static void a_local_time_becomes_utc(void **state)
{
	(void)state;
	assert_utc("America/New_York", "2018-02-01 00:00:00", "2018-02-01 05:00:00");
	assert_utc("America/New_York", "2018-07-01 00:00:00", "2018-07-01 04:00:00");
	assert_utc("Europe/Paris", "2018-04-30 23:59:59", "2018-04-30 21:59:59");
	assert_utc("Asia/Kathmandu", "2020-01-01 00:00:00", "2019-12-31 18:15:00");
	assert_utc("Europe/Paris", "9999-12-31 23:59:59", "9999-12-31 22:59:59");
	assert_utc("Europe/Paris", "1000-01-01 00:00:00", "0999-12-31 23:50:39");
	assert_utc("America/New_York", "1969-12-31 19:00:00", "1970-01-01 00:00:00");
}

static void no_zone_and_an_unknown_zone_are_utc(void **state)
{
	static const char *const ZONES[] = {
		NULL, "", "Mars/Phobos", "../../etc/passwd", "Europe", "UTC", "Etc/UTC"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ZONES); i++)
		assert_utc(ZONES[i], "2018-07-01 12:00:00", "2018-07-01 12:00:00");
}

static void a_time_that_clocks_show_twice_is_in_standard_time(void **state)
{
	(void)state;
	assert_utc("Europe/Paris", "2018-10-28 02:30:00", "2018-10-28 01:30:00");
	assert_utc("Europe/Paris", "2018-10-28 01:59:59", "2018-10-27 23:59:59");
	assert_utc("Europe/Paris", "2018-10-28 03:00:00", "2018-10-28 02:00:00");
	/* the clock changes at midnight, so that the day begins twice */
	assert_utc("America/Havana", "2018-11-04 00:00:00", "2018-11-04 05:00:00");
	/* both in standard time: the later one */
	assert_utc("Asia/Pyongyang", "2015-08-14 23:45:00", "2015-08-14 15:15:00");
}

static void a_time_that_clocks_skip_counts_by_the_offset_before(void **state)
{
	(void)state;
	assert_utc("Europe/Paris", "2018-03-25 02:30:00", "2018-03-25 01:30:00");
	/* the day begins at 01:00 */
	assert_utc("America/Havana", "2018-03-11 00:00:00", "2018-03-11 05:00:00");
	assert_utc("Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00");
}

static void only_names_of_zones_exist(void **state)
{
	static const char *const REFUSED[] = {"", "Mars/Phobos", "../etc",
		"/usr/share/zoneinfo/UTC", "Europe//Paris", "Europe/Paris/", "europe/paris",
		"Europe/Paris\n"};

	(void)state;
	assert_true(time_zone_exists("Europe/Paris"));
	assert_true(time_zone_exists("Etc/GMT+5"));
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++)
		assert_false(time_zone_exists(REFUSED[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_local_time_becomes_utc),
		cmocka_unit_test(no_zone_and_an_unknown_zone_are_utc),
		cmocka_unit_test(a_time_that_clocks_show_twice_is_in_standard_time),
		cmocka_unit_test(a_time_that_clocks_skip_counts_by_the_offset_before),
		cmocka_unit_test(only_names_of_zones_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
