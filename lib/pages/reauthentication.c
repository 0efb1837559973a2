/*
 * The cookie holds when the ten minutes end, and a code over this and the token of the session.
 */
#include "pages/reauthentication.h"

#include "account/passwords/password_check.h"
#include "core/clock.h"
#include "core/crypto.h"
#include "core/text.h"
#include "http/cookie.h"

#include <inttypes.h>
#include <string.h>

static const char *cookie_name(const struct page *page)
{
	return arena_printf(page->arena, "%s_admin", page->service->session_cookie);
}

/* The value of the cookie for an end of the ten minutes (Unix seconds). NULL: failed. */
static const char *value_for(const struct page *page, int64_t end)
{
	unsigned char mac[CRYPTO_SHA256_SIZE];
	char code[TEXT_BASE64URL_SIZE(CRYPTO_SHA256_SIZE)];
	const char *text =
		arena_printf(page->arena, "reauthentication:%" PRId64 ":%s", end, page->session);

	if (text == NULL ||
		!crypto_hmac_sha256(page->service->settings.secret_key, text, strlen(text), mac))
		return NULL;
	text_base64url(mac, sizeof(mac), code);
	return arena_printf(page->arena, "%" PRId64 ".%s", end, code);
}

bool reauthentication_read(const struct page *page, bool *recent)
{
	const char *name = cookie_name(page), *cookie, *dot, *number, *expected;
	int64_t end, now = clock_seconds();

	*recent = false;
	cookie = name == NULL ? NULL : cookie_read(page->http, name);
	if (cookie == NULL)
		return false;
	dot = strchr(cookie, '.');
	if (dot == NULL)
		return true;
	number = arena_copy(page->arena, cookie, (size_t)(dot - cookie));
	if (number == NULL)
		return false;
	if (!text_integer(number, now + 1, now + REAUTHENTICATION_SECONDS, &end))
		return true;
	expected = value_for(page, end);
	*recent = expected != NULL && crypto_equal_text(expected, cookie);
	return expected != NULL;
}

enum reauthentication_result reauthentication_check(
	struct page *page, const char *password, int64_t *wait)
{
	const struct account_context account = page_account(page);
	struct password_checked checked = {0};
	bool recent;

	if (!reauthentication_read(page, &recent))
		return REAUTHENTICATION_FAILED;
	if (recent)
		return REAUTHENTICATION_DONE;
	switch (password_check(&account, page_user(page), password, &checked)) {
	case PASSWORD_CHECK_CORRECT:
		return REAUTHENTICATION_DONE;
	case PASSWORD_CHECK_WRONG:
		return REAUTHENTICATION_WRONG;
	case PASSWORD_CHECK_LIMITED:
		*wait = checked.wait;
		return REAUTHENTICATION_LIMITED;
	case PASSWORD_CHECK_FAILED:
		break;
	}
	return REAUTHENTICATION_FAILED;
}

bool reauthentication_remember(struct page *page)
{
	struct cookie cookie = {
		.max_age = REAUTHENTICATION_SECONDS,
		.secure = page->service->secure,
	};
	bool recent;

	if (!reauthentication_read(page, &recent))
		return false;
	if (recent)
		return true;
	cookie.name = cookie_name(page);
	cookie.value = value_for(page, clock_seconds() + REAUTHENTICATION_SECONDS);
	cookie.path = page_path(page, "/admin/");
	return cookie.name != NULL && cookie.value != NULL && cookie.path != NULL &&
	       cookie_set(page->response, page->arena, &cookie);
}
