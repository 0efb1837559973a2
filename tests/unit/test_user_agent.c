/*
 * Unit tests of account/user_agent: the headers of real browsers (contract §9).
 */
#include "unit.h"

#include "account/user_agent.h"

static const struct {
	const char *header, *system, *browser;
} DEVICES[] = {
	{"Mozilla/5.0 (X11; Linux x86_64; rv:98.0) Gecko/20100101 Firefox/98.0", "Linux", "Firefox"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
	 "Safari/537.36",
		"Windows", "Chrome"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
	 "Safari/537.36 Edg/120.0.2210.91",
		"Windows", "Edge"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.0.3538.102 "
	 "Safari/537.36 Edge/18.19042",
		"Windows", "Edge"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
	 "Safari/537.36 OPR/106.0.0.0",
		"Windows", "Opera"},
	{"Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18", "Windows", "Opera"},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_2) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 "
	 "Safari/605.1.15",
		"Mac OS X", "Safari"},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:121.0) Gecko/20100101 Firefox/121.0", "Mac OS X",
		"Firefox"},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
	 "Version/17.2 Mobile/15E148 Safari/604.1",
		"iOS", "Safari"},
	{"Mozilla/5.0 (iPad; CPU OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
	 "CriOS/120.0.6099.119 Mobile/15E148 Safari/604.1",
		"iOS", "Chrome"},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 14_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
	 "FxiOS/121.0 Mobile/15E148 Safari/605.1.15",
		"iOS", "Firefox"},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
	 "Version/17.0 EdgiOS/120.0.2210.126 Mobile/15E148 Safari/605.1.15",
		"iOS", "Edge"},
	{"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
	 "Mobile Safari/537.36",
		"Android", "Chrome"},
	{"Mozilla/5.0 (Linux; Android 10; HD1913) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
	 "Mobile Safari/537.36 EdgA/120.0.2210.84",
		"Android", "Edge"},
	{"Mozilla/5.0 (Android 14; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0", "Android", "Firefox"},
	{"curl/8.5.0", "Other", "curl"},
	{"python-requests/2.31.0", "Other", "Other"},
	{"", "Other", "Other"},
	{"<script>alert(1)</script>\r\nBcc: x@example.com", "Other", "Other"},
};

static void devices_are_known_by_system_and_browser(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(DEVICES); i++) {
		struct user_agent device = user_agent_parse(DEVICES[i].header);

		if (strcmp(device.system, DEVICES[i].system) != 0 ||
			strcmp(device.browser, DEVICES[i].browser) != 0)
			fail_msg("%s: %s, %s", DEVICES[i].header, device.system, device.browser);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_are_known_by_system_and_browser),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
