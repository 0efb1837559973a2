/*
 * From seconds to a date the calendar is the C library's (gmtime_r), but not back: timegm() searches, and GET profile
 * has dozens of dates. The names of days and months are ours, because strftime() would follow the locale.
 */
#include "core/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static const char *const DAYS[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const MONTHS[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * MICROSECONDS + now.tv_nsec / 1000;
}

instant clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_seconds(void)
{
	return clock_now() / MICROSECONDS;
}

int64_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* Whole seconds, rounded down for times before 1970 as well. */
static time_t whole_seconds(instant when)
{
	int64_t seconds = when / MICROSECONDS;

	return (time_t)(when % MICROSECONDS < 0 ? seconds - 1 : seconds);
}

struct civil clock_to_civil(instant when)
{
	time_t seconds = whole_seconds(when);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return (struct civil){
		.year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.hour = tm.tm_hour,
		.minute = tm.tm_min,
		.second = tm.tm_sec,
		.microsecond = (int)(when - (int64_t)seconds * MICROSECONDS),
	};
}

/* Days from 1970-01-01. The years begin in March here, so that a leap day is the last day of its year. */
static int64_t days_of(const struct civil *civil)
{
	enum { DAYS_BEFORE_1970 = 719468 }; /* from 0000-03-01 */
	int64_t year = civil->month > 2 ? civil->year : civil->year - 1;
	int month = civil->month > 2 ? civil->month - 3 : civil->month + 9;
	int day_of_year = (153 * month + 2) / 5 + civil->day - 1; /* 153 days in each five months */

	return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - DAYS_BEFORE_1970;
}

instant clock_from_civil(const struct civil *civil)
{
	int64_t hours = days_of(civil) * 24 + civil->hour;

	return ((hours * 60 + civil->minute) * 60 + civil->second) * MICROSECONDS +
	       civil->microsecond;
}

bool clock_date_exists(int year, int month, int day)
{
	static const int LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= LENGTHS[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Two decimal digits of `number`; GET profile writes dozens of dates, too many for printf(). */
static char *put_two_digits(char *text, int number)
{
	*text++ = (char)('0' + number / 10 % 10);
	*text++ = (char)('0' + number % 10);
	return text;
}

static char *put_word(char *text, const char *word)
{
	while (*word != '\0')
		*text++ = *word++;
	return text;
}

/* Four digits. */
static char *put_year(char *text, int year)
{
	return put_two_digits(put_two_digits(text, year / 100), year);
}

/* "HH:MM:SS" */
static char *put_time(char *text, int hour, int minute, int second)
{
	text = put_word(put_two_digits(text, hour), ":");
	text = put_word(put_two_digits(text, minute), ":");
	return put_two_digits(text, second);
}

void clock_http_date(instant when, char text[CLOCK_HTTP_DATE_SIZE])
{
	time_t seconds = whole_seconds(when);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	text = put_word(text, DAYS[tm.tm_wday]);
	text = put_word(text, ", ");
	text = put_two_digits(text, tm.tm_mday);
	text = put_word(text, " ");
	text = put_word(text, MONTHS[tm.tm_mon]);
	text = put_word(text, " ");
	text = put_year(text, tm.tm_year + 1900);
	text = put_word(text, " ");
	text = put_time(text, tm.tm_hour, tm.tm_min, tm.tm_sec);
	text = put_word(text, " GMT");
	*text = '\0';
}

void clock_iso(instant when, char text[CLOCK_ISO_SIZE])
{
	time_t seconds = whole_seconds(when);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, CLOCK_ISO_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void clock_sql(instant when, char text[CLOCK_SQL_SIZE])
{
	struct civil civil = clock_to_civil(when);

	text = put_year(text, civil.year);
	text = put_word(text, "-");
	text = put_two_digits(text, civil.month);
	text = put_word(text, "-");
	text = put_two_digits(text, civil.day);
	text = put_word(text, " ");
	text = put_time(text, civil.hour, civil.minute, civil.second);
	if (civil.microsecond != 0) {
		text = put_word(text, ".");
		text = put_two_digits(text, civil.microsecond / 10000);
		text = put_two_digits(text, civil.microsecond / 100);
		text = put_two_digits(text, civil.microsecond);
	}
	*text = '\0';
}

/* Digits and separators at fixed places: "YYYY-MM-DD HH:MM:SS". */
bool clock_parse_sql(const char *text, instant *when)
{
	static const char FORM[] = "0000-00-00 00:00:00";
	int numbers[14];
	int count = 0;
	struct civil civil;

	for (size_t i = 0; i < sizeof(FORM); i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (FORM[i] == '0' ? !digit : text[i] != FORM[i])
			return false;
		if (digit)
			numbers[count++] = text[i] - '0';
	}
	civil = (struct civil){
		.year = numbers[0] * 1000 + numbers[1] * 100 + numbers[2] * 10 + numbers[3],
		.month = numbers[4] * 10 + numbers[5],
		.day = numbers[6] * 10 + numbers[7],
		.hour = numbers[8] * 10 + numbers[9],
		.minute = numbers[10] * 10 + numbers[11],
		.second = numbers[12] * 10 + numbers[13],
	};
	if (!clock_date_exists(civil.year, civil.month, civil.day) || civil.hour > 23 ||
		civil.minute > 59 || civil.second > 59)
		return false;
	*when = clock_from_civil(&civil);
	return true;
}

/* One to `most` digits at *text; moves behind them. -1: there are none, or more. */
static int take_number(const char **text, int most)
{
	int value = 0, digits = 0;

	for (; **text >= '0' && **text <= '9'; ++*text, digits++)
		if (digits < most)
			value = value * 10 + (**text - '0');
	return digits == 0 || digits > most ? -1 : value;
}

bool clock_parse_day(const char *text, instant *when)
{
	struct civil civil = {.year = take_number(&text, 4)};

	if (civil.year < 1000 || *text++ != '-')
		return false;
	civil.month = take_number(&text, 2);
	if (*text++ != '-')
		return false;
	civil.day = take_number(&text, 2);
	if (*text != '\0' || !clock_date_exists(civil.year, civil.month, civil.day))
		return false;
	*when = clock_from_civil(&civil);
	return true;
}

bool clock_parse_duration(const char *text, int64_t *seconds)
{
	int hours = take_number(&text, 5), minutes;

	if (hours < 0 || *text++ != ':')
		return false;
	minutes = take_number(&text, 2);
	if (minutes < 0 || *text != '\0')
		return false;
	*seconds = hours * INT64_C(3600) + minutes * INT64_C(60);
	return true;
}

void clock_duration(int64_t seconds, char text[CLOCK_DURATION_SIZE])
{
	enum { DAY = 24 * 60 * 60 };
	int64_t days = seconds / DAY;
	int rest = (int)(seconds % DAY), hours, minutes;

	/* toward minus infinity, as Python normalizes a timedelta */
	if (rest < 0) {
		rest += DAY;
		days--;
	}
	hours = rest / 3600;
	minutes = rest / 60 % 60;
	if (days == 0)
		snprintf(text, CLOCK_DURATION_SIZE, "%d:%02d:%02d", hours, minutes, rest % 60);
	else
		snprintf(text, CLOCK_DURATION_SIZE, "%" PRId64 " day%s, %d:%02d:%02d", days,
			days == 1 || days == -1 ? "" : "s", hours, minutes, rest % 60);
}
