/*
 * Unit tests of files/picture_name: what a picture is called (contract §8.1).
 */
#include "unit.h"

#include "files/picture_name.h"

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
}

static void what_no_file_system_likes_is_dropped(void **state)
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

static void nothing_hidden_and_no_path_is_made(void **state)
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
	memset(filename, '%', 4000); /* what is dropped does not count */
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
		cmocka_unit_test(what_no_file_system_likes_is_dropped),
		cmocka_unit_test(nothing_hidden_and_no_path_is_made),
		cmocka_unit_test(a_long_name_is_cut_and_keeps_its_extension),
		cmocka_unit_test(the_extension_is_what_follows_the_last_dot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
