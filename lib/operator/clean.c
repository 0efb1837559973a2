/*
 * Rows are deleted in batches by id: no statement locks many of them, and each looks at a row once.
 */
#include "operator/clean.h"

#include "files/store.h"
#include "jobs/queue.h"
#include "operator/pages.h"
#include "operator/report.h"

#include <stdlib.h>

enum { BATCH = 5000, MAX_DAYS = 36500, DAY_SECONDS = 86400 };

/* The option --days; -1: it is missing or wrong, and standard error says so. */
static int64_t read_days(const struct options *options)
{
	int64_t days;

	if (!options_has(options, "days")) {
		report_failure("--days is missing");
		return -1;
	}
	return options_number(options, "days", 0, MAX_DAYS, 0, &days) ? days : -1;
}

static instant days_ago(int64_t days)
{
	return clock_now() - days * DAY_SECONDS * MICROSECONDS;
}

static struct report new_report(const struct desk *desk)
{
	return (struct report){
		.form = options_has(desk->options, "json") ? REPORT_JSON : REPORT_SHEET};
}

/* ---- batches ----------------------------------------------------------------------------------- */

/* How to go through a table. */
struct sweep {
	/* the last id of the next rows: parameters are the id behind which they begin, and how many */
	const char *last_of_batch;
	/* parameters are the id behind which to begin, the last id, and what makes a row too old */
	const char *delete;
};

/* Delete what is too old, and count it. */
static enum db_result sweep(
	struct db *db, const struct sweep *sweep, struct db_param limit, int64_t *count)
{
	int64_t after = 0, last, changed;

	*count = 0;
	for (;;) {
		enum db_result result = db_row(db, sweep->last_of_batch,
			DB_PARAMS(DB_INT(after), DB_INT(BATCH)), DB_COLUMNS(DB_TO_INT(&last)));

		if (result != DB_OK || last == 0)
			return result;
		result = db_change(
			db, sweep->delete, DB_PARAMS(DB_INT(after), DB_INT(last), limit), &changed);
		if (result != DB_OK)
			return result;
		*count += changed;
		after = last;
	}
}

#define LAST_OF_BATCH(table)                                                                       \
	"SELECT MAX(id) FROM (SELECT id FROM " table " WHERE id > ? ORDER BY id LIMIT ?) AS b"
#define DELETE_FROM(table) "DELETE FROM " table " WHERE id > ? AND id <= ? AND "

static const struct sweep BLACKLISTED = {
	LAST_OF_BATCH("blacklisted_tokens"),
	DELETE_FROM("blacklisted_tokens") "expired_at < ?",
};

/* one that never expires has expires_in 0 */
static const struct sweep OAUTH2 = {
	LAST_OF_BATCH("oauth2_token"),
	DELETE_FROM("oauth2_token") "expires_in <> 0 AND issued_at + expires_in < ?",
};

/* the earlier of two moments, either of which may be missing */
static const struct sweep PERSONAL = {
	LAST_OF_BATCH("personal_tokens"),
	DELETE_FROM(
		"personal_tokens") "COALESCE(LEAST(expires_at, revoked_at), expires_at, revoked_at) < ?",
};

/* nothing else knows of the files that a cleanup was to remove: it stays until `jobs retry` */
static const struct sweep FAILED_JOBS = {
	LAST_OF_BATCH("jobs"),
	DELETE_FROM("jobs") "failed_at < ? AND kind <> '" QUEUE_KIND_CLEANUP "'",
};

int clean_tokens(const struct desk *desk)
{
	struct report report = new_report(desk);
	int64_t days = read_days(desk->options), seconds = clock_seconds() - days * DAY_SECONDS;
	int64_t blacklisted, oauth2, personal;
	enum db_result result;

	if (days < 0)
		return OPERATOR_WRONG_USAGE;
	result = sweep(desk->db, &BLACKLISTED, DB_INT(seconds), &blacklisted);
	if (result == DB_OK)
		result = sweep(desk->db, &OAUTH2, DB_INT(seconds), &oauth2);
	if (result == DB_OK)
		result = sweep(desk->db, &PERSONAL, DB_TIME(days_ago(days)), &personal);
	if (result != DB_OK)
		return report_result(result);
	report_number(&report, "blacklisted_tokens", 0, blacklisted);
	report_number(&report, "oauth2_tokens", 0, oauth2);
	report_number(&report, "personal_tokens", 0, personal);
	report_print(&report);
	return EXIT_SUCCESS;
}

