/*
 * The user's data: the export, and the privacy policy.
 */
#include "handlers.h"

#include "account/app_config.h"
#include "account/profile_edit.h"
#include "core/text.h"
#include "export/export.h"
#include "files/category.h"
#include "files/serve.h"
#include "pages/local_time.h"
#include "pages/page_form.h"

#include <string.h>

/* ---- export ------------------------------------------------------------------------------------ */

static void show_archive(struct page *page, const struct data_export *row)
{
	char size[TEXT_BYTES_SIZE];

	text_bytes(row->file_size, size);
	page_list_begin(page);
	page_list_row(page, N_("Requested"), local_time(page, row->created_at));
	page_list_row(page, N_("Size"), size);
	page_list_end(page);
	page_download(page, arena_printf(page->arena, "/export/%s", row->file_name),
		N_("Download the archive"));
}

static void show_state(struct page *page, const struct data_export *row)
{
	if (!row->completed)
		page_paragraph(page,
			N_("Your data is being collected. You get an e-mail when the archive is "
			   "ready; this page shows it too."));
	else if (row->file_name == NULL)
		page_paragraph(page, N_("The last archive could not be made. Please try again."));
	else
		show_archive(page, row);
}

static enum handled show_export_page(struct page *page, int status, const char *problem)
{
	struct data_export row;
	enum db_result found =
		export_read(page->service->db, page->arena, page_user(page)->id, &row);

	if (found != DB_OK && found != DB_NO_ROW)
		return HANDLER_FAILED;
	page_begin(page, N_("Data export"));
	if (problem != NULL)
		page_paragraph(page, problem);
	page_paragraph(page, N_("An archive holds everything that this site stores about you."));
	if (found == DB_OK)
		show_state(page, &row);
	if (found == DB_NO_ROW || row.completed)
		page_form_show_button(page, "/export", N_("Request a new archive"));
	return page_end(page, status);
}

/* GET /export */
enum handled show_export(struct page *page)
{
	return show_export_page(page, 200, NULL);
}

/* POST /export */
enum handled request_export(struct page *page)
{
	const struct account_context account = page_account(page);
	struct data_export row;

	switch (export_request(&account, page_user(page)->id, &row)) {
	case EXPORT_REQUESTED:
	case EXPORT_ONGOING:
		return page_redirect(page, "/export", PAGE_EXPORT_REQUESTED);
	case EXPORT_RECENT:
		return show_export_page(page, 400,
			N_("The last archive is less than a day old. Please request another one "
			   "later."));
	case EXPORT_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

static enum handled report_no_archive(struct page *page)
{
	return page_sentence(
		page, 404, N_("Page not found"), N_("There is no archive at this address."));
}

/* GET /export/<file> */
enum handled get_archive(struct page *page)
{
	struct data_export row;
	const struct served_file file = {
		.category = UPLOAD_EXPORTS,
		.user_id = page_user(page)->id,
		.name = page->http->parameters[0],
		.content_type = "application/zip",
		.disposition = "attachment",
		.cache_control = "private, no-store",
	};
	enum db_result found = export_read(page->service->db, page->arena, file.user_id, &row);

	if (found != DB_OK && found != DB_NO_ROW)
		return HANDLER_FAILED;
	if (found == DB_NO_ROW || !row.completed || row.file_name == NULL ||
		strcmp(row.file_name, file.name) != 0)
		return report_no_archive(page);
	switch (serve_file(&page->service->settings, page->http, page->response, &file)) {
	case SERVE_SENT:
		return HANDLED;
	case SERVE_MISSING:
		return report_no_archive(page);
	case SERVE_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- privacy policy ---------------------------------------------------------------------------- */

/* GET /policy */
enum handled show_policy(struct page *page)
{
	struct app_config config;

	if (app_config_read(page->service->db, page->arena, &config) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("Privacy policy"));
	if (config.privacy_policy == NULL) {
		page_paragraph(page, N_("This site has not published a privacy policy."));
		return page_end(page, 200);
	}
	page_text(page, config.privacy_policy);
	if (page->principal != NULL)
		page_form_show_button(page, "/policy", N_("I accept the privacy policy"));
	return page_end(page, 200);
}

/* POST /policy */
enum handled accept_policy(struct page *page)
{
	if (account_accept_policy(page->service->db, page_user(page)->id) != EDIT_DONE)
		return HANDLER_FAILED;
	return page_redirect(page, "/", PAGE_POLICY_ACCEPTED);
}
