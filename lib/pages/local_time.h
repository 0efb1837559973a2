/*
 * Dates and times as a user prefers them: time zone and date format (contract §6.8).
 */
#ifndef FITGATE_PAGES_LOCAL_TIME_H
#define FITGATE_PAGES_LOCAL_TIME_H

#include "core/clock.h"
#include "pages/page.h"

/* A moment with date and time of day, or its date alone, in the user's time zone; UTC for a guest and for an unknown
 * zone. In the page's arena; NULL when out of memory. INSTANT_NONE gives "". */
const char *local_time(const struct page *page, instant when);
const char *local_date(const struct page *page, instant when);

/* A day without a time zone, such as a birthday. */
const char *local_day(const struct page *page, instant midnight);

#endif
