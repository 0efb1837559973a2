/*
 * Unit tests of picture/picture_name: the name of a stored picture (contract §8.1).
 */
#include "../unit.h"

#include "picture/picture_name.h"

static void assert_name(const char *filename, const char *expected)
{
	char name[PICTURE_NAME_SIZE];

	picture_name_make(filename, name);
	assert_string_equal(name, expected);
}

static void the_names_of_the_contract(void **state)
{
	(void)state;
	assert_name("avatar.png", "avatar.png");
	assert_name("../../etc/a.png", "etc_a.png");
	assert_name("  my  pic .png", "my_pic_.png");
	assert_name("...a..b.png", "a..b.png");
	assert_name("a%2Fb.png", "a2Fb.png");
	assert_name("\xc3\xa9\xc3\xa9\xc3\xa9.png", "picture.png");
	assert_name(".png", "picture.png");
	assert_name("\xe6\x97\xa5\xe6\x9c\xac.png", "picture.png");
	assert_name("A.PNG", "A.PNG");
	assert_name("IMG_0001.jpeg", "IMG_0001.jpeg");
}

static void problematic_characters_are_dropped(void **state)
{
	(void)state;
	assert_name("C:\\dir\\a.gif", "Cdira.gif");
	assert_name("a\tb.jpg", "a_b.jpg");
	assert_name("a / \t b.jpg", "a_b.jpg");
	assert_name("a\"b';|<>&$`*?~!()[]{}.jpg", "ab.jpg");
	assert_name("caf\xc3\xa9 noir.jpg", "caf_noir.jpg");
	assert_name("\xff\xfe.jpg", "picture.jpg");
	assert_name("-rf.jpg", "-rf.jpg");
	assert_name("a.tar.gz.gif", "a.tar.gz.gif");
}

static void names_are_never_hidden_files_or_paths(void **state)
{
	(void)state;
	assert_name("/.png", "picture.png");
	assert_name("./../..png", "picture.png");
	assert_name("_._.png", "picture.png");
	assert_name(" _ . _ a.png", "a.png");
	assert_name("% a.png", "a.png");
	assert_name("/etc/passwd/.png", "etc_passwd_.png");
}

static void a_long_name_is_cut_and_keeps_its_extension(void **state)
{
	char filename[5001], expected[PICTURE_NAME_SIZE];

	(void)state;
	memset(filename, 'a', 5000);
	memcpy(filename + 4996, ".JPG", 5);
	memset(expected, 'a', 100);
	memcpy(expected + 96, ".JPG", 5);
	assert_name(filename, expected);
	assert_name(filename + 4900, expected); /* exactly 100 characters */
	assert_name(filename + 4901, expected + 1);
	memset(filename, '%', 4000); /* dropped characters do not count */
	assert_name(filename, expected);
}

static void the_extension_is_what_follows_the_last_dot(void **state)
{
	(void)state;
	assert_string_equal(picture_name_extension("a.b.png"), "png");
	assert_string_equal(picture_name_extension("png."), "");
	assert_string_equal(picture_name_extension("a.png "), "png ");
	assert_null(picture_name_extension("png"));
	assert_null(picture_name_extension(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_names_of_the_contract),
		cmocka_unit_test(problematic_characters_are_dropped),
		cmocka_unit_test(names_are_never_hidden_files_or_paths),
		cmocka_unit_test(a_long_name_is_cut_and_keeps_its_extension),
		cmocka_unit_test(the_extension_is_what_follows_the_last_dot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
