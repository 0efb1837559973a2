/*
 * The payload of the job is {"user_id":N}.
 */
#include "files/sweep.h"

#include "account/user.h"
#include "core/json/json.h"

#include <string.h>

/*
 * Remove the files, unless a user has this id: a database server that loses AUTO_INCREMENT at a restart can assign the
 * id again, and then the files belong to the new user. DB_OK, DB_ROLLBACK: `error` has the reason; DB_FAILED.
 */
static enum db_result remove_files(
	struct db *db, const struct settings *settings, int64_t user_id, struct error *error)
{
	enum db_result result = user_exists(db, user_id);

	if (result != DB_NO_ROW)
		return result == DB_OK ? DB_OK : DB_FAILED;
	return store_remove_user(settings->upload_folder, user_id, error) ? DB_OK : DB_ROLLBACK;
}

enum db_result sweep_at_once(struct db *db, const struct settings *settings, int64_t user_id,
	int64_t job_id, struct error *error)
{
	enum db_result result = remove_files(db, settings, user_id, error);

	if (result == DB_OK)
		result = queue_remove(db, job_id);
	return result == DB_NO_ROW ? DB_OK : result; /* a worker has removed the job already */
}

enum db_result sweep_run(struct db *db, const struct settings *settings, const struct job *job)
{
	const cJSON *payload = json_parse(job->payload, strlen(job->payload));
	struct error error = ERROR_NONE;
	int64_t user_id;

	if (!json_integer(json_member(payload, "user_id"), 1, INT32_MAX, &user_id))
		return queue_fail(db, job, "could not parse the payload");
	switch (remove_files(db, settings, user_id, &error)) {
	case DB_OK:
		return queue_finish(db, job);
	case DB_ROLLBACK:
		return queue_defer(db, job, error.text);
	default:
		return DB_FAILED;
	}
}
