/*
 * Unit tests of mail/validity: the validity of a link in words, in each language.
 */
#include "../unit.h"

#include "mail/validity.h"

static void assert_words(
	struct arena *arena, const char *language, int64_t seconds, const char *expected)
{
	const char *words = validity_words(arena, language, seconds);

	assert_non_null(words);
	if (strcmp(words, expected) != 0)
		fail_msg("%s, %lld seconds: '%s', not '%s'",
			language == NULL ? "no language" : language, (long long)seconds, words,
			expected);
}

static void a_validity_is_in_its_largest_whole_unit(void **state)
{
	assert_words(*state, "en", 3, "3 seconds");
	assert_words(*state, "en", 59, "59 seconds");
	assert_words(*state, "en", 60, "a minute");
	assert_words(*state, "en", 61, "61 seconds");
	assert_words(*state, "en", 90, "90 seconds");
	assert_words(*state, "en", 120, "2 minutes");
	assert_words(*state, "en", 3599, "3599 seconds");
	assert_words(*state, "en", 3600, "an hour");
	assert_words(*state, "en", 3601, "3601 seconds");
	assert_words(*state, "en", 5400, "90 minutes");
	assert_words(*state, "en", 7200, "2 hours");
	assert_words(*state, "en", 86400, "24 hours");
	assert_words(*state, "en", 0, "0 seconds");
}

static const struct {
	const char *language;
	const char *hour, *minute, *second;
	const char *two_hours, *two_minutes, *three_seconds;
} WORDS[] = {
	{"en", "an hour", "a minute", "a second", "2 hours", "2 minutes", "3 seconds"},
	{"de", "eine Stunde", "eine Minute", "eine Sekunde", "2 Stunden", "2 Minuten",
		"3 Sekunden"},
	{"es", "una hora", "un minuto", "un segundo", "2 horas", "2 minutos", "3 segundos"},
	{"fr", "une heure", "une minute", "une seconde", "2 heures", "2 minutes", "3 secondes"},
	{"gl", "unha hora", "un minuto", "un segundo", "2 horas", "2 minutos", "3 segundos"},
	{"it", "un'ora", "un minuto", "un secondo", "2 ore", "2 minuti", "3 secondi"},
	{"nb", "en time", "et minutt", "et sekund", "2 timer", "2 minutter", "3 sekunder"},
	{"nl", "een uur", "een minuut", "een seconde", "2 uur", "2 minuten", "3 seconden"},
	{"pl", "godzina", "minuta", "sekunda", "2 godziny", "2 minuty", "3 sekundy"},
};

static void every_language_has_its_words(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(WORDS); i++) {
		assert_words(*state, WORDS[i].language, 3600, WORDS[i].hour);
		assert_words(*state, WORDS[i].language, 60, WORDS[i].minute);
		assert_words(*state, WORDS[i].language, 1, WORDS[i].second);
		assert_words(*state, WORDS[i].language, 7200, WORDS[i].two_hours);
		assert_words(*state, WORDS[i].language, 120, WORDS[i].two_minutes);
		assert_words(*state, WORDS[i].language, 3, WORDS[i].three_seconds);
	}
}

static const struct {
	int64_t number;
	const char *hours, *minutes, *seconds;
} POLISH[] = {
	{2, "2 godziny", "2 minuty", "2 sekundy"},
	{4, "4 godziny", "4 minuty", "4 sekundy"},
	{5, "5 godzin", "5 minut", "5 sekund"},
	{11, "11 godzin", "11 minut", "11 sekund"},
	{12, "12 godzin", "12 minut", "12 sekund"},
	{14, "14 godzin", "14 minut", "14 sekund"},
	{21, "21 godzin", "21 minut", "21 sekund"},
	{22, "22 godziny", "22 minuty", "22 sekundy"},
	{25, "25 godzin", "25 minut", "25 sekund"},
};

static void polish_has_two_plurals(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(POLISH); i++) {
		assert_words(*state, "pl", POLISH[i].number * 3600, POLISH[i].hours);
		assert_words(*state, "pl", POLISH[i].number * 60, POLISH[i].minutes);
		assert_words(*state, "pl", POLISH[i].number, POLISH[i].seconds);
	}
	assert_words(*state, "pl", 101, "101 sekund");
	assert_words(*state, "pl", 112, "112 sekund");
	assert_words(*state, "pl", 122, "122 sekundy");
	assert_words(*state, "pl", 1012, "1012 sekund");
}

static void an_unknown_language_is_english(void **state)
{
	assert_words(*state, NULL, 3600, "an hour");
	assert_words(*state, "", 7200, "2 hours");
	assert_words(*state, "ja", 3, "3 seconds");
	assert_words(*state, "fr_FR", 3, "3 seconds");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(a_validity_is_in_its_largest_whole_unit),
		ARENA_TEST(every_language_has_its_words),
		ARENA_TEST(polish_has_two_plurals),
		ARENA_TEST(an_unknown_language_is_english),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
