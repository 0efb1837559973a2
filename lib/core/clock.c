/*
 * The calendar is the C library's (timegm, gmtime_r); the names of days and months are ours, because
 * strftime() would follow the locale.
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

instant clock_from_civil(const struct civil *civil)
{
	struct tm tm = {
		.tm_year = civil->year - 1900,
		.tm_mon = civil->month - 1,
		.tm_mday = civil->day,
		.tm_hour = civil->hour,
		.tm_min = civil->minute,
		.tm_sec = civil->second,
	};

	return (int64_t)timegm(&tm) * MICROSECONDS + civil->microsecond;
}

bool clock_date_exists(int year, int month, int day)
{
	static const int LENGTHS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= LENGTHS[month - 1] + (month == 2 && leap ? 1 : 0);
}

void clock_http_date(instant when, char text[CLOCK_HTTP_DATE_SIZE])
{
	time_t seconds = whole_seconds(when);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	snprintf(text, CLOCK_HTTP_DATE_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT",
		DAYS[tm.tm_wday % 7], tm.tm_mday % 100, MONTHS[tm.tm_mon % 12],
		(tm.tm_year + 1900) % 10000, tm.tm_hour % 100, tm.tm_min % 100, tm.tm_sec % 100);
}

void clock_duration(int64_t seconds, char text[CLOCK_DURATION_SIZE])
{
	enum { DAY = 24 * 60 * 60 };
	/* rounds towards minus infinity, as a timedelta is normalised */
	int64_t days = seconds >= 0 ? seconds / DAY : -((-seconds + DAY - 1) / DAY);
	int rest = (int)(seconds - days * DAY);
	int hours = rest / 3600, minutes = rest / 60 % 60;

	if (days == 0)
		snprintf(text, CLOCK_DURATION_SIZE, "%d:%02d:%02d", hours, minutes, rest % 60);
	else
		snprintf(text, CLOCK_DURATION_SIZE, "%" PRId64 " day%s, %d:%02d:%02d", days,
			days == 1 || days == -1 ? "" : "s", hours, minutes, rest % 60);
}
