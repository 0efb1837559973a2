/*
 * Lock order: the row of the export before that of the job. This prevents deadlocks.
 */
#include "export/export.h"

#include "account/event.h"
#include "core/json/json.h"
#include "core/log.h"
#include "files/store.h"

/* How old a completed export must be before the user can request another one. */
#define LEAST_AGE (INT64_C(24) * 3600 * MICROSECONDS)

static const struct db_field EXPORT[] = {
	DB_FIELD(struct data_export, id, "id"),
	DB_FIELD_TIME(struct data_export, created_at, "created_at"),
	DB_FIELD(struct data_export, completed, "completed"),
	DB_FIELD(struct data_export, file_name, "NULLIF(file_name, '')"),
	DB_FIELD(struct data_export, file_size, "file_size"),
	{0},
};

enum db_result export_read(
	struct db *db, struct arena *arena, int64_t user_id, struct data_export *row)
{
	static const struct db_query READ = {
		EXPORT, .text = "FROM users_data_export WHERE user_id = ?"};

	return db_query_row(db, arena, &READ, DB_PARAMS(DB_INT(user_id)), row);
}

/* ---- requests ---------------------------------------------------------------------------------- */

struct asking {
	const struct account_context *context;
	int64_t user_id;
	struct data_export *fresh;
	struct data_export old; /* file_name NULL: no file to remove */
	enum export_request outcome;
};

/* Lock the row, or the gap where it would be, so that one of two simultaneous requests waits or is repeated. */
static enum db_result read_old(struct db *db, struct asking *asking)
{
	static const struct db_query LOCK = {
		EXPORT, .text = "FROM users_data_export WHERE user_id = ? FOR UPDATE"};

	return db_query_row(db, asking->context->arena, &LOCK, DB_PARAMS(DB_INT(asking->user_id)),
		&asking->old);
}

static enum db_result remove_old(struct db *db, struct asking *asking)
{
	static const struct db_query DELETE = {
		.text = "DELETE FROM users_data_export WHERE id = ?"};

	if (!asking->old.completed)
		asking->outcome = EXPORT_ONGOING;
	else if (asking->old.created_at > asking->fresh->created_at - LEAST_AGE)
		asking->outcome = EXPORT_RECENT;
	else
		return db_execute(db, &DELETE, DB_PARAMS(DB_INT(asking->old.id)), NULL);
	return DB_ROLLBACK;
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
	static const struct db_query ADD = {
		.text = "INSERT INTO users_data_export (user_id, created_at) VALUES (?, ?)"};
	struct asking *asking = context;
	enum db_result result;

	asking->old = (struct data_export){0};
	result = read_old(db, asking);
	if (result == DB_OK)
		result = remove_old(db, asking);
	if (result != DB_OK && result != DB_NO_ROW)
		return result;
	result = db_execute(db, &ADD,
		DB_PARAMS(DB_INT(asking->user_id), DB_TIME(asking->fresh->created_at)), NULL);
	if (result != DB_OK)
		return result;
	asking->fresh->id = db_inserted_id(db);
	result = add_job(db, asking->fresh->id, asking->user_id);
	if (result != DB_OK)
		return result;
	return account_event(db, asking->context, asking->user_id, EVENT_EXPORT_REQUESTED, NULL);
}

/* Remove an archive that no row refers to. If this fails, the worker removes it later. */
static void remove_file(const struct settings *settings, int64_t user_id, const char *name)
{
	struct error error = ERROR_NONE;
	int64_t bytes;

	if (name != NULL &&
		!store_remove_export(settings->upload_folder, user_id, name, &bytes, &error))
		log_warning("could not remove the old archive: %s", error.text);
}

enum export_request export_request(
	const struct account_context *context, int64_t user_id, struct data_export *fresh)
{
	struct asking asking = {.context = context, .user_id = user_id, .fresh = fresh};

	*fresh = (struct data_export){.created_at = clock_now()};
	switch (db_transaction(context->db, place_request, &asking)) {
	case DB_OK:
		remove_file(context->settings, user_id, asking.old.file_name);
		return EXPORT_REQUESTED;
	case DB_ROLLBACK:
		return asking.outcome;
	case DB_DUPLICATE:
		return EXPORT_ONGOING; /* a simultaneous request has added it */
	default:
		return EXPORT_FAILED;
	}
}

/* ---- results ----------------------------------------------------------------------------------- */

enum db_result export_complete(
	struct db *db, int64_t export_id, const char *file_name, int64_t file_size)
{
	static const struct db_query COMPLETE = {
		.text = "UPDATE users_data_export SET completed = 1, file_name = ?, file_size = ?, "
			"updated_at = ? WHERE id = ? AND completed = 0"};
	int64_t changed = 0;
	enum db_result result = db_execute(db, &COMPLETE,
		DB_PARAMS(DB_TEXT(file_name), DB_INT(file_size), DB_TIME(clock_now()),
			DB_INT(export_id)),
		&changed);

	return result == DB_OK && changed != 1 ? DB_ROLLBACK : result;
}

enum db_result export_fail(struct db *db, int64_t export_id)
{
	static const struct db_query FAIL = {
		.text = "UPDATE users_data_export SET completed = 1, file_name = NULL, "
			"file_size = NULL, updated_at = ? WHERE id = ? AND completed = 0"};

	return db_execute(db, &FAIL, DB_PARAMS(DB_TIME(clock_now()), DB_INT(export_id)), NULL);
}

/* ---- administration ---------------------------------------------------------------------------- */

/* Jobs whose payload is not JSON are skipped. */
#define EXPORTS_OF_JOBS                                                                            \
	"UPDATE users_data_export AS e JOIN jobs AS j ON j.kind = 'export' AND "                   \
	"e.id = IF(JSON_VALID(j.payload), JSON_EXTRACT(j.payload, '$.export_id'), NULL) "

enum db_result export_resume(struct db *db, int64_t job_id)
{
	static const struct db_query RESUME = {
		.text = EXPORTS_OF_JOBS
		"SET e.completed = 0, e.updated_at = ? WHERE j.failed_at IS NOT NULL AND "
		"? IN (0, j.id) AND e.completed = 1 AND e.file_name IS NULL"};

	return db_execute(db, &RESUME, DB_PARAMS(DB_TIME(clock_now()), DB_INT(job_id)), NULL);
}

enum db_result export_drop(struct db *db, int64_t job_id)
{
	static const struct db_query DROP = {
		.text = EXPORTS_OF_JOBS
		"SET e.completed = 1, e.updated_at = ? WHERE j.id = ? AND e.completed = 0"};

	return db_execute(db, &DROP, DB_PARAMS(DB_TIME(clock_now()), DB_INT(job_id)), NULL);
}
