/*
 * The queue of jobs: what waits, what has failed and why.
 */
#include "handlers.h"

#include "core/log.h"
#include "core/text.h"
#include "export/job_control.h"
#include "mail/backlog.h"
#include "pages/local_time.h"
#include "pages/page_form.h"
#include "pages/page_table.h"

#include <inttypes.h>

enum { JOBS_ON_A_PAGE = 100 };

static void show_job(struct page *page, const struct job_row *job)
{
	bool failed = job->failed_at != INSTANT_NONE;

	page_row_begin(page);
	page_link_cell(page, arena_printf(page->arena, "/admin/jobs/%" PRId64, job->id),
		arena_printf(page->arena, "%" PRId64, job->id));
	page_english_cell(page, job->kind);
	page_cell(page, page_tr(page, failed ? N_("failed") : N_("waits")));
	page_cell(page, local_time(page, failed ? job->failed_at : job->run_after));
	page_english_cell(page, job->last_error);
	page_row_end(page);
}

static void show_backlog(struct page *page)
{
	struct backlog backlog;

	if (backlog_read(page->service->db, page->arena, &backlog) == DB_OK &&
		backlog.blocked + backlog.limited > 0)
		page_paragraph_with(
			page, N_("The mail server takes no e-mails: %s"), backlog.reason);
}

/* GET /admin/jobs?after= */
enum handled show_jobs(struct page *page)
{
	static const char *const HEADINGS[] = {
		N_("Job"), N_("Kind"), N_("State"), N_("Time"), N_("Reason"), NULL};
	struct job_row *jobs = arena_alloc(page->arena, JOBS_ON_A_PAGE * sizeof(*jobs));
	int64_t after;
	int count;

	if (!text_integer(page_query(page, "after"), 0, INT64_MAX, &after))
		after = 0;
	if (jobs == NULL || job_list(page->service->db, page->arena, after, jobs, JOBS_ON_A_PAGE,
				    &count) != DB_OK)
		return HANDLER_FAILED;
	page_begin(page, N_("Queue"));
	page_paragraph(
		page, N_("E-mails, data exports and deletions that have not been done yet."));
	show_backlog(page);
	if (count == 0)
		page_paragraph(page, N_("The queue is empty."));
	page_table_begin(page, HEADINGS);
	for (int i = 0; i < count; i++)
		show_job(page, &jobs[i]);
	page_table_end(page);
	if (count == JOBS_ON_A_PAGE)
		page_link(page,
			arena_printf(page->arena, "/admin/jobs?after=%" PRId64, jobs[count - 1].id),
			N_("Next page"));
	page_form_show_button(page, "/admin/jobs/retry", N_("Try all failed jobs again"));
	return page_end(page, 200);
}

/* ---- one job ----------------------------------------------------------------------------------- */

static int64_t job_id(const struct page *page)
{
	int64_t id;

	return text_integer(page->http->parameters[0], 1, INT64_MAX, &id) ? id : 0;
}

static enum handled report_unknown(struct page *page)
{
	return page_sentence(page, 404, N_("Page not found"),
		N_("There is no such job: a worker may have done it."));
}

static void show_buttons(struct page *page, const struct job_row *job)
{
	if (job->failed_at != INSTANT_NONE)
		page_form_show_button(page,
			arena_printf(page->arena, "/admin/jobs/%" PRId64 "/retry", job->id),
			N_("Try again"));
	page_paragraph(page, N_("A job that is dropped is never done."));
	page_form_show_button(page,
		arena_printf(page->arena, "/admin/jobs/%" PRId64 "/drop", job->id),
		N_("Drop the job"));
}

/* GET /admin/jobs/<id> */
enum handled show_job_page(struct page *page)
{
	struct job_row job;

	switch (job_find(page->service->db, page->arena, job_id(page), &job)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return report_unknown(page);
	default:
		return HANDLER_FAILED;
	}
	page_begin(page, N_("Job"));
	page_list_begin(page);
	page_list_row(page, N_("Kind"), job.kind);
	page_list_row(page, N_("Attempts"), arena_printf(page->arena, "%" PRId64, job.attempts));
	page_list_row(page, N_("Created"), local_time(page, job.created_at));
	page_list_row(page, N_("Next attempt"), local_time(page, job.run_after));
	page_list_row(page, N_("Failed"), local_time(page, job.failed_at));
	page_list_row(page, N_("Reason"), job.last_error);
	page_list_end(page);
	show_buttons(page, &job);
	page_link(page, "/admin/jobs", N_("All jobs"));
	return page_end(page, 200);
}

static enum handled report_done(struct page *page, const char *act, int64_t id)
{
	log_info("administrator %s: %s job %" PRId64, page_user(page)->username, act, id);
	return page_redirect(page, "/admin/jobs", PAGE_SAVED);
}

/* POST /admin/jobs/retry, /admin/jobs/<id>/retry */
enum handled retry_jobs(struct page *page)
{
	int64_t changed, id = page->http->parameters[0] == NULL ? 0 : job_id(page);

	if (page->http->parameters[0] != NULL && id == 0)
		return report_unknown(page);
	if (job_retry(page->service->db, id, &changed) != DB_OK)
		return HANDLER_FAILED;
	return id != 0 && changed == 0 ? report_unknown(page) : report_done(page, "retry", id);
}

/* POST /admin/jobs/<id>/drop */
enum handled drop_job(struct page *page)
{
	switch (job_drop(page->service->db, job_id(page))) {
	case DB_OK:
		return report_done(page, "drop", job_id(page));
	case DB_NO_ROW:
		return report_unknown(page);
	default:
		return HANDLER_FAILED;
	}
}
