/*
 * See local_time.h.
 */
#include "pages/local_time.h"

#include "core/time_zone.h"

#include <string.h>
#include <time.h>

/* The names of months, for dates in words. */
static const char *const MONTHS[] = {N_("January"), N_("February"), N_("March"), N_("April"),
	N_("May"), N_("June"), N_("July"), N_("August"), N_("September"), N_("October"),
	N_("November"), N_("December")};

/* The text with a value instead of the first `place`; the text itself without one. NULL: out of memory. */
static const char *put(
	const struct page *page, const char *text, const char *place, const char *value)
{
	const char *found = text == NULL ? NULL : strstr(text, place);

	if (found == NULL || value == NULL)
		return value == NULL ? NULL : text;
	return arena_printf(
		page->arena, "%.*s%s%s", (int)(found - text), text, value, found + strlen(place));
}

/* A date in words. The order of its parts is a matter of the language, and some have another form for the first day of
 * a month. */
static const char *date_in_words(const struct page *page, int year, int month, int day)
{
	const char *text =
		page_tr(page, day == 1 ? N_("1 {month} {year}") : N_("{day} {month} {year}"));

	text = put(page, text, "{day}", arena_printf(page->arena, "%d", day));
	text = put(page, text, "{month}", page_tr(page, MONTHS[month - 1]));
	return put(page, text, "{year}", arena_printf(page->arena, "%d", year));
}

static const char *format_date(const struct page *page, int year, int month, int day)
{
	const char *format = page->principal == NULL ? NULL : page_user(page)->date_format;

	if (format != NULL && strcmp(format, "dd/MM/yyyy") == 0)
		return arena_printf(page->arena, "%02d/%02d/%04d", day, month, year);
	if (format != NULL && strcmp(format, "MM/dd/yyyy") == 0)
		return arena_printf(page->arena, "%02d/%02d/%04d", month, day, year);
	if (format != NULL && strcmp(format, "date_string") == 0)
		return date_in_words(page, year, month, day);
	return arena_printf(page->arena, "%04d-%02d-%02d", year, month, day);
}

static struct tm to_local(const struct page *page, instant when)
{
	time_t seconds = (time_t)(when / MICROSECONDS);
	struct tm local = {0};

	time_zone_use(page->principal == NULL ? NULL : page_user(page)->timezone);
	localtime_r(&seconds, &local);
	return local;
}

const char *local_time(const struct page *page, instant when)
{
	struct tm local;
	const char *date;

	if (when == INSTANT_NONE)
		return "";
	local = to_local(page, when);
	date = format_date(page, local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
	if (date == NULL)
		return NULL;
	return arena_printf(
		page->arena, "%s %02d:%02d %s", date, local.tm_hour, local.tm_min, local.tm_zone);
}

const char *local_date(const struct page *page, instant when)
{
	struct tm local;

	if (when == INSTANT_NONE)
		return "";
	local = to_local(page, when);
	return format_date(page, local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

const char *local_day(const struct page *page, instant midnight)
{
	struct civil day;

	if (midnight == INSTANT_NONE)
		return "";
	day = clock_to_civil(midnight);
	return format_date(page, day.year, day.month, day.day);
}
