/*
 * The security log of the account.
 */
#include "handlers.h"

#include "account/event.h"
#include "pages/device_label.h"
#include "pages/local_time.h"
#include "pages/page_table.h"

#include <inttypes.h>
#include <string.h>

/* The kinds in words, by their names in the API. */
static const struct {
	const char *kind, *text;
} TEXTS[] = {
	{"login", N_("Login")},
	{"login_failed", N_("Failed login, or a wrong password")},
	{"logout", N_("Logout")},
	{"registered", N_("Registered")},
	{"account_confirmed", N_("Account confirmed")},
	{"password_changed", N_("Password changed")},
	{"password_reset", N_("Password set by a link")},
	{"email_change_requested", N_("New e-mail address requested")},
	{"email_changed", N_("E-mail address changed")},
	{"picture_changed", N_("Picture changed")},
	{"picture_removed", N_("Picture removed")},
	{"session_ended", N_("Session ended")},
	{"other_sessions_ended", N_("All other sessions ended")},
	{"token_created", N_("Token created")},
	{"token_revoked", N_("Token revoked")},
	{"application_authorized", N_("Access for an application")},
	{"application_revoked", N_("Access of an application ended")},
	{"export_requested", N_("Data export requested")},
	{"account_activated", N_("Account activated")},
	{"account_suspended", N_("Account suspended")},
	{"account_resumed", N_("Suspension ended")},
	{"admin_granted", N_("Administrator's rights given")},
	{"admin_withdrawn", N_("Administrator's rights taken away")},
};

static const char *text_of(const char *kind)
{
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++)
		if (strcmp(TEXTS[i].kind, kind) == 0)
			return TEXTS[i].text;
	return kind;
}

static const char *event_text(const struct page *page, const struct event *event)
{
	const char *text = page_tr(page, text_of(event->kind));

	if (event->occurrences > 1)
		text = arena_printf(page->arena, "%s (%" PRId64 ")", text, event->occurrences);
	if (event->detail != NULL && text != NULL)
		text = arena_printf(page->arena, "%s: %s", text, event->detail);
	return text;
}

static const char *origin_of(const struct page *page, const struct event *event)
{
	const char *device;

	if (event->by_administrator)
		return page_tr(page, N_("administrator"));
	device = device_label(page, event->browser, event->system);
	return event->network == NULL || device == NULL
		       ? device
		       : arena_printf(page->arena, "%s, %s", device, event->network);
}

/* GET /events */
enum handled show_events(struct page *page)
{
	static const char *const HEADINGS[] = {
		N_("Time"), N_("Event"), N_("Device and network"), NULL};
	struct event_list *list = arena_alloc(page->arena, sizeof(*list));

	if (list == NULL || account_list_events(page->service->db, page->arena, page_user(page)->id,
				    list) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("Security log"));
	page_paragraph(page, N_("What has happened to your account. If you do not know an entry, "
				"change your password and end all other sessions."));
	page_table_begin(page, HEADINGS);
	for (int i = 0; i < list->count; i++) {
		page_row_begin(page);
		page_cell(page, local_time(page, list->events[i].created_at));
		page_cell(page, event_text(page, &list->events[i]));
		page_cell(page, origin_of(page, &list->events[i]));
		page_row_end(page);
	}
	page_table_end(page);
	page_link(page, "/sessions", N_("Sessions"));
	return page_end(page, 200);
}
