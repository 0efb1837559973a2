/*
 * Acts of an administrator that delete data, end access or grant rights ask for the password again. Once given, it
 * counts for ten minutes: a cookie that is bound to the session says so.
 */
#ifndef FITGATE_PAGES_REAUTHENTICATION_H
#define FITGATE_PAGES_REAUTHENTICATION_H

#include "pages/page.h"

enum { REAUTHENTICATION_SECONDS = 600 };

/* Find out whether the password has been given in this session within the last ten minutes. false: it has been logged. */
bool reauthentication_read(const struct page *page, bool *recent);

enum reauthentication_result {
	REAUTHENTICATION_DONE, /* the password is correct, or was given recently */
	REAUTHENTICATION_WRONG,
	REAUTHENTICATION_LIMITED, /* too many wrong passwords; see `wait` */
	REAUTHENTICATION_FAILED,  /* it has been logged */
};

/* Check the password, unless it was given recently. `wait` is in seconds. */
enum reauthentication_result reauthentication_check(
	struct page *page, const char *password, int64_t *wait);

/* Add the cookie to the response: call it after the response is set. false: it has been logged. */
bool reauthentication_remember(struct page *page);

#endif
