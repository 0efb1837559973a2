/*
 * Looking after the queue. A payload may hold the link of an e-mail: its token is never shown.
 */
#include "operator/jobs.h"

#include "core/json.h"
#include "core/text.h"
#include "files/export.h"
#include "operator/pages.h"
#include "operator/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

struct job_row {
	int64_t id, attempts;
	const char *kind, *last_error;
	instant created_at, run_after, failed_at;
};

#define JOB_COLUMNS "id, kind, attempts, created_at, run_after, failed_at, last_error"
#define JOB_CELLS(row)                                                                             \
	DB_TO_INT(&(row)->id), DB_TO_TEXT(&(row)->kind), DB_TO_INT(&(row)->attempts),              \
		DB_TO_TIME(&(row)->created_at), DB_TO_TIME(&(row)->run_after),                     \
		DB_TO_TIME(&(row)->failed_at), DB_TO_TEXT(&(row)->last_error)

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

/* The number of a job, as typed. */
static bool read_id(const char *typed, int64_t *id)
{
	if (text_integer(typed, 1, INT64_MAX, id))
		return true;
	report_failure("there is no job %s", typed);
	return false;
}

static int tell_unknown(int64_t id)
{
	return report_failure("there is no job %lld", (long long)id);
}

/* ---- list -------------------------------------------------------------------------------------- */

struct listing {
	struct report report;
	struct job_row row;
};

static bool list_job(void *context)
{
	struct listing *listing = context;

	describe(&listing->report, &listing->row);
	report_print(&listing->report);
	return true;
}

int jobs_list(const struct desk *desk)
{
	static const char ALL[] =
		"SELECT " JOB_COLUMNS " FROM jobs WHERE id > ? ORDER BY id LIMIT ?";
	static const char FAILED[] = "SELECT " JOB_COLUMNS " FROM jobs WHERE id > ? AND "
				     "failed_at IS NOT NULL ORDER BY id LIMIT ?";
	const struct options *options = desk->options;
	struct listing listing = {
		.report.form = options_has(options, "json") ? REPORT_JSON : REPORT_TABLE};
	const struct db_column columns[] = {JOB_CELLS(&listing.row)};
	const struct pages pages = {
		.sql = options_has(options, "failed") ? FAILED : ALL,
		.columns = columns,
		.column_count = sizeof(columns) / sizeof(*columns),
		.row = &listing.row,
		.row_size = sizeof(listing.row),
		.id = &listing.row.id,
	};

	return report_result(pages_each(desk, &pages, list_job, &listing));
}

/* ---- show -------------------------------------------------------------------------------------- */

/* The text with whatever follows a "token=" in it replaced. NULL: out of memory. */
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
 * NOLINTNEXTLINE(misc-no-recursion): a tree that cJSON parsed is CJSON_NESTING_LIMIT deep at most */
static bool hide_tokens(struct arena *arena, cJSON *item)
{
	cJSON *child;

	if (cJSON_IsString(item)) {
		item->valuestring = without_tokens(arena, item->valuestring);
		return item->valuestring != NULL;
	}
	cJSON_ArrayForEach(child, item) if (!hide_tokens(arena, child)) return false;
	return true;
}

int jobs_show(const struct desk *desk)
{
	static const char READ[] =
		"SELECT " JOB_COLUMNS ", CONCAT(progress, ' %'), payload FROM jobs WHERE id = ?";
	struct report report = {
		.form = options_has(desk->options, "json") ? REPORT_JSON : REPORT_SHEET};
	struct job_row row;
	const char *text, *progress;
	cJSON *payload;
	enum db_result result;
	int64_t id;

	if (!read_id(desk->options->arguments[0], &id))
		return EXIT_FAILURE;
	result = db_row(desk->db, READ, DB_PARAMS(DB_INT(id)),
		DB_COLUMNS(JOB_CELLS(&row), DB_TO_TEXT(&progress), DB_TO_TEXT(&text)));
	if (result == DB_NO_ROW)
		return tell_unknown(id);
	if (result != DB_OK)
		return report_result(result);
	payload = json_parse(text, strlen(text));
	if (payload == NULL)
		payload = cJSON_CreateString("this is no JSON, and not shown");
	if (payload == NULL || !hide_tokens(desk->arena, payload))
		return report_failure("out of memory");
	describe(&report, &row);
	report_text(&report, "progress", 0, progress);
	report_tree(&report, "payload", payload);
	report_print(&report);
	return EXIT_SUCCESS;
}

/* ---- retry and drop ---------------------------------------------------------------------------- */

/* Why a job could not be retried. */
static int tell_not_failed(struct db *db, int64_t id)
{
	static const char EXISTS[] = "SELECT id FROM jobs WHERE id = ?";
	enum db_result result =
		db_row(db, EXISTS, DB_PARAMS(DB_INT(id)), DB_COLUMNS(DB_TO_INT(&id)));

	if (result == DB_NO_ROW)
		return tell_unknown(id);
	if (result != DB_OK)
		return report_result(result);
	return report_failure(
		"job %lld has not failed: it will be tried without that", (long long)id);
}

static int tell_count(int64_t count, const char *what)
{
	printf("%lld job%s %s\n", (long long)count, count == 1 ? "" : "s", what);
	return EXIT_SUCCESS;
}

/* The jobs that are to be tried again, and how many there are. */
struct jobs_change {
	int64_t id; /* 0: all that failed */
	int64_t changed;
};

static enum db_result retry(struct db *db, void *context)
{
	static const char RETRY[] =
		"UPDATE jobs SET failed_at = NULL, owner = NULL, attempts = 0, "
		"run_after = UTC_TIMESTAMP(6) WHERE failed_at IS NOT NULL AND ? IN (0, id)";
	struct jobs_change *change = context;
	enum db_result result = export_resume(db, change->id);

	return result == DB_OK
		       ? db_change(db, RETRY, DB_PARAMS(DB_INT(change->id)), &change->changed)
		       : result;
}

int jobs_retry(const struct desk *desk)
{
	const char *typed = desk->options->arguments[0];
	bool all = options_has(desk->options, "all");
	struct jobs_change change = {0};
	enum db_result result;

	if (all == (typed != NULL))
		return report_wrong_usage("either the number of a job or --all");
	if (!all && !read_id(typed, &change.id))
		return EXIT_FAILURE;
	result = db_transaction(desk->db, retry, &change);
	if (result != DB_OK)
		return report_result(result);
	if (!all && change.changed == 0)
		return tell_not_failed(desk->db, change.id);
	return tell_count(change.changed, "due again");
}

static enum db_result drop(struct db *db, void *context)
{
	const int64_t *id = context;
	enum db_result result = export_drop(db, *id);

	return result == DB_OK ? queue_remove(db, *id) : result;
}

int jobs_drop(const struct desk *desk)
{
	enum db_result result;
	int64_t id;

	if (!read_id(desk->options->arguments[0], &id))
		return EXIT_FAILURE;
	result = db_transaction(desk->db, drop, &id);
	if (result == DB_NO_ROW)
		return tell_unknown(id);
	return result == DB_OK ? tell_count(1, "dropped") : report_result(result);
}
