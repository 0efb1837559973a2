/*
 * The data exports of all users. Their content is for the users alone: there is no link to an archive.
 */
#include "handlers.h"

#include "core/text.h"
#include "export/export_list.h"
#include "pages/local_time.h"
#include "pages/page_table.h"

#include <inttypes.h>

static const char *state_text(const struct page *page, const struct listed_export *row)
{
	static const char *const TEXTS[] = {
		[EXPORT_STATE_WAITING] = N_("waits"),
		[EXPORT_STATE_RUNNING] = N_("is being made"),
		[EXPORT_STATE_DONE] = N_("done"),
		[EXPORT_STATE_FAILED] = N_("failed"),
	};
	enum export_state state = export_state(row);
	const char *text = page_tr(page, TEXTS[state]);

	return state == EXPORT_STATE_RUNNING
		       ? arena_printf(page->arena, "%s (%" PRId64 " %%)", text, row->progress)
		       : text;
}

/* The state, with a link to the job, which an administrator can try again or drop. */
static void show_state(struct page *page, const struct listed_export *row)
{
	if (row->job_id == 0)
		page_cell(page, state_text(page, row));
	else
		page_link_cell(page, arena_printf(page->arena, "/admin/jobs/%" PRId64, row->job_id),
			state_text(page, row));
}

static void show_user(struct page *page, const struct listed_export *row)
{
	if (row->username == NULL)
		page_cell(page, NULL);
	else
		page_link_cell(page,
			arena_printf(page->arena, "/admin/users/%" PRId64, row->user_id),
			row->username);
}

static void show_reason(struct page *page, const struct listed_export *row)
{
	enum export_state state = export_state(row);

	if (state == EXPORT_STATE_FAILED && row->reason == NULL)
		page_cell(page, page_tr(page, N_("not known any more: the job has been removed")));
	else
		page_english_cell(page, state == EXPORT_STATE_DONE ? NULL : row->reason);
}

static void show_row(struct page *page, const struct listed_export *row)
{
	char size[TEXT_BYTES_SIZE] = "";

	if (row->has_file)
		text_bytes(row->file_size, size);
	page_row_begin(page);
	show_user(page, row);
	page_cell(page, local_time(page, row->created_at));
	show_state(page, row);
	page_cell(page, row->completed ? local_time(page, row->updated_at) : NULL);
	page_cell(page, size);
	show_reason(page, row);
	page_row_end(page);
}

/* GET /admin/exports?before= */
enum handled show_exports(struct page *page)
{
	static const char *const HEADINGS[] = {N_("User name"), N_("Requested"), N_("State"),
		N_("Finished"), N_("Size"), N_("Reason"), NULL};
	struct export_list *list = arena_alloc(page->arena, sizeof(*list));
	int64_t before;

	if (!text_integer(page_query(page, "before"), 0, INT64_MAX, &before))
		before = 0;
	if (list == NULL || export_list_read(page->service->db, page->arena, before, list) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("Data exports"));
	page_paragraph(page, N_("The last data export of each user, the newest first."));
	if (list->count == 0)
		page_paragraph(page, N_("No user has requested a data export."));
	page_table_begin(page, HEADINGS);
	for (int i = 0; i < list->count; i++)
		show_row(page, &list->exports[i]);
	page_table_end(page);
	if (list->has_more)
		page_link(page,
			arena_printf(page->arena, "/admin/exports?before=%" PRId64,
				list->exports[list->count - 1].id),
			N_("Next page"));
	return page_end(page, 200);
}
