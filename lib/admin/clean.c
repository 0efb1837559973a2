/*
 * Rows are deleted in batches by id: no statement locks many of them, and each row is examined once.
 */
#include "admin/clean.h"

#include "account/oauth/token_condition.h"
#include "account/registration/unconfirmed.h"
#include "files/store.h"
#include "jobs/queue.h"
#include "admin/cli/pages.h"
#include "admin/cli/report.h"

#include <inttypes.h>
#include <stdlib.h>

enum { BATCH_ROWS = 5000, MAX_DAYS = 36500, DAY_SECONDS = 86400 };

/* The option --days. false: it is not a valid number, and standard error says so. */
static bool read_days(const struct options *options, int64_t *days)
{
	return options_number(options, "days", 0, MAX_DAYS, 0, days);
}

static instant days_ago(int64_t days)
{
	return clock_now() - days * DAY_SECONDS * MICROSECONDS;
}

/* ---- batches ----------------------------------------------------------------------------------- */

/* How to go through a table. */
struct sweep {
	/* reads the last id of the next batch; parameters: the id before the batch, the number of rows */
	struct db_query last_of_batch;
	/* parameters: the id before the batch, the last id of it, and the limit of age */
	struct db_query delete;
};

/* Delete the rows that are older than the limit, and count them. */
static enum db_result sweep(
	struct db *db, const struct sweep *sweep, struct db_param limit, int64_t *count)
{
	int64_t after = 0, last, changed;

	*count = 0;
	for (;;) {
		enum db_result result = db_query_row(db, NULL, &sweep->last_of_batch,
			DB_PARAMS(DB_INT(after), DB_INT(BATCH_ROWS)), &last);

		if (result != DB_OK || last == 0)
			return result;
		result = db_execute(db, &sweep->delete,
			DB_PARAMS(DB_INT(after), DB_INT(last), limit), &changed);
		if (result != DB_OK)
			return result;
		*count += changed;
		after = last;
	}
}

static const struct db_field LAST_ID[] = {DB_VALUE(int64_t, "MAX(id)"), {0}};

#define LAST_OF_BATCH(table)                                                                       \
	{LAST_ID, .text = "FROM (SELECT id FROM " table " WHERE id > ? ORDER BY id LIMIT ?) AS b"}

#define SWEEP(table, condition)                                                                    \
	{                                                                                          \
		LAST_OF_BATCH(table),                                                              \
		{                                                                                  \
			.text = "DELETE FROM " table " WHERE id > ? AND id <= ? AND " condition    \
		}                                                                                  \
	}

static const struct sweep BLACKLISTED = SWEEP("blacklisted_tokens", "expired_at < ?");

/* Later than every time in oauth2_token. */
#define NEVER "10000000000"

/* A revoked row stays while another token of its grant is usable: its second use revokes the grant (W43). */
#define REVOKED(column) "IF(t." column " = 0 OR other.id IS NOT NULL, " NEVER ", t." column ")"
#define ACCESS_REVOKED  REVOKED("access_token_revoked_at")
#define REFRESH_REVOKED REVOKED("refresh_token_revoked_at")

/* When a row ends. One that is too old to be refreshed opens nothing, so a grant does not collect them. */
#define EXPIRED    "IF(t.expires_in = 0, " NEVER ", " OAUTH_REFRESH_END("t") ")"
#define IS_USABLE  OAUTH_TOKEN_USABLE("other")
#define END_OF_ROW "LEAST(" ACCESS_REVOKED ", " REFRESH_REVOKED ", " EXPIRED ")"

static const struct sweep OAUTH2 = {
	LAST_OF_BATCH("oauth2_token"),
	{
		.text = "DELETE t FROM oauth2_token AS t LEFT JOIN oauth2_token AS other "
			"ON other.grant_id = t.grant_id AND " IS_USABLE " "
			"WHERE t.id > ? AND t.id <= ? AND " END_OF_ROW " < ?",
	},
};

/* A code lives minutes; for a day after that its row shows when it is used again. */
static const struct sweep OAUTH2_CODES = SWEEP("oauth2_code", "auth_time < ?");
static const struct sweep OAUTH2_DEVICE_CODES = SWEEP("oauth2_device_code", "created_at < ?");

/* The earlier of two times, each of which may be NULL. */
static const struct sweep PERSONAL = SWEEP(
	"personal_tokens", "COALESCE(LEAST(expires_at, revoked_at), expires_at, revoked_at) < ?");

static const struct sweep SESSIONS = SWEEP("sessions", "expires_at < ?");

/* A cleanup job is the only record of files that are still to be removed: it stays until `jobs retry`. */
static const struct sweep FAILED_JOBS =
	SWEEP("jobs", "failed_at < ? AND kind <> '" QUEUE_KIND_CLEANUP "'");

