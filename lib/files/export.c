/*
 * Whoever changes both, changes the row of the export before that of the job: so nobody waits for each
 * other.
 */
#include "files/export.h"

#include "core/json.h"
#include "core/log.h"
#include "files/store.h"

/* How old a completed export has to be before there may be another. */
#define LEAST_AGE (INT64_C(24) * 3600 * MICROSECONDS)

enum db_result export_read(struct db *db, int64_t user_id, struct data_export *row)
{
	static const char READ[] =
		"SELECT id, created_at, completed, NULLIF(file_name, ''), file_size "
		"FROM users_data_export WHERE user_id = ?";

	return db_row(db, READ, DB_PARAMS(DB_INT(user_id)),
		DB_COLUMNS(DB_TO_INT(&row->id), DB_TO_TIME(&row->created_at),
			DB_TO_BOOL(&row->completed), DB_TO_TEXT(&row->file_name),
			DB_TO_INT(&row->file_size)));
}

/* ---- request ----------------------------------------------------------------------------------- */

struct asking {
	int64_t user_id;
	struct data_export *fresh;
	struct data_export old; /* file_name NULL: no file to remove */
	enum export_request outcome;
};

/* Lock the row, or the gap where it would be: of two requests at once one waits, or starts over. */
static enum db_result read_old(struct db *db, struct asking *asking)
{
	static const char LOCK[] = "SELECT id, created_at, completed, NULLIF(file_name, '') "
				   "FROM users_data_export WHERE user_id = ? FOR UPDATE";
	struct data_export *old = &asking->old;

	return db_row(db, LOCK, DB_PARAMS(DB_INT(asking->user_id)),
		DB_COLUMNS(DB_TO_INT(&old->id), DB_TO_TIME(&old->created_at),
			DB_TO_BOOL(&old->completed), DB_TO_TEXT(&old->file_name)));
}

static enum db_result remove_old(struct db *db, struct asking *asking)
{
	static const char DELETE[] = "DELETE FROM users_data_export WHERE id = ?";

	if (!asking->old.completed)
		asking->outcome = EXPORT_ONGOING;
	else if (asking->old.created_at > asking->fresh->created_at - LEAST_AGE)
		asking->outcome = EXPORT_RECENT;
	else
		return db_change(db, DELETE, DB_PARAMS(DB_INT(asking->old.id)), NULL);
	return DB_REFUSED;
}

static enum db_result add_job(struct db *db, int64_t export_id, int64_t user_id)
{
	cJSON *object = cJSON_CreateObject();
	const char *text;

	if (object == NULL || !json_add_number(object, "export_id", (double)export_id) ||
		!json_add_number(object, "user_id", (double)user_id))
		return DB_FAILED;
	text = json_text(object);
	return text == NULL ? DB_FAILED : queue_add(db, QUEUE_KIND_EXPORT, text, NULL);
}

static enum db_result place_request(struct db *db, void *context)
{
	static const char ADD[] =
		"INSERT INTO users_data_export (user_id, created_at) VALUES (?, ?)";
	struct asking *asking = context;
	enum db_result result;

	asking->old = (struct data_export){0};
	result = read_old(db, asking);
	if (result == DB_OK)
		result = remove_old(db, asking);
	if (result != DB_OK && result != DB_NO_ROW)
		return result;
	result = db_change(db, ADD,
		DB_PARAMS(DB_INT(asking->user_id), DB_TIME(asking->fresh->created_at)), NULL);
	if (result != DB_OK)
		return result;
	asking->fresh->id = db_inserted_id(db);
	return add_job(db, asking->fresh->id, asking->user_id);
}

/* Nothing refers to it any more. What cannot be removed is removed by the worker. */
static void remove_file(const struct settings *settings, int64_t user_id, const char *name)
{
	char reason[STORE_REASON_SIZE];
	int64_t bytes;

	if (name != NULL &&
		!store_remove_export(settings->upload_folder, user_id, name, &bytes, reason))
		log_warning("the old archive of user %lld is still there: %s", (long long)user_id,
			reason);
}

enum export_request export_request(
	struct db *db, const struct settings *settings, int64_t user_id, struct data_export *fresh)
{
	struct asking asking = {.user_id = user_id, .fresh = fresh};

	*fresh = (struct data_export){.created_at = clock_now()};
	switch (db_transaction(db, place_request, &asking)) {
	case DB_OK:
		remove_file(settings, user_id, asking.old.file_name);
		return EXPORT_REQUESTED;
	case DB_REFUSED:
		return asking.outcome;
	case DB_DUPLICATE:
		return EXPORT_ONGOING; /* made by another request a moment ago */
	default:
		return EXPORT_FAILED;
	}
}

/* ---- the end ----------------------------------------------------------------------------------- */

enum db_result export_complete(
	struct db *db, int64_t export_id, const char *file_name, int64_t file_size)
{
	static const char COMPLETE[] =
		"UPDATE users_data_export SET completed = 1, file_name = ?, file_size = ?, "
		"updated_at = ? WHERE id = ? AND completed = 0";
	int64_t changed = 0;
	enum db_result result = db_change(db, COMPLETE,
		DB_PARAMS(DB_TEXT(file_name), DB_INT(file_size), DB_TIME(clock_now()),
			DB_INT(export_id)),
		&changed);

	return result == DB_OK && changed != 1 ? DB_REFUSED : result;
}

enum db_result export_fail(struct db *db, int64_t export_id)
{
	static const char FAIL[] =
		"UPDATE users_data_export SET completed = 1, file_name = NULL, file_size = NULL, "
		"updated_at = ? WHERE id = ? AND completed = 0";

	return db_change(db, FAIL, DB_PARAMS(DB_TIME(clock_now()), DB_INT(export_id)), NULL);
}

/* ---- the operator ------------------------------------------------------------------------------ */

/* A payload that is no JSON is about no export. */
#define EXPORTS_OF_JOBS                                                                            \
	"UPDATE users_data_export AS e JOIN jobs AS j ON j.kind = 'export' AND "                   \
	"e.id = IF(JSON_VALID(j.payload), JSON_EXTRACT(j.payload, '$.export_id'), NULL) "

enum db_result export_resume(struct db *db, int64_t job_id)
{
	static const char RESUME[] = EXPORTS_OF_JOBS
		"SET e.completed = 0, e.updated_at = ? WHERE j.failed_at IS NOT NULL AND "
		"? IN (0, j.id) AND e.completed = 1 AND e.file_name IS NULL";

	return db_change(db, RESUME, DB_PARAMS(DB_TIME(clock_now()), DB_INT(job_id)), NULL);
}

enum db_result export_drop(struct db *db, int64_t job_id)
{
	static const char DROP[] = EXPORTS_OF_JOBS
		"SET e.completed = 1, e.updated_at = ? WHERE j.id = ? AND e.completed = 0";

	return db_change(db, DROP, DB_PARAMS(DB_TIME(clock_now()), DB_INT(job_id)), NULL);
}
