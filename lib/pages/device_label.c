/*
 * See device_label.h.
 */
#include "pages/device_label.h"

#include <string.h>

static bool is_known(const char *word)
{
	return word != NULL && strcmp(word, "Other") != 0;
}

const char *device_label(const struct page *page, const char *browser, const char *system)
{
	if (is_known(browser) && is_known(system))
		return arena_printf(page->arena, "%s, %s", browser, system);
	if (is_known(browser))
		return browser;
	return is_known(system) ? system : page_tr(page, N_("Unknown device"));
}
