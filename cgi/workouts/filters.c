/*
 * See filters.h.
 */
#include "filters.h"

#include "api/parameters.h"
#include "core/text.h"
#include "core/time_zone.h"

#include <string.h>

/* The value of a filter; NULL: it is absent or empty. */
static enum reply read_filter(const struct request *http, const char *name, const char **text)
{
	enum reply refusal;

	*text = NULL;
	refusal = parameter_text(http, name, text);
	if (*text != NULL && **text == '\0')
		*text = NULL;
	return refusal;
}

static bool read_duration(const char *text, double *seconds)
{
	int64_t duration;

	if (!clock_parse_duration(text, &duration))
		return false;
	*seconds = (double)duration;
	return true;
}

static enum reply read_limits(const struct request *http, struct workout_filter *filter)
{
	static const struct {
		const char *name;
		size_t offset; /* of a struct workout_limit */
		bool (*read)(const char *text, double *value);
	} LIMITS[] = {
		{"distance_from", offsetof(struct workout_filter, distance.from), text_real},
		{"distance_to", offsetof(struct workout_filter, distance.to), text_real},
		{"duration_from", offsetof(struct workout_filter, moving.from), read_duration},
		{"duration_to", offsetof(struct workout_filter, moving.to), read_duration},
		{"ave_speed_from", offsetof(struct workout_filter, ave_speed.from), text_real},
		{"ave_speed_to", offsetof(struct workout_filter, ave_speed.to), text_real},
		{"max_speed_from", offsetof(struct workout_filter, max_speed.from), text_real},
		{"max_speed_to", offsetof(struct workout_filter, max_speed.to), text_real},
	};

	for (size_t i = 0; i < sizeof(LIMITS) / sizeof(*LIMITS); i++) {
		struct workout_limit *limit = (void *)((char *)filter + LIMITS[i].offset);
		const char *text;
		enum reply refusal = read_filter(http, LIMITS[i].name, &text);

		if (refusal != REPLY_NONE)
			return refusal;
		limit->given = text != NULL;
		if (text != NULL && !LIMITS[i].read(text, &limit->value))
			return REPLY_INVALID_PAYLOAD;
	}
	return REPLY_NONE;
}

/* A day as the user's clocks show it; *day stays as it is where the filter is absent. */
static enum reply read_day(const struct request *http, const char *name, instant *day)
{
	const char *text;
	enum reply refusal = read_filter(http, name, &text);

	if (refusal != REPLY_NONE || text == NULL)
		return refusal;
	return clock_parse_day(text, day) ? REPLY_NONE : REPLY_INVALID_PAYLOAD;
}

enum reply read_period(
	const struct request *http, const struct user *user, instant *from, instant *to)
{
	static const instant LAST_SECOND = (24 * 60 * 60 - 1) * MICROSECONDS;
	instant first = INSTANT_NONE, last = INSTANT_NONE;
	enum reply refusal = read_day(http, "from", &first);

	if (refusal == REPLY_NONE)
		refusal = read_day(http, "to", &last);
	*from = first == INSTANT_NONE ? WORKOUT_DATE_FIRST
				      : time_zone_to_utc(user->timezone, first);
	*to = WORKOUT_DATE_LAST;
	if (last != INSTANT_NONE)
		*to = time_zone_to_utc(user->timezone, last + LAST_SECOND) + MICROSECONDS - 1;
	if (*to > WORKOUT_DATE_LAST)
		*to = WORKOUT_DATE_LAST;
	return refusal;
}

enum reply read_sport(const struct request *http, bool *given, int64_t *sport_id)
{
	const char *text;
	enum reply refusal = read_filter(http, "sport_id", &text);

	*given = text != NULL;
	return text == NULL ? refusal : parameter_number(http, "sport_id", sport_id);
}

enum reply read_workout_filter(
	const struct request *http, const struct user *user, struct workout_filter *filter)
{
	enum reply refusal = read_period(http, user, &filter->from, &filter->to);

	if (refusal == REPLY_NONE)
		refusal = read_sport(http, &filter->has_sport, &filter->sport_id);
	if (refusal == REPLY_NONE)
		refusal = read_filter(http, "title", &filter->title);
	return refusal == REPLY_NONE ? read_limits(http, filter) : refusal;
}
