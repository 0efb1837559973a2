/*
 * See time_zone.h. The C library reads the time zone's file.
 */
#include "core/time_zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ZONES "/usr/share/zoneinfo/"
enum { ZONE_MAX = 50, DAY = 24 * 60 * 60 };

/* Words of letters, digits, "_", "+" and "-", between single slashes. */
static bool is_zone_name(const char *zone)
{
	static const char CHARACTERS[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";
	size_t length = strlen(zone);

	return length > 0 && length <= ZONE_MAX && zone[strspn(zone, CHARACTERS)] == '\0' &&
	       zone[0] >= 'A' && zone[0] <= 'Z' && zone[length - 1] != '/' &&
	       strstr(zone, "//") == NULL;
}

bool time_zone_exists(const char *zone)
{
	char path[sizeof(ZONES) + ZONE_MAX];

	if (!is_zone_name(zone))
		return false;
	snprintf(path, sizeof(path), "%s%s", ZONES, zone);
	return access(path, R_OK) == 0;
}

void time_zone_use(const char *zone)
{
	char path[1 + sizeof(ZONES) + ZONE_MAX];

	if (zone == NULL || !time_zone_exists(zone))
		zone = "Etc/UTC";
	snprintf(path, sizeof(path), ":%s%s", ZONES, zone);
	setenv("TZ", path, 1);
	tzset();
}

static struct tm local_time_at(time_t when)
{
	struct tm local = {0};

	localtime_r(&when, &local);
	return local;
}

instant time_zone_to_utc(const char *zone, instant local)
{
	time_t shown = (time_t)(local / MICROSECONDS), before, after;
	struct tm at_before, at_after;
	bool before_fits, after_fits;

	time_zone_use(zone);
	/* a day away, no offset can move the moment across a change of clocks at the time itself */
	before = shown - local_time_at(shown - DAY).tm_gmtoff;
	after = shown - local_time_at(shown + DAY).tm_gmtoff;
	at_before = local_time_at(before);
	at_after = local_time_at(after);
	before_fits = before + at_before.tm_gmtoff == shown;
	after_fits = after + at_after.tm_gmtoff == shown;
	if (before_fits && after_fits)
		return (at_before.tm_isdst == 0 && at_after.tm_isdst != 0 ? before : after) *
		       MICROSECONDS;
	return (after_fits ? after : before) * MICROSECONDS;
}
