/*
 * Chooses the unit of time and its form.
 */
#include "mail/validity.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

enum { MINUTE = 60, HOUR = 3600 };

static const struct validity_language *find_language(const char *name)
{
	const struct validity_language *english = VALIDITY_LANGUAGES;

	for (const struct validity_language *l = VALIDITY_LANGUAGES; l->name != NULL; l++) {
		if (name != NULL && strcmp(l->name, name) == 0)
			return l;
		if (strcmp(l->name, "en") == 0)
			english = l;
	}
	return english;
}

static bool is_few(int64_t number)
{
	int64_t unit = number % 10, tens = number / 10 % 10;

	return unit >= 2 && unit <= 4 && tens != 1;
}

static char *count(struct arena *arena, const struct validity_unit *unit, int64_t number)
{
	if (number == 1)
		return arena_copy(arena, unit->one, strlen(unit->one));
	return arena_printf(arena, "%" PRId64 " %s", number,
		unit->few != NULL && is_few(number) ? unit->few : unit->many);
}

char *validity_words(struct arena *arena, const char *language, int64_t seconds)
{
	const struct validity_language *words = find_language(language);

	if (seconds >= HOUR && seconds % HOUR == 0)
		return count(arena, &words->hour, seconds / HOUR);
	if (seconds >= MINUTE && seconds % MINUTE == 0)
		return count(arena, &words->minute, seconds / MINUTE);
	return count(arena, &words->second, seconds);
}
