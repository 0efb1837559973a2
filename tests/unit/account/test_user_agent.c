/*
 * Unit tests of account/user_agent: the headers of real browsers (contract §9).
 */
#include "../unit.h"

#include "account/user_agent.h"

/* The beginning that browsers derived from WebKit share. */
#define WEBKIT_537(system) "Mozilla/5.0 (" system ") AppleWebKit/537.36 (KHTML, like Gecko) "
#define WEBKIT_605(system) "Mozilla/5.0 (" system ") AppleWebKit/605.1.15 (KHTML, like Gecko) "
#define WINDOWS            "Windows NT 10.0; Win64; x64"
#define IPHONE             "iPhone; CPU iPhone OS 17_2 like Mac OS X"

static const struct {
	const char *system, *browser, *header;
} DEVICES[] = {
	{"Linux", "Firefox",
		"Mozilla/5.0 (X11; Linux x86_64; rv:98.0) Gecko/20100101 Firefox/98.0"},
	{"Linux", "Firefox",
		"Mozilla/5.0 (Wayland; Linux x86_64; rv:98.0) Gecko/20100101 Firefox/98.0"},
	{"Windows", "Chrome", WEBKIT_537(WINDOWS) "Chrome/120.0.0.0 Safari/537.36"},
	{"Windows", "Edge", WEBKIT_537(WINDOWS) "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91"},
	{"Windows", "Edge", WEBKIT_537(WINDOWS) "Chrome/70.0.3538.102 Safari/537.36 Edge/18.19042"},
	{"Windows", "Opera", WEBKIT_537(WINDOWS) "Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0"},
	{"Windows", "Opera", "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18"},
	{"Mac OS X", "Safari",
		WEBKIT_605("Macintosh; Intel Mac OS X 14_2") "Version/17.2 Safari/605.1.15"},
	{"Mac OS X", "Firefox",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:121.0) Gecko/20100101 "
		"Firefox/121.0"},
	{"iOS", "Safari",
		"Mozilla/5.0 (iPod; U; CPU like Mac OS X; en) AppleWebKit/420.1 (KHTML, like "
		"Gecko) Version/3.0 Mobile/3A101a Safari/419.3"},
	{"iOS", "Safari", WEBKIT_605(IPHONE) "Version/17.2 Mobile/15E148 Safari/604.1"},
	{"iOS", "Chrome",
		WEBKIT_605("iPad; CPU OS 17_2 like Mac OS X") "CriOS/120.0.6099.119 Mobile/15E148 "
							      "Safari/604.1"},
	{"iOS", "Firefox", WEBKIT_605(IPHONE) "FxiOS/121.0 Mobile/15E148 Safari/605.1.15"},
	{"iOS", "Edge", WEBKIT_605(IPHONE) "EdgiOS/120.0.2210.126 Mobile/15E148 Safari/605.1.15"},
	{"Android", "Chrome",
		WEBKIT_537("Linux; Android 14; Pixel 8") "Chrome/120.0.0.0 Mobile Safari/537.36"},
	{"Android", "Edge",
		WEBKIT_537("Linux; Android 10; HD1913") "Chrome/120.0.0.0 Mobile Safari/537.36 "
							"EdgA/120.0.2210.84"},
	{"Android", "Firefox",
		"Mozilla/5.0 (Android 14; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0"},
	{"Other", "curl", "curl/8.5.0"},
	{"Other", "Other", "python-requests/2.31.0"},
	{"Other", "Other", ""},
	{"Other", "Other", "<script>alert(1)</script>\r\nBcc: x@example.com"},
};

static void system_and_browser_are_recognized(void **state)
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
		cmocka_unit_test(system_and_browser_are_recognized),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
