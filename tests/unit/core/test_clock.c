/*
 * Unit tests of core/clock: the calendar, and how the API writes dates and durations (contract §4).
 */
#include "../unit.h"

#include "core/clock.h"

#include <time.h>

static void assert_http_date(instant when, const char *expected)
{
	char text[CLOCK_HTTP_DATE_SIZE];

	clock_http_date(when, text);
	assert_string_equal(text, expected);
}

static void http_dates_are_rfc_1123_in_gmt(void **state)
{
	(void)state;
	assert_http_date(0, "Thu, 01 Jan 1970 00:00:00 GMT");
	assert_http_date(1563113398 * MICROSECONDS, "Sun, 14 Jul 2019 14:09:58 GMT");
	assert_http_date(315532800 * MICROSECONDS, "Tue, 01 Jan 1980 00:00:00 GMT");
	assert_http_date(951868799 * MICROSECONDS, "Tue, 29 Feb 2000 23:59:59 GMT");
	assert_http_date(253402300799 * MICROSECONDS, "Fri, 31 Dec 9999 23:59:59 GMT");
	assert_http_date(-62135510401 * MICROSECONDS, "Mon, 01 Jan 0001 23:59:59 GMT");
}

static void http_dates_have_every_month_and_weekday(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} DATES[] = {
		{1672534923, "Sun, 01 Jan 2023 01:02:03 GMT"},
		{1675299723, "Thu, 02 Feb 2023 01:02:03 GMT"},
		{1677805323, "Fri, 03 Mar 2023 01:02:03 GMT"},
		{1680570123, "Tue, 04 Apr 2023 01:02:03 GMT"},
		{1683248523, "Fri, 05 May 2023 01:02:03 GMT"},
		{1686013323, "Tue, 06 Jun 2023 01:02:03 GMT"},
		{1688691723, "Fri, 07 Jul 2023 01:02:03 GMT"},
		{1691456523, "Tue, 08 Aug 2023 01:02:03 GMT"},
		{1694221323, "Sat, 09 Sep 2023 01:02:03 GMT"},
		{1696899723, "Tue, 10 Oct 2023 01:02:03 GMT"},
		{1699664523, "Sat, 11 Nov 2023 01:02:03 GMT"},
		{1702342923, "Tue, 12 Dec 2023 01:02:03 GMT"},
		{1702429323, "Wed, 13 Dec 2023 01:02:03 GMT"},
		{1702861323, "Mon, 18 Dec 2023 01:02:03 GMT"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(DATES); i++)
		assert_http_date(DATES[i].seconds * MICROSECONDS, DATES[i].text);
}

static void http_dates_drop_microseconds(void **state)
{
	(void)state;
	assert_http_date(999999, "Thu, 01 Jan 1970 00:00:00 GMT");
	assert_http_date(-1, "Wed, 31 Dec 1969 23:59:59 GMT");
	assert_http_date(-MICROSECONDS, "Wed, 31 Dec 1969 23:59:59 GMT");
	assert_http_date(-MICROSECONDS - 1, "Wed, 31 Dec 1969 23:59:58 GMT");
}

static void civil_times_round_trip(void **state)
{
	static const struct {
		struct civil civil;
		instant when;
	} TIMES[] = {
		{{1970, 1, 1, 0, 0, 0, 0}, 0},
		{{1970, 1, 1, 0, 0, 0, 1}, 1},
		{{1969, 12, 31, 23, 59, 59, 999999}, -1},
		{{1969, 12, 31, 23, 59, 59, 0}, -1000000},
		{{2000, 2, 29, 23, 59, 59, 123456}, 951868799123456},
		{{1000, 1, 1, 0, 0, 0, 0}, -30610224000000000},
		{{9999, 12, 31, 23, 59, 59, 999999}, 253402300799999999},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TIMES); i++) {
		struct civil back = clock_to_civil(TIMES[i].when);

		assert_int_equal(clock_from_civil(&TIMES[i].civil), TIMES[i].when);
		assert_memory_equal(&back, &TIMES[i].civil, sizeof(back));
	}
}

static void every_day_is_that_of_the_c_library(void **state)
{
	const instant day = 86400 * MICROSECONDS;
	struct civil civil = {.year = 1, .month = 1, .day = 1};
	instant when = clock_from_civil(&civil);

	(void)state;
	assert_int_equal(when, -62135596800 * MICROSECONDS);
	for (; civil.year <= 9999; when += day, civil = clock_to_civil(when))
		assert_int_equal(clock_from_civil(&civil), when);
	assert_int_equal(when, 253402300800 * MICROSECONDS);
}

