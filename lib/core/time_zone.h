/*
 * The time zones of IANA's database ("Europe/Paris"), as the system has them, or else the copy beside the program, which
 * `make shared-hosting` packs for hosts without any.
 */
#ifndef FITGATE_CORE_TIME_ZONE_H
#define FITGATE_CORE_TIME_ZONE_H

#include "core/clock.h"

/* Whether a time zone is known. A path is refused. */
bool time_zone_exists(const char *zone);

/*
 * Make it the zone of localtime_r(). NULL and an unknown zone are UTC. The zone belongs to the process, which serves one
 * request at a time.
 */
void time_zone_use(const char *zone);

/*
 * The moment at which clocks in a zone show this time; `local` holds the time that they show as if it were UTC, in whole
 * seconds. NULL and an unknown zone are UTC. Of a time that clocks show twice, it is the one in standard time, or
 * the later one. A time that they skip counts by the offset in force before the change.
 */
instant time_zone_to_utc(const char *zone, instant local);

#endif
