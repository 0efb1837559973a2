/*
 * A payload may hold the link of an e-mail: its token is never shown.
 */
#include "admin/jobs.h"

#include "core/json/json.h"
#include "core/text.h"
#include "export/job_control.h"
#include "mail/backlog.h"
#include "admin/cli/pages.h"
#include "admin/cli/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

static void describe(struct report *report, const struct job_row *row)
{
	report_number(report, "id", 8, row->id);
	report_text(report, "kind", 8, row->kind);
	report_number(report, "attempts", 3, row->attempts);
	report_time(report, "created_at", row->created_at);
	report_time(report, "run_after", row->run_after);
	report_time(report, "failed_at", row->failed_at);
	report_text(report, "last_error", 0, row->last_error);
}

static bool parse_id(const char *argument, int64_t *id)
{
	if (text_integer(argument, 1, INT64_MAX, id))
		return true;
	report_failure("there is no job %s", argument);
	return false;
}

static int report_unknown(int64_t id)
{
	return report_failure("there is no job %" PRId64, id);
}

/* ---- list -------------------------------------------------------------------------------------- */

struct job_list {
	struct report report;
	struct job_row row;
};

static bool list_job(void *context, struct arena *arena)
{
	struct job_list *list = context;

	(void)arena;
	describe(&list->report, &list->row);
	report_print(&list->report);
	return true;
}

/* A failure of the mail server concerns all e-mails: it must not be overlooked in a long list. */
static void report_blocked_mail(const struct admin_context *admin)
{
	struct backlog backlog;

	if (backlog_read(admin->db, admin->arena, &backlog) == DB_OK &&
		backlog.blocked + backlog.limited > 0)
		report_failure("waiting e-mails: %" PRId64 ": %s",
			backlog.blocked + backlog.limited, backlog.reason);
}

int jobs_list(const struct admin_context *admin)
{
	static const struct db_query ALL = {
		JOB_ROW, .text = "FROM jobs WHERE id > ? ORDER BY id LIMIT ?"};
	static const struct db_query FAILED = {JOB_ROW,
		.text = "FROM jobs WHERE id > ? AND failed_at IS NOT NULL ORDER BY id LIMIT ?"};
	struct job_list list = {.report = report_new(admin->options, REPORT_TABLE)};
	const struct pages pages = {
		.query = options_has(admin->options, "failed") ? &FAILED : &ALL,
		.row = &list.row,
		.row_size = sizeof(list.row),
		.id = &list.row.id,
	};

	enum db_result result = pages_each(admin, &pages, list_job, &list);

	if (result == DB_OK)
		report_blocked_mail(admin);
	return report_result(result);
}

/* ---- show -------------------------------------------------------------------------------------- */

/* The text with the value after each "token=" replaced. NULL: out of memory. */
static char *without_tokens(struct arena *arena, const char *text)
{
	static const char MARK[] = "token=";
	static const char TOKEN[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%+/=";
	char *result = arena_copy(arena, "", 0);

	while (result != NULL) {
		const char *mark = strstr(text, MARK);
		int head = mark == NULL ? (int)strlen(text) : (int)(mark - text);

		result = arena_printf(arena, "%s%.*s%s", result, head, text,
			mark == NULL ? "" : "token=" ELLIPSIS);
		if (mark == NULL)
			return result;
		text = mark + strlen(MARK);
		text += strspn(text, TOKEN);
	}
	return NULL;
}

/* The same for every text of a tree.
 * NOLINTNEXTLINE(misc-no-recursion): a tree parsed by cJSON is at most CJSON_NESTING_LIMIT deep */
static bool hide_tokens(struct arena *arena, cJSON *item)
{
	cJSON *child;

	if (cJSON_IsString(item)) {
		item->valuestring = without_tokens(arena, item->valuestring);
		return item->valuestring != NULL;
	}
	cJSON_ArrayForEach (child, item)
		if (!hide_tokens(arena, child))
			return false;
	return true;
}

struct job_details {
	struct job_row row;
	const char *progress, *payload;
};

static const struct db_field JOB_DETAILS[] = {
	DB_FIELD(struct job_details, progress, "CONCAT(progress, ' %')"),
	DB_FIELD(struct job_details, payload, "payload"),
	DB_INNER(struct job_details, row, "", JOB_ROW),
	{0},
};

static int print_details(const struct admin_context *admin, const struct job_details *details)
{
	struct report report = report_new(admin->options, REPORT_SHEET);
	cJSON *payload = json_parse(details->payload, strlen(details->payload));

	if (payload == NULL)
		payload = cJSON_CreateString("(not shown: it is not JSON)");
	if (payload == NULL || !hide_tokens(admin->arena, payload))
		return report_failure("out of memory");
	describe(&report, &details->row);
	report_text(&report, "progress", 0, details->progress);
	report_tree(&report, "payload", payload);
	report_print(&report);
	return EXIT_SUCCESS;
}

int jobs_show(const struct admin_context *admin)
{
	static const struct db_query READ = {JOB_DETAILS, .text = "FROM jobs WHERE id = ?"};
	struct job_details details;
	enum db_result result;
	int64_t id;

	if (!parse_id(admin->options->arguments[0], &id))
		return EXIT_FAILURE;
	result = db_query_row(admin->db, admin->arena, &READ, DB_PARAMS(DB_INT(id)), &details);
	if (result == DB_NO_ROW)
		return report_unknown(id);
	return result == DB_OK ? print_details(admin, &details) : report_result(result);
}

/* ---- retry and drop ---------------------------------------------------------------------------- */

/* Report why a job was not changed: it does not exist, or it has not failed. */
static int report_not_failed(struct db *db, int64_t id)
{
	static const struct db_field ID[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {ID, .text = "FROM jobs WHERE id = ?"};
	enum db_result result = db_query_row(db, NULL, &FIND, DB_PARAMS(DB_INT(id)), &id);

	if (result == DB_NO_ROW)
		return report_unknown(id);
	if (result != DB_OK)
		return report_result(result);
	return report_failure("job %" PRId64 " has not failed: the worker will run it", id);
}

static int print_count(int64_t count, const char *done)
{
	printf("%" PRId64 " job%s %s\n", count, count == 1 ? "" : "s", done);
	return EXIT_SUCCESS;
}

int jobs_retry(const struct admin_context *admin)
{
	const char *argument = admin->options->arguments[0];
	bool all = options_has(admin->options, "all");
	int64_t id = 0, changed;
	enum db_result result;

	if (all == (argument != NULL))
		return report_usage_error("either the ID of a job or --all is required");
	if (!all && !parse_id(argument, &id))
		return EXIT_FAILURE;
	result = job_retry(admin->db, id, &changed);
	if (result != DB_OK)
		return report_result(result);
	if (!all && changed == 0)
		return report_not_failed(admin->db, id);
	return print_count(changed, "due again");
}

int jobs_drop(const struct admin_context *admin)
{
	enum db_result result;
	int64_t id;

	if (!parse_id(admin->options->arguments[0], &id))
		return EXIT_FAILURE;
	result = job_drop(admin->db, id);
	if (result == DB_NO_ROW)
		return report_unknown(id);
	return result == DB_OK ? print_count(1, "dropped") : report_result(result);
}
