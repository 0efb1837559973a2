/*
 * What the site is, and how it looks.
 */
#include "handlers.h"

#include "account/app_config.h"
#include "core/text.h"
#include "pages/style.h"

/* GET /about */
enum handled show_about(struct page *page)
{
	struct app_config config;

	if (app_config_read(page->service->db, page->arena, &config) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("About"));
	if (config.about != NULL)
		page_text(page, config.about);
	page_paragraph_with(page, N_("Your account is for %s."), page->service->settings.site_name);
	if (config.admin_contact != NULL)
		page_paragraph_with(page, N_("Contact: %s"), config.admin_contact);
	page_link(page, "/policy", N_("Privacy policy"));
	return page_end(page, 200);
}

/* GET /style.css */
enum handled send_style(struct page *page)
{
	return style_send(page);
}
