/*
 * The payload is {"user_id":N}.
 */
#include "files/cleanup.h"

#include "account/user.h"
#include "core/json.h"

#include <string.h>

enum db_result cleanup_add(struct db *db, int64_t user_id, int64_t *job_id)
{
	cJSON *object = cJSON_CreateObject();
	const char *text;

	if (object == NULL || !json_add_number(object, "user_id", (double)user_id))
		return DB_FAILED;
	text = json_text(object);
	return text == NULL ? DB_FAILED : queue_add(db, QUEUE_KIND_CLEANUP, text, job_id);
}

/*
 * DB_OK: the files are gone; DB_REFUSED: see `reason`; DB_FAILED. Servers that forget at a restart which
 * numbers they gave out may give one out again: then the files are somebody's.
 */
static enum db_result remove_files(struct db *db, const struct settings *settings, int64_t user_id,
	char reason[STORE_REASON_SIZE])
{
	struct user user;
	enum db_result result = user_read(db, user_id, &user);

	if (result != DB_NO_ROW)
		return result == DB_OK ? DB_OK : DB_FAILED;
	return store_remove_user(settings->upload_folder, user_id, reason) ? DB_OK : DB_REFUSED;
}

enum db_result cleanup_at_once(struct db *db, const struct settings *settings, int64_t user_id,
	int64_t job_id, char reason[STORE_REASON_SIZE])
{
	enum db_result result = remove_files(db, settings, user_id, reason);

	if (result == DB_OK)
		result = queue_remove(db, job_id);
	return result == DB_NO_ROW ? DB_OK : result; /* a worker was quicker */
}

enum db_result cleanup_run(struct db *db, const struct settings *settings, const struct job *job)
{
	const cJSON *payload = json_parse(job->payload, strlen(job->payload));
	char reason[STORE_REASON_SIZE];
	int64_t user_id;

	if (!json_integer(json_member(payload, "user_id"), 1, INT32_MAX, &user_id))
		return queue_give_up(db, job, "the job cannot be read");
	switch (remove_files(db, settings, user_id, reason)) {
	case DB_OK:
		return queue_finish(db, job);
	case DB_REFUSED:
		return queue_put_off(db, job, reason);
	default:
		return DB_FAILED;
	}
}
