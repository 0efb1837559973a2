/*
 * See session.h.
 */
#include "pages/session.h"

#include "account/tokens/session.h"
#include "core/crypto.h"
#include "core/log.h"
#include "core/text.h"
#include "http/cookie.h"

#include <string.h>

bool session_prepare(struct page_service *service, struct arena *arena)
{
	const struct settings *settings = &service->settings;

	service->secure = cookie_is_secure(settings);
	service->session_cookie = cookie_installation_name(arena, settings, COOKIE_OF_PATH, "");
	if (service->session_cookie == NULL)
		return false;
	service->guest_cookie = cookie_installation_name(arena, settings, COOKIE_OF_PATH, "_guest");
	if (service->guest_cookie == NULL)
		return false;
	service->gate_cookie = cookie_installation_name(arena, settings, COOKIE_OF_HOST, "_gate");
	return service->gate_cookie != NULL;
}

/* ---- cookies ----------------------------------------------------------------------------------- */

static bool set_cookie(struct page *page, const char *name, const char *value, int64_t max_age)
{
	const struct page_service *service = page->service;
	const struct cookie cookie = {
		.name = name,
		.value = value,
		.path = page_path(page, "/"),
		.max_age = max_age,
		.secure = service->secure,
	};

	return cookie.path != NULL && cookie_set(page->response, page->arena, &cookie);
}

bool session_begin_guest(struct page *page)
{
	char *secret = arena_alloc(page->arena, CRYPTO_ID_SIZE);

	if (secret == NULL || !crypto_random_id(secret))
		return false;
	page->session = secret;
	return true;
}

/* The cookie of the gate (account/gate/gate.h), for the whole host. `value` "": remove it. */
static bool set_gate_cookie(struct page *page, const char *value, int64_t max_age)
{
	const struct page_service *service = page->service;
	const struct cookie cookie = {
		.name = service->gate_cookie,
		.value = value,
		.path = "/",
		.max_age = max_age,
		.secure = service->secure,
	};

	return cookie_set(page->response, page->arena, &cookie);
}

bool session_begin(struct page *page, const char *token, bool stay)
{
	const struct page_service *service = page->service;
	int64_t max_age = stay ? service->settings.token_lifetime : 0;
	const char *gate = session_gate_token(page->arena, &service->settings, token);

	return gate != NULL && set_cookie(page, service->session_cookie, token, max_age) &&
	       set_gate_cookie(page, gate, max_age) &&
	       set_cookie(page, service->guest_cookie, "", 0);
}

bool session_forget(struct page *page)
{
	return set_cookie(page, page->service->session_cookie, "", 0) &&
	       set_gate_cookie(page, "", 0) && set_cookie(page, page->service->guest_cookie, "", 0);
}

bool session_send_guest(struct page *page)
{
	return set_cookie(page, page->service->guest_cookie, page->session, 0);
}

/* ---- who visits -------------------------------------------------------------------------------- */

/* A visitor whose cookie does not identify an account is a guest. */
static bool identify_guest(struct page *page)
{
	page->principal = NULL;
	page->session = cookie_read(page->http, page->service->guest_cookie);
	if (page->session == NULL)
		return false;
	if (strlen(page->session) != CRYPTO_ID_SIZE - 1)
		page->session = "";
	return true;
}

bool session_identify(struct page *page, bool with_totals)
{
	const struct auth_requirements requirements = {
		.with_totals = with_totals, .first_party_only = true, .audience = JWT_FOR_PAGES};
	const char *token = cookie_read(page->http, page->service->session_cookie);

	if (token == NULL)
		return false;
	if (*token == '\0')
		return identify_guest(page);
	page->principal = arena_zero(page->arena, sizeof(*page->principal));
	if (page->principal == NULL)
		return false;
	page->session = token;
	switch (principal_identify(page->service->db, page->arena, &page->service->settings, token,
		&requirements, page->principal)) {
	case PRINCIPAL_IDENTIFIED:
		log_set_user(page_user(page)->id);
		return true;
	case PRINCIPAL_FAILED:
		return false;
	default:
		return identify_guest(page);
	}
}

/* ---- forms ------------------------------------------------------------------------------------- */

bool session_csrf(const struct page *page, char token[SESSION_CSRF_SIZE])
{
	static const char PURPOSE[] = "form:";
	unsigned char mac[CRYPTO_SHA256_SIZE];
	const char *text = arena_printf(page->arena, "%s%s", PURPOSE, page->session);

	if (text == NULL ||
		!crypto_hmac_sha256(page->service->settings.secret_key, text, strlen(text), mac))
		return false;
	text_base64url(mac, sizeof(mac), token);
	return true;
}

/* Whether Origin, where the browser sends it, names the host that the request was sent to. */
static bool origin_is_ours(const struct page *page)
{
	const char *origin = request_parameter(page->http, "HTTP_ORIGIN");
	const char *host = request_parameter(page->http, "HTTP_HOST");
	const char *after;

	if (origin == NULL || host == NULL)
		return false;
	if (*origin == '\0')
		return true;
	after = strstr(origin, "://");
	return after != NULL && strcmp(after + 3, host) == 0;
}

static bool fetch_is_ours(const struct page *page)
{
	const char *site = request_parameter(page->http, "HTTP_SEC_FETCH_SITE");

	return site != NULL && (*site == '\0' || strcmp(site, "same-origin") == 0);
}

enum form_origin session_check_form(const struct page *page)
{
	char expected[SESSION_CSRF_SIZE];

	if (*page->session == '\0' || !origin_is_ours(page) || !fetch_is_ours(page))
		return FORM_IS_FOREIGN;
	if (!session_csrf(page, expected))
		return FORM_CHECK_FAILED;
	return crypto_equal_text(expected, page_input(page, "csrf")) ? FORM_IS_OURS
								     : FORM_IS_FOREIGN;
}
