/*
 * Unit tests of pages/translation: the language of a visitor, and catalogs that are damaged.
 */
#include "../unit.h"

#include "pages/translation.h"

/* A catalog as msgfmt(1) writes it: a header of 28 bytes, two tables, and the texts. */
struct catalog {
	uint32_t magic, revision, count, originals, translations, hash_size, hash;
	struct {
		uint32_t length, offset;
	} original[2], translation[2];
	char texts[12];
};

static const struct catalog CATALOG = {
	.magic = 0x950412de,
	.count = 2,
	.originals = offsetof(struct catalog, original),
	.translations = offsetof(struct catalog, translation),
	.original = {{2, offsetof(struct catalog, texts)},
		{2, offsetof(struct catalog, texts) + 3}},
	.translation = {{2, offsetof(struct catalog, texts) + 6},
		{2, offsetof(struct catalog, texts) + 9}},
	.texts = "no\0ok\0ja\0gu",
};

/* The translation in a copy of the first `size` bytes, so that a sanitizer sees what is read beyond them. */
static char *translate(
	struct arena *arena, const struct catalog *catalog, size_t size, const char *text)
{
	unsigned char *copy = malloc(size == 0 ? 1 : size);
	struct language language = {"xx", copy, size};
	char *result;

	assert_non_null(copy);
	memcpy(copy, catalog, size);
	result = arena_copy(arena, tr(&language, text), strlen(tr(&language, text)));
	free(copy);
	assert_non_null(result);
	return result;
}

static void a_text_is_found_in_its_catalog(void **state)
{
	struct catalog catalog = CATALOG;

	assert_string_equal(translate(*state, &catalog, sizeof(catalog), "no"), "ja");
	assert_string_equal(translate(*state, &catalog, sizeof(catalog), "ok"), "gu");
}

static void a_text_without_translation_stays_as_it_is(void **state)
{
	static const char *const TEXTS[] = {"", "n", "nn", "o", "zz", "a much longer text"};
	struct catalog catalog = CATALOG;

	for (size_t i = 0; i < UNIT_COUNT(TEXTS); i++)
		assert_string_equal(
			translate(*state, &catalog, sizeof(catalog), TEXTS[i]), TEXTS[i]);
	assert_string_equal(tr(&(struct language){"en", NULL, 0}, "no"), "no");
}

static void a_catalog_that_is_cut_off_never_gives_another_text(void **state)
{
	struct catalog catalog = CATALOG;

	for (size_t size = 0; size < sizeof(catalog); size++) {
		const char *found = translate(*state, &catalog, size, "no");

		assert_true(strcmp(found, "no") == 0 || strcmp(found, "ja") == 0);
		found = translate(*state, &catalog, size, "ok");
		assert_string_equal(found, "ok");
	}
}

static void a_catalog_with_any_damaged_number_is_survived(void **state)
{
	static const uint32_t NUMBERS[] = {0, 1, 28, sizeof(struct catalog) - 1,
		sizeof(struct catalog), INT32_MAX, UINT32_MAX - 3, UINT32_MAX};
	struct catalog catalog;

	for (size_t at = 0; at < offsetof(struct catalog, texts); at += sizeof(uint32_t))
		for (size_t i = 0; i < UNIT_COUNT(NUMBERS); i++) {
			catalog = CATALOG;
			memcpy((char *)&catalog + at, &NUMBERS[i], sizeof(uint32_t));
			assert_non_null(translate(*state, &catalog, sizeof(catalog), "no"));
			assert_non_null(translate(*state, &catalog, sizeof(catalog), "ok"));
		}
}

static void a_text_that_does_not_end_is_not_used(void **state)
{
	struct catalog catalog = CATALOG;

	catalog.texts[sizeof(catalog.texts) - 1] = 'x';
	assert_string_equal(translate(*state, &catalog, sizeof(catalog), "ok"), "ok");
}

static void the_preference_of_the_account_comes_before_the_browser(void **state)
{
	(void)state;
	assert_string_equal(language_find("de", "fr")->code, "de");
	assert_string_equal(language_find(NULL, "fr")->code, "fr");
	assert_string_equal(language_find("xx", "fr")->code, "fr");
	assert_string_equal(language_find("", "fr")->code, "fr");
}

static void the_language_with_the_largest_weight_is_chosen(void **state)
{
	static const struct {
		const char *header, *code;
	} CASES[] = {
		{"", "en"},
		{"de", "de"},
		{"DE-ch", "de"},
		{"de_AT", "de"},
		{"fr;q=0.5, de;q=0.8", "de"},
		{"fr, de", "fr"},
		{"ja, es;q=0.1", "es"},
		{"de;q=0, fr;q=0.001", "fr"},
		{"de ; q=0.1 , fr ; q=0.2", "fr"},
		{"nn", "nb"},
		{"no-NO", "nb"},
		{"*", "en"},
		{"d, deu, den", "en"},
		{",,;,-,de", "de"},
		{"de;q=nan, it;q=2, fr;q=-1, pl;q=0.1", "pl"},
		{"de;", "de"},
		{"de;q=", "en"},
		{"de;q=0.5;q=0.9,fr;q=0.6", "fr"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(CASES); i++)
		if (strcmp(language_find(NULL, CASES[i].header)->code, CASES[i].code) != 0)
			fail_msg("%s: %s", CASES[i].header,
				language_find(NULL, CASES[i].header)->code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(a_text_is_found_in_its_catalog),
		ARENA_TEST(a_text_without_translation_stays_as_it_is),
		ARENA_TEST(a_catalog_that_is_cut_off_never_gives_another_text),
		ARENA_TEST(a_catalog_with_any_damaged_number_is_survived),
		ARENA_TEST(a_text_that_does_not_end_is_not_used),
		ARENA_TEST(the_preference_of_the_account_comes_before_the_browser),
		ARENA_TEST(the_language_with_the_largest_weight_is_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
