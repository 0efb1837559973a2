/*
 * A device in words, for sessions and the security log.
 */
#ifndef FITGATE_PAGES_DEVICE_LABEL_H
#define FITGATE_PAGES_DEVICE_LABEL_H

#include "pages/page.h"

/*
 * "Firefox, Linux", or what is known of it, by the words of account/user_agent.h; NULL and "Other" are not known. Never
 * empty: without anything known, a translated text. NULL: out of memory.
 */
const char *device_label(const struct page *page, const char *browser, const char *system);

#endif
