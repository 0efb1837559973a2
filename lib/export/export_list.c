/*
 * Two queries: the exports of a page by their primary key, and the jobs of these exports, which only their payload names.
 */
#include "export/export_list.h"

enum export_state export_state(const struct listed_export *row)
{
	if (row->completed)
		return row->has_file ? EXPORT_STATE_DONE : EXPORT_STATE_FAILED;
	return row->running ? EXPORT_STATE_RUNNING : EXPORT_STATE_WAITING;
}

struct listing {
	struct export_list *list;
	struct listed_export row;
};

static bool list_export(void *context)
{
	struct listing *listing = context;
	struct export_list *list = listing->list;

	list->has_more = list->count == EXPORT_LIST_PAGE;
	if (list->has_more)
		return false;
	list->exports[list->count++] = listing->row;
	return true;
}

static enum db_result read_exports(
	struct db *db, struct arena *arena, int64_t before, struct export_list *list)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct listed_export, id, "e.id"),
		DB_FIELD(struct listed_export, user_id, "e.user_id"),
		DB_FIELD(struct listed_export, username, "u.username"),
		DB_FIELD_TIME(struct listed_export, created_at, "e.created_at"),
		DB_FIELD_TIME(struct listed_export, updated_at, "e.updated_at"),
		DB_FIELD(struct listed_export, completed, "e.completed"),
		DB_FIELD(struct listed_export, has_file, "COALESCE(e.file_name, '') <> ''"),
		DB_FIELD(struct listed_export, file_size, "e.file_size"),
		{0},
	};
	static const struct db_query LIST = {FIELDS,
		.text = "FROM users_data_export AS e LEFT JOIN users AS u ON u.id = e.user_id "
			"WHERE e.id < ? ORDER BY e.id DESC LIMIT ?"};
	struct listing listing = {.list = list};

	return db_query_each(db, arena, &LIST,
		DB_PARAMS(DB_INT(before == 0 ? INT64_MAX : before), DB_INT(EXPORT_LIST_PAGE + 1)),
		&listing.row, list_export, &listing);
}

/* ---- their jobs --------------------------------------------------------------------------------- */

struct export_job_row {
	int64_t id, export_id, progress;
	bool running;
	const char *reason;
};

struct joining {
	struct export_list *list;
	struct export_job_row row;
};

static bool join_job(void *context)
{
	struct joining *joining = context;

	for (int i = 0; i < joining->list->count; i++) {
		struct listed_export *found = &joining->list->exports[i];

		if (found->id != joining->row.export_id)
			continue;
		found->job_id = joining->row.id;
		found->running = joining->row.running;
		found->progress = joining->row.progress;
		found->reason = joining->row.reason;
	}
	return true;
}

/* A payload that is not JSON is skipped. */
#define EXPORT_ID                                                                                  \
	"CAST(IF(JSON_VALID(payload), JSON_EXTRACT(payload, '$.export_id'), NULL) AS SIGNED)"

static enum db_result read_jobs(struct db *db, struct arena *arena, struct export_list *list)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct export_job_row, id, "id"),
		DB_FIELD(struct export_job_row, export_id, EXPORT_ID),
		DB_FIELD(struct export_job_row, progress, "progress"),
		/* a lease that has not expired */
		DB_FIELD(struct export_job_row, running,
			"owner IS NOT NULL AND failed_at IS NULL AND run_after > UTC_TIMESTAMP(6)"),
		DB_FIELD(struct export_job_row, reason, "last_error"),
		{0},
	};
	static const struct db_query LIST = {FIELDS,
		.text = "FROM jobs WHERE kind = 'export' AND " EXPORT_ID " BETWEEN ? AND ?"};
	struct joining joining = {.list = list};

	return db_query_each(db, arena, &LIST,
		DB_PARAMS(DB_INT(list->exports[list->count - 1].id), DB_INT(list->exports[0].id)),
		&joining.row, join_job, &joining);
}

enum db_result export_list_read(
	struct db *db, struct arena *arena, int64_t before, struct export_list *list)
{
	enum db_result result;

	list->count = 0;
	list->has_more = false;
	result = read_exports(db, arena, before, list);
	return result == DB_OK && list->count > 0 ? read_jobs(db, arena, list) : result;
}
