/*
 * Unit tests of account/event: the names of the kinds.
 */
#include "../unit.h"

#include "account/event.h"

static void each_kind_has_a_name(void **state)
{
	(void)state;
	for (enum event_kind kind = EVENT_LOGIN; kind < EVENT_KIND_COUNT; kind++)
		assert_non_null(event_kind_name(kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