static void the_time_zone_of_the_process_changes_nothing(void **state)
{
	const struct civil noon = {2023, 7, 1, 12, 0, 0, 0};

	(void)state;
	assert_int_equal(setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1), 0);
	tzset();
	assert_int_equal(clock_from_civil(&noon), 1688212800 * MICROSECONDS);
	assert_int_equal(clock_to_civil(1688212800 * MICROSECONDS).hour, 12);
	assert_http_date(1688212800 * MICROSECONDS, "Sat, 01 Jul 2023 12:00:00 GMT");
	unsetenv("TZ");
	tzset();
}

static void dates_exist_as_in_the_gregorian_calendar(void **state)
{
	static const int LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	(void)state;
	for (int month = 1; month <= 12; month++) {
		assert_false(clock_date_exists(2023, month, 0));
		assert_true(clock_date_exists(2023, month, 1));
		assert_true(clock_date_exists(2023, month, LENGTHS[month - 1]));
		assert_false(clock_date_exists(2023, month, LENGTHS[month - 1] + 1));
	}
	assert_false(clock_date_exists(2023, 0, 1));
	assert_false(clock_date_exists(2023, 13, 1));
	assert_false(clock_date_exists(2023, -1, 1));
	assert_false(clock_date_exists(2023, 1, -1));
}

static void leap_years_follow_the_century_rule(void **state)
{
	(void)state;
	assert_true(clock_date_exists(2024, 2, 29));
	assert_true(clock_date_exists(2000, 2, 29));
	assert_false(clock_date_exists(1900, 2, 29));
	assert_false(clock_date_exists(2100, 2, 29));
	assert_false(clock_date_exists(2023, 2, 29));
	assert_false(clock_date_exists(2024, 2, 30));
	assert_false(clock_date_exists(2024, 3, 32));
}

static void years_range_from_1_to_9999(void **state)
{
	(void)state;
	assert_false(clock_date_exists(0, 1, 1));
	assert_true(clock_date_exists(1, 1, 1));
	assert_true(clock_date_exists(9999, 12, 31));
	assert_false(clock_date_exists(10000, 1, 1));
}

static void sql_times_are_read_as_utc(void **state)
{
	instant when;

	(void)state;
	assert_true(clock_parse_sql("1970-01-01 00:00:00", &when));
	assert_true(when == 0);
	assert_true(clock_parse_sql("2019-07-14 14:09:58", &when));
	assert_true(when == 1563113398 * MICROSECONDS);
	assert_true(clock_parse_sql("1000-01-01 00:00:00", &when));
	assert_true(when == -30610224000 * MICROSECONDS);
	assert_true(clock_parse_sql("2000-02-29 23:59:59", &when));
	assert_true(when == 951868799 * MICROSECONDS);
	assert_true(clock_parse_sql("9999-12-31 23:59:59", &when));
	assert_true(when == 253402300799 * MICROSECONDS);
}

static void malformed_sql_times_are_rejected(void **state)
{
	static const char *const REFUSED[] = {"", "2019", "2019-07-14", "2019-07-14 14:09",
		"2019-07-14 14:09:5", "2019-07-14 14:09:580", "2019-07-14 14:09:58.000000",
		"2019-07-14 14:09:58 ", " 2019-07-14 14:09:58", "2019-07-14T14:09:58",
		"2019/07/14 14:09:58", "2019-7-14 14:09:58", "19-07-14 14:09:58",
		"-019-07-14 14:09:58", "2019-07-14 -1:09:58", "2019-07-1: 14:09:58",
		"2019-07-1/ 14:09:58", "0000-00-00 00:00:00", "2019-02-29 00:00:00",
		"2019-13-01 00:00:00", "2019-04-31 00:00:00", "2019-07-14 24:00:00",
		"2019-07-14 00:60:00", "2019-07-14 00:00:60"};
	instant when = 77;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++)
		if (clock_parse_sql(REFUSED[i], &when))
			fail_msg("accepted: %s", REFUSED[i]);
	assert_int_equal(when, 77);
}

