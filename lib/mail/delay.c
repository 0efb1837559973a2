/*
 * The units of time in every language of the e-mails, as data.
 */
#include "mail/delay.h"

#include <stdbool.h>
#include <string.h>

/* What follows the number; for 1 the whole phrase. */
struct unit {
	const char *one;
	const char *few; /* after 2 to 4, 22 to 24 ... but not 12 to 14; NULL: no such form */
	const char *many;
};

/* The first is what all others fall back to. */
static const struct language {
	const char *name;
	struct unit hour, minute, second;
} LANGUAGES[] = {
	{"en", {"an hour", NULL, "hours"}, {"a minute", NULL, "minutes"},
		{"a second", NULL, "seconds"}},
	{"de", {"eine Stunde", NULL, "Stunden"}, {"eine Minute", NULL, "Minuten"},
		{"eine Sekunde", NULL, "Sekunden"}},
	{"es", {"una hora", NULL, "horas"}, {"un minuto", NULL, "minutos"},
		{"un segundo", NULL, "segundos"}},
	{"fr", {"une heure", NULL, "heures"}, {"une minute", NULL, "minutes"},
		{"une seconde", NULL, "secondes"}},
	{"gl", {"unha hora", NULL, "horas"}, {"un minuto", NULL, "minutos"},
		{"un segundo", NULL, "segundos"}},
	{"it", {"un'ora", NULL, "ore"}, {"un minuto", NULL, "minuti"},
		{"un secondo", NULL, "secondi"}},
	{"nb", {"en time", NULL, "timer"}, {"et minutt", NULL, "minutter"},
		{"et sekund", NULL, "sekunder"}},
	/* "uur" stays as it is after a number */
	{"nl", {"een uur", NULL, "uur"}, {"een minuut", NULL, "minuten"},
		{"een seconde", NULL, "seconden"}},
	{"pl", {"godzina", "godziny", "godzin"}, {"minuta", "minuty", "minut"},
		{"sekunda", "sekundy", "sekund"}},
};

enum { LANGUAGE_COUNT = sizeof(LANGUAGES) / sizeof(*LANGUAGES), MINUTE = 60, HOUR = 3600 };

static const struct language *find_language(const char *name)
{
	for (size_t i = 0; name != NULL && i < LANGUAGE_COUNT; i++)
		if (strcmp(LANGUAGES[i].name, name) == 0)
			return &LANGUAGES[i];
	return &LANGUAGES[0];
}

static bool is_few(int64_t number)
{
	int64_t unit = number % 10, tens = number / 10 % 10;

	return unit >= 2 && unit <= 4 && tens != 1;
}

static char *count(struct arena *arena, const struct unit *unit, int64_t number)
{
	if (number == 1)
		return arena_copy(arena, unit->one, strlen(unit->one));
	return arena_printf(arena, "%lld %s", (long long)number,
		unit->few != NULL && is_few(number) ? unit->few : unit->many);
}

char *delay_words(struct arena *arena, const char *language, int64_t seconds)
{
	const struct language *words = find_language(language);

	if (seconds >= HOUR && seconds % HOUR == 0)
		return count(arena, &words->hour, seconds / HOUR);
	if (seconds >= MINUTE && seconds % MINUTE == 0)
		return count(arena, &words->minute, seconds / MINUTE);
	return count(arena, &words->second, seconds);
}
