/*
 * See time_zone.h. The C library reads the time zone's file.
 */
#include "core/time_zone.h"

#include "core/process.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ZONE_MAX = 50, DAY = 24 * 60 * 60 };

/* The files of the system, which its updates keep current, and those that `make shared-hosting` has packed. */
static const char SYSTEM_ZONES[] = "/usr/share/zoneinfo/", PACKED_ZONES[] = "zoneinfo/";

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

/* ":" and the path of the zone's file, as the C library takes it in TZ. false: there is no such zone. */
static bool find_zone(const char *zone, char path[PATH_MAX])
{
	char directory[PATH_MAX / 2];

	if (!is_zone_name(zone))
		return false;
	snprintf(path, PATH_MAX, ":%s%s", SYSTEM_ZONES, zone);
	if (access(path + 1, R_OK) == 0)
		return true;
	if (!process_directory(directory, sizeof(directory)))
		return false;
	snprintf(path, PATH_MAX, ":%s%s%s", directory, PACKED_ZONES, zone);
	return access(path + 1, R_OK) == 0;
}

bool time_zone_exists(const char *zone)
{
	char path[PATH_MAX];

	return find_zone(zone, path);
}

void time_zone_use(const char *zone)
{
	char path[PATH_MAX];

	setenv("TZ", zone != NULL && find_zone(zone, path) ? path : "UTC0", 1);
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
