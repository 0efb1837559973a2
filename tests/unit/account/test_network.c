/*
 * Unit tests of account/network: what is left of an address.
 */
#include "../unit.h"

#include "account/network.h"

#include <string.h>

static const struct {
	const char *address, *network;
} NETWORKS[] = {
	{"192.0.2.17", "192.0.2.0/24"},
	{"255.255.255.255", "255.255.255.0/24"},
	{"::ffff:192.0.2.17", "192.0.2.0/24"},
	{"2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"},
	{"2001:db8::1", "2001:db8::/48"},
	{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff::/48"},
	{"::1", "::/48"},
};

static void the_last_part_of_an_address_is_removed(void **state)
{
	char text[NETWORK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(NETWORKS); i++)
		assert_string_equal(network_text(NETWORKS[i].address, text), NETWORKS[i].network);
}

static void another_text_has_no_network(void **state)
{
	static const char *const OTHERS[] = {"", "unix:", "192.0.2", "example.org", "::g"};
	char text[NETWORK_TEXT_SIZE];

	(void)state;
	assert_null(network_text(NULL, text));
	for (size_t i = 0; i < UNIT_COUNT(OTHERS); i++)
		assert_null(network_text(OTHERS[i], text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_part_of_an_address_is_removed),
		cmocka_unit_test(another_text_has_no_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