int clean_jobs(const struct desk *desk)
{
	struct report report = new_report(desk);
	int64_t days = read_days(desk->options), jobs;
	enum db_result result;

	if (days < 0)
		return OPERATOR_WRONG_USAGE;
	result = sweep(desk->db, &FAILED_JOBS, DB_TIME(days_ago(days)), &jobs);
	if (result != DB_OK)
		return report_result(result);
	report_number(&report, "jobs", 0, jobs);
	report_print(&report);
	return EXIT_SUCCESS;
}

/* ---- archives ---------------------------------------------------------------------------------- */

struct archive_cleaning {
	const struct desk *desk;
	struct archive_row {
		int64_t id, user_id;
		const char *file_name; /* NULL or "": building it failed */
	} row;
	int64_t rows, files, bytes;
	bool failed;
};

/* The file goes first: a row without its file is found again, a file without its row never. */
static bool remove_archive(struct archive_cleaning *cleaning)
{
	const struct archive_row *row = &cleaning->row;
	char reason[STORE_REASON_SIZE];
	int64_t bytes;

	if (row->file_name == NULL || *row->file_name == '\0' || row->user_id == 0)
		return true;
	if (!store_remove_export(cleaning->desk->settings->upload_folder, row->user_id,
		    row->file_name, &bytes, reason)) {
		report_failure("archive of user #%lld: %s", (long long)row->user_id, reason);
		return false;
	}
	cleaning->files += bytes >= 0;
	cleaning->bytes += bytes >= 0 ? bytes : 0;
	return true;
}

static bool clean_archive(void *context)
{
	/* only as it was read: its owner may have asked for a new one */
	static const char DELETE[] =
		"DELETE FROM users_data_export WHERE id = ? AND completed = 1 AND file_name <=> ?";
	struct archive_cleaning *cleaning = context;
	const struct archive_row *row = &cleaning->row;
	int64_t changed = 0;

	if (!remove_archive(cleaning) ||
		db_change(cleaning->desk->db, DELETE,
			DB_PARAMS(DB_INT(row->id), DB_BYTES(row->file_name)), &changed) != DB_OK)
		cleaning->failed = true;
	cleaning->rows += changed;
	return true;
}

int clean_archives(const struct desk *desk)
{
	static const char LIST[] =
		"SELECT id, user_id, file_name FROM users_data_export WHERE id > ? AND completed = 1 AND "
		"created_at < ? ORDER BY id LIMIT ?";
	struct report report = new_report(desk);
	struct archive_cleaning cleaning = {.desk = desk};
	struct archive_row *row = &cleaning.row;
	const struct db_column columns[] = {
		DB_TO_INT(&row->id), DB_TO_INT(&row->user_id), DB_TO_TEXT(&row->file_name)};
	int64_t days = read_days(desk->options);
	const struct db_param limit = DB_TIME(days_ago(days));
	const struct pages pages = {
		.sql = LIST,
		.params = &limit,
		.param_count = 1,
		.columns = columns,
		.column_count = sizeof(columns) / sizeof(*columns),
		.row = row,
		.row_size = sizeof(*row),
		.id = &row->id,
	};
	enum db_result result;

	if (days < 0)
		return OPERATOR_WRONG_USAGE;
	if (*desk->settings->upload_folder == '\0')
		return report_failure(
			"UPLOAD_FOLDER is empty: the archives' files cannot be found");
	result = pages_each(desk, &pages, clean_archive, &cleaning);
	report_number(&report, "rows", 0, cleaning.rows);
	report_number(&report, "files", 0, cleaning.files);
	report_number(&report, "bytes", 0, cleaning.bytes);
	report_print(&report);
	return result != DB_OK || cleaning.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