int clean_tokens(const struct admin_context *admin)
{
	struct report report = report_new(admin->options, REPORT_SHEET);
	int64_t days, blacklisted, oauth2, codes, device_codes, personal, sessions;
	const struct db_param a_day_ago = DB_INT(clock_seconds() - DAY_SECONDS);
	struct db_param seconds;
	enum db_result result;

	if (!read_days(admin->options, &days))
		return ADMIN_USAGE_ERROR;
	seconds = DB_INT(clock_seconds() - days * DAY_SECONDS);
	result = sweep(admin->db, &BLACKLISTED, seconds, &blacklisted);
	if (result == DB_OK)
		result = sweep(admin->db, &OAUTH2, seconds, &oauth2);
	if (result == DB_OK)
		result = sweep(admin->db, &OAUTH2_CODES, a_day_ago, &codes);
	if (result == DB_OK)
		result = sweep(admin->db, &OAUTH2_DEVICE_CODES, a_day_ago, &device_codes);
	if (result == DB_OK)
		result = sweep(admin->db, &PERSONAL, DB_TIME(days_ago(days)), &personal);
	if (result == DB_OK)
		result = sweep(admin->db, &SESSIONS, DB_TIME(days_ago(days)), &sessions);
	if (result != DB_OK)
		return report_result(result);
	report_number(&report, "blacklisted_tokens", 0, blacklisted);
	report_number(&report, "oauth2_tokens", 0, oauth2);
	report_number(&report, "oauth2_codes", 0, codes + device_codes);
	report_number(&report, "personal_tokens", 0, personal);
	report_number(&report, "sessions", 0, sessions);
	report_print(&report);
	return EXIT_SUCCESS;
}

int clean_jobs(const struct admin_context *admin)
{
	struct report report = report_new(admin->options, REPORT_SHEET);
	int64_t days, jobs;
	enum db_result result;

	if (!read_days(admin->options, &days))
		return ADMIN_USAGE_ERROR;
	result = sweep(admin->db, &FAILED_JOBS, DB_TIME(days_ago(days)), &jobs);
	if (result != DB_OK)
		return report_result(result);
	report_number(&report, "jobs", 0, jobs);
	report_print(&report);
	return EXIT_SUCCESS;
}

int clean_accounts(const struct admin_context *admin)
{
	struct report report = report_new(admin->options, REPORT_SHEET);
	struct unconfirmed_removed removed;

	if (unconfirmed_clean(admin->db, admin->settings, &removed) != DB_OK)
		return report_result(DB_FAILED);
	report_number(&report, "accounts", 0, removed.accounts);
	report_number(&report, "reserved_names", 0, removed.reservations);
	report_print(&report);
	return EXIT_SUCCESS;
}

/* ---- archives ---------------------------------------------------------------------------------- */

struct archive_row {
	int64_t id, user_id;
	const char *file_name; /* NULL or "": building it failed */
};

static const struct db_field ARCHIVE_ROW[] = {
	DB_FIELD(struct archive_row, id, "id"),
	DB_FIELD(struct archive_row, user_id, "user_id"),
	DB_FIELD(struct archive_row, file_name, "file_name"),
	{0},
};

struct archive_sweep {
	const struct admin_context *admin;
	struct archive_row row;
	int64_t rows, files, bytes;
	bool failed;
};

/* The file is removed before its row: the next run finds a row without a file, but never a file without a row. */
static bool remove_archive(struct archive_sweep *sweep)
{
	const struct archive_row *row = &sweep->row;
	struct error error = ERROR_NONE;
	int64_t bytes;

	if (row->file_name == NULL || *row->file_name == '\0' || row->user_id == 0)
		return true;
	if (!store_remove_export(sweep->admin->settings->upload_folder, row->user_id,
		    row->file_name, &bytes, &error)) {
		report_failure("could not remove the archive of user #%" PRId64 ": %s",
			row->user_id, error.text);
		return false;
	}
	sweep->files += bytes >= 0;
	sweep->bytes += bytes >= 0 ? bytes : 0;
	return true;
}

static bool clean_archive(void *context, struct arena *arena)
{
	/* the row must be as it was read: the user may have requested a new archive */
	static const struct db_query DELETE = {
		.text = "DELETE FROM users_data_export "
			"WHERE id = ? AND completed = 1 AND file_name <=> ?"};
	struct archive_sweep *sweep = context;
	const struct archive_row *row = &sweep->row;
	int64_t changed = 0;

	(void)arena;
	if (!remove_archive(sweep) ||
		db_execute(sweep->admin->db, &DELETE,
			DB_PARAMS(DB_INT(row->id), DB_BYTES(row->file_name)), &changed) != DB_OK)
		sweep->failed = true;
	sweep->rows += changed;
	return true;
}

int clean_archives(const struct admin_context *admin)
{
	static const struct db_query LIST = {ARCHIVE_ROW,
		.text = "FROM users_data_export WHERE id > ? AND completed = 1 AND created_at < ? "
			"ORDER BY id LIMIT ?"};
	struct report report = report_new(admin->options, REPORT_SHEET);
	struct archive_sweep sweep = {.admin = admin};
	enum db_result result;
	int64_t days;

	if (!read_days(admin->options, &days))
		return ADMIN_USAGE_ERROR;
	if (*admin->settings->upload_folder == '\0')
		return report_failure("could not find the archives' files: UPLOAD_FOLDER is empty");
	result = pages_each(admin,
		&(const struct pages){
			.query = &LIST,
			.params = DB_PARAMS(DB_TIME(days_ago(days))),
			.row = &sweep.row,
			.row_size = sizeof(sweep.row),
			.id = &sweep.row.id,
		},
		clean_archive, &sweep);
	report_number(&report, "rows", 0, sweep.rows);
	report_number(&report, "files", 0, sweep.files);
	report_number(&report, "bytes", 0, sweep.bytes);
	report_print(&report);
	return result != DB_OK || sweep.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
