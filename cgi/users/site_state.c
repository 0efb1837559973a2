/*
 * The state of the site: what the workers have checked, and the last errors of all programs.
 */
#include "handlers.h"

#include "account/administration/finding.h"
#include "account/administration/recent_error.h"
#include "pages/local_time.h"
#include "pages/page_table.h"

#include <string.h>

/* ---- findings ----------------------------------------------------------------------------------- */

static const char *result_text(const struct finding *finding)
{
	if (strcmp(finding->result, "FAIL") == 0)
		return N_("failure");
	return strcmp(finding->result, "WARN") == 0 ? N_("warning") : N_("in order");
}

static void show_finding(struct page *page, const struct finding *finding)
{
	page_row_begin(page);
	page_english_cell(page, finding->name);
	page_cell(page, page_tr(page, result_text(finding)));
	page_english_cell(page, finding->text);
	page_cell(page, finding->host);
	page_cell(page, local_time(page, finding->checked_at));
	page_row_end(page);
}

/* The hosts whose worker has stopped, each once: all findings of a host have the same age. */
static void show_outdated(struct page *page, const struct finding_list *list)
{
	for (int i = 0; i < list->count; i++) {
		int first = 0;

		while (strcmp(list->findings[first].host, list->findings[i].host) != 0)
			first++;
		if (first == i && list->findings[i].outdated)
			page_paragraph_with(page,
				N_("The worker of this host has not checked anything for hours. Is "
				   "it running? %s"),
				list->findings[i].host);
	}
}

/* GET /admin/findings */
enum handled show_findings(struct page *page)
{
	static const char *const HEADINGS[] = {
		N_("Check"), N_("Result"), N_("Explanation"), N_("Host"), N_("Time"), NULL};
	struct finding_list *list = arena_alloc(page->arena, sizeof(*list));

	if (list == NULL || findings_read(page->service->db, page->arena, list) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("State of the site"));
	page_paragraph(page, N_("The worker makes these checks every hour. The command "
				"fitgate-admin doctor makes more of them."));
	show_outdated(page, list);
	if (list->count == 0)
		page_paragraph(page, N_("No worker has checked anything yet. Is it running?"));
	page_table_begin(page, HEADINGS);
	for (int i = 0; i < list->count; i++)
		show_finding(page, &list->findings[i]);
	page_table_end(page);
	return page_end(page, 200);
}

/* ---- errors ------------------------------------------------------------------------------------- */

static void show_error(struct page *page, const struct recent_error *error)
{
	page_row_begin(page);
	page_cell(page, local_time(page, error->last_at));
	page_cell(page, local_time(page, error->first_at));
	page_cell(page, error->program);
	page_english_cell(page, error->message);
	page_cell(page, error->request);
	page_row_end(page);
}

/* GET /admin/errors */
enum handled show_errors(struct page *page)
{
	static const char *const HEADINGS[] = {N_("Last time"), N_("First time"), N_("Program"),
		N_("Message"), N_("Request"), NULL};
	struct recent_error_list *list = arena_alloc(page->arena, sizeof(*list));

	if (list == NULL || recent_error_read(page->service->db, page->arena, list) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("Recent errors"));
	page_paragraph(page, N_("The last errors in the logs of all programs. While the database "
				"cannot be reached, errors are only in the logs."));
	if (list->count == 0)
		page_paragraph(page, N_("There is no error."));
	page_table_begin(page, HEADINGS);
	for (int i = 0; i < list->count; i++)
		show_error(page, &list->errors[i]);
	page_table_end(page);
	return page_end(page, 200);
}
