/*
 * Times and durations: how they are held (microseconds UTC) and how the API writes them
 * (contract §4).
 */
#ifndef FITGATE_CORE_CLOCK_H
#define FITGATE_CORE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Microseconds since 1970-01-01 00:00:00 UTC, before it negative. */
typedef int64_t instant;

/* "No time": SQL NULL. */
#define INSTANT_NONE INT64_MIN

#define MICROSECONDS INT64_C(1000000)

/* A date and time of day in UTC. */
struct civil {
	int year, month, day;
	int hour, minute, second;
	int microsecond;
};

enum {
	CLOCK_HTTP_DATE_SIZE = 30,
	CLOCK_ISO_SIZE = 21,
	CLOCK_SQL_SIZE = 27,
	CLOCK_DURATION_SIZE = 40
};

/* The system's clock. */
instant clock_now(void);

/* The same in whole Unix seconds, as tokens use. */
int64_t clock_seconds(void);

/* Microseconds of a clock that only goes forward; for measuring, not for dates. */
int64_t clock_monotonic(void);

struct civil clock_to_civil(instant when);

/* The fields must be those of a real date (see clock_date_exists()). */
instant clock_from_civil(const struct civil *civil);

/* Whether the Gregorian calendar has this day; years 1 to 9999. */
bool clock_date_exists(int year, int month, int day);

/* RFC 1123 in GMT, English names, microseconds dropped: "Sun, 14 Jul 2019 14:09:58 GMT". */
void clock_http_date(instant when, char text[CLOCK_HTTP_DATE_SIZE]);

/* ISO 8601 in UTC, microseconds dropped: "2019-07-14T14:09:58Z". */
void clock_iso(instant when, char text[CLOCK_ISO_SIZE]);

/* "2019-07-14 14:09:58" in UTC, with ".123456" behind it where there are microseconds. */
void clock_sql(instant when, char text[CLOCK_SQL_SIZE]);

/*
 * Read "YYYY-MM-DD HH:MM:SS", nothing before or after. false: the text has another form, or the date does not
 * exist.
 */
bool clock_parse_sql(const char *text, instant *when);

/*
 * Read a day as the API accepts it: a year of four digits from 1000 on, month and day of one or two, as in
 * "2001-2-03". The result is midnight. false: the text has another form, or the date does not exist.
 */
bool clock_parse_day(const char *text, instant *when);

/*
 * Read "hours:minutes", of 1 to 5 and 1 or 2 digits, as seconds: "1:30", also "0:90". false: the text has another form.
 */
bool clock_parse_duration(const char *text, int64_t *seconds);

/* "H:MM:SS", from a day on "1 day, H:MM:SS" or "N days, H:MM:SS", as Python prints a timedelta. */
void clock_duration(int64_t seconds, char text[CLOCK_DURATION_SIZE]);

#endif