static void durations_are_written_as_python_prints_a_timedelta(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} DURATIONS[] = {
		{0, "0:00:00"},
		{59, "0:00:59"},
		{60, "0:01:00"},
		{3600, "1:00:00"},
		{36000, "10:00:00"},
		{86399, "23:59:59"},
		{86400, "1 day, 0:00:00"},
		{86460, "1 day, 0:01:00"},
		{172799, "1 day, 23:59:59"},
		{172800, "2 days, 0:00:00"},
		{8643661, "100 days, 1:01:01"},
		{INT64_MAX, "106751991167300 days, 15:30:07"},
		{-1, "-1 day, 23:59:59"},
		{-86400, "-1 day, 0:00:00"},
		{-86401, "-2 days, 23:59:59"},
		{INT64_MIN, "-106751991167301 days, 8:29:52"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(DURATIONS); i++) {
		char text[CLOCK_DURATION_SIZE];

		clock_duration(DURATIONS[i].seconds, text);
		assert_string_equal(text, DURATIONS[i].text);
	}
}

static void hours_and_minutes_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} DURATIONS[] = {{"1:30", 5400}, {"0:0", 0}, {"00001:5", 3900}, {"0:90", 5400},
		{"99999:99", INT64_C(360002340)}};
	static const char *const REFUSED[] = {"", ":", "1", "1:", ":30", "123456:00", "1:234",
		"1:30:00", "-1:00", "1:+5", " 1:00", "1:00 ", "a:00"};
	int64_t seconds = 77;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(REFUSED); i++)
		if (clock_parse_duration(REFUSED[i], &seconds))
			fail_msg("accepted: '%s'", REFUSED[i]);
	assert_true(seconds == 77);
	for (size_t i = 0; i < UNIT_COUNT(DURATIONS); i++) {
		assert_true(clock_parse_duration(DURATIONS[i].text, &seconds));
		assert_true(seconds == DURATIONS[i].seconds);
	}
}

static void the_clock_counts_microseconds_since_1970(void **state)
{
	int64_t before = time(NULL);
	instant now = clock_now();
	int64_t seconds = clock_seconds(), after = time(NULL);

	(void)state;
	/* time(2) may be one tick behind */
	assert_in_range(now / MICROSECONDS, before, after + 1);
	assert_in_range(seconds, now / MICROSECONDS, after + 1);
}

static void the_monotonic_clock_advances_with_time(void **state)
{
	struct timespec now;
	int64_t start = clock_monotonic(), reached = start;

	(void)state;
	while (reached - start < 2000) {
		int64_t next = clock_monotonic();

		assert_true(next >= reached);
		reached = next;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_in_range((int64_t)now.tv_sec * MICROSECONDS + now.tv_nsec / 1000, reached,
		reached + 60 * MICROSECONDS);
}

static void sql_times_are_written_with_microseconds_unless_zero(void **state)
{
	static const struct {
		struct civil civil;
		const char *text;
	} TIMES[] = {
		{{2019, 7, 14, 14, 9, 58, 0}, "2019-07-14 14:09:58"},
		{{2019, 7, 14, 14, 9, 58, 120}, "2019-07-14 14:09:58.000120"},
		{{1969, 12, 31, 23, 59, 59, 999999}, "1969-12-31 23:59:59.999999"},
		{{1, 1, 1, 0, 0, 0, 0}, "0001-01-01 00:00:00"},
		{{9999, 12, 31, 0, 0, 0, 500000}, "9999-12-31 00:00:00.500000"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TIMES); i++) {
		char text[CLOCK_SQL_SIZE];

		clock_sql(clock_from_civil(&TIMES[i].civil), text);
		assert_string_equal(text, TIMES[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_dates_are_rfc_1123_in_gmt),
		cmocka_unit_test(http_dates_have_every_month_and_weekday),
		cmocka_unit_test(http_dates_drop_microseconds),
		cmocka_unit_test(civil_times_round_trip),
		cmocka_unit_test(every_day_is_that_of_the_c_library),
		cmocka_unit_test(the_time_zone_of_the_process_changes_nothing),
		cmocka_unit_test(dates_exist_as_in_the_gregorian_calendar),
		cmocka_unit_test(leap_years_follow_the_century_rule),
		cmocka_unit_test(years_range_from_1_to_9999),
		cmocka_unit_test(sql_times_are_read_as_utc),
		cmocka_unit_test(malformed_sql_times_are_rejected),
		cmocka_unit_test(sql_times_are_written_with_microseconds_unless_zero),
		cmocka_unit_test(durations_are_written_as_python_prints_a_timedelta),
		cmocka_unit_test(hours_and_minutes_are_read),
		cmocka_unit_test(the_clock_counts_microseconds_since_1970),
		cmocka_unit_test(the_monotonic_clock_advances_with_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
