/*
 * Unit tests of account/password_forms: the second form of a password, and its limits (contract §6.0).
 */
#include "../unit.h"

#include "account/passwords/password_forms.h"

#include <stdlib.h>
#include <string.h>

/* The second form of a password; NULL: it has one form. */
static const char *second_form(struct password_forms *forms, const char *typed)
{
	password_forms_make(forms, typed);
	assert_ptr_equal(forms->text[0], typed);
	return forms->count == 2 ? forms->text[1] : NULL;
}

static void a_password_in_nfc_has_one_form(void **state)
{
	static const char *const TYPED[] = {"", "correct horse", "caf\xc3\xa9", "\xea\xb0\x81",
		"\xcc\x81", "\xef\xac\x81", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"};
	struct password_forms forms;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(TYPED); i++)
		assert_null(second_form(&forms, TYPED[i]));
}

static void another_password_is_composed(void **state)
{
	static const struct {
		const char *typed, *composed;
	} ROWS[] = {
		{"cafe\xcc\x81", "caf\xc3\xa9"},
		/* marks in another order; Hangul letters; the sign of angstrom */
		{"e\xcc\x82\xcc\xa3", "\xe1\xbb\x87"},
		{"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "\xea\xb0\x81"},
		{"\xe2\x84\xab", "\xc3\x85"},
		/* excluded from composition: longer in NFC */
		{"\xe0\xa5\x98", "\xe0\xa4\x95\xe0\xa4\xbc"},
	};
	struct password_forms forms;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ROWS); i++)
		assert_string_equal(second_form(&forms, ROWS[i].typed), ROWS[i].composed);
}

/* `count` times `text`. */
static char *repeated(const char *text, size_t count)
{
	size_t length = strlen(text);
	char *whole = malloc(length * count + 1);

	assert_non_null(whole);
	for (size_t i = 0; i < count; i++)
		memcpy(whole + i * length, text, length);
	whole[length * count] = '\0';
	return whole;
}

static void the_second_form_fits_into_what_crypt_accepts(void **state)
{
	static const struct {
		const char *text;
		size_t count, length; /* of the second form; 0: there is none */
	} ROWS[] = {
		{"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 170, 510},
		{"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 171, 0},
		{"e\xcc\x81", 255, 510},
		{"e\xcc\x81", 256, 0},
		{"\xe0\xa5\x98", 85, 510},
		{"\xe0\xa5\x98", 86, 0},
		{"\xf0\x9d\x85\xa0", 42, 504}, /* three times as long in NFC */
		{"\xf0\x9d\x85\xa0", 127, 0},
		{"\xce\x90", 766, 0}, /* the most code points */
		{"\xcc\x81\xcc\xa3", 383, 0},
		{"\xcc\x81\xcc\xa3", 100000, 0},
	};
	struct password_forms forms;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(ROWS); i++) {
		char *typed = repeated(ROWS[i].text, ROWS[i].count);
		const char *form = second_form(&forms, typed);

		assert_int_equal(form == NULL ? 0 : strlen(form), ROWS[i].length);
		free(typed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_in_nfc_has_one_form),
		cmocka_unit_test(another_password_is_composed),
		cmocka_unit_test(the_second_form_fits_into_what_crypt_accepts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
