/*
 * Rows are deleted in the order of their foreign keys.
 */
#include "account/administration/account_deletion.h"

#include "account/administration/last_administrator.h"
#include "account/administration/user_count.h"
#include "account/registration/confirmation.h"
#include "core/json/json.h"
#include "core/text.h"
#include "jobs/queue.h"

struct work {
	struct arena *arena;
	struct account_deletion *deletion;
	bool last_administrator;
};

/* The lock on the user prevents new rows. */
static enum db_result lock_account(struct db *db, struct work *work, const char **email)
{
	static const struct db_field EMAIL[] = {DB_VALUE(const char *, "email"), {0}};
	static const struct db_query LOCK = {EMAIL, .text = "FROM users WHERE id = ? FOR UPDATE"};
	const struct account_deletion *deletion = work->deletion;
	enum db_result result = DB_OK;

	if (deletion->keeps_administrator)
		result = last_administrator_check(db, deletion->user_id, &work->last_administrator);
	if (result != DB_OK)
		return result;
	if (work->last_administrator)
		return DB_ROLLBACK;
	return db_query_row(db, work->arena, &LOCK, DB_PARAMS(DB_INT(deletion->user_id)), email);
}

/*
 * The totals are deleted first, so that the triggers on workouts have nothing to update. Foreign keys delete the
 * account's tokens, applications and sessions; what other accounts have granted to its applications has none.
 */
static enum db_result delete_rows(struct db *db, int64_t user_id)
{
	static const struct db_query IN_ORDER[] = {
		{.text = "DELETE FROM user_totals WHERE user_id = ?"},
		{.text = "DELETE FROM users_sports_preferences WHERE user_id = ?"},
		{.text = "DELETE FROM records WHERE user_id = ?"},
		{.text = "DELETE s FROM workout_segments AS s "
			 "JOIN workouts AS w ON w.id = s.workout_id WHERE w.user_id = ?"},
		{.text = "DELETE FROM workouts WHERE user_id = ?"},
		{.text = "DELETE FROM users_data_export WHERE user_id = ?"},
		{.text = "DELETE FROM personal_tokens WHERE user_id = ?"},
		{.text = "DELETE t FROM oauth2_token AS t "
			 "JOIN oauth2_client AS c ON c.client_id = t.client_id WHERE c.user_id = ?"},
		{.text = "DELETE o FROM oauth2_code AS o "
			 "JOIN oauth2_client AS c ON c.client_id = o.client_id WHERE c.user_id = ?"},
		{.text = "DELETE FROM users WHERE id = ?"},
	};
	enum db_result result = DB_OK;

	for (size_t i = 0; i < sizeof(IN_ORDER) / sizeof(*IN_ORDER) && result == DB_OK; i++)
		result = db_execute(db, &IN_ORDER[i], DB_PARAMS(DB_INT(user_id)), NULL);
	return result;
}

/*
 * Messages to the account and requests that name its address. Of those to an address that it asked to change to, only
 * its own: the address may belong to another account by now.
 */
static enum db_result delete_mail(struct db *db, int64_t user_id, const char *email)
{
	static const struct db_query DELETE = {
		.text = "DELETE FROM jobs WHERE kind = 'mail' AND "
			"(JSON_UNQUOTE(JSON_EXTRACT(payload, '$.to')) = ? OR "
			"JSON_UNQUOTE(JSON_EXTRACT(payload, '$.user_id')) = ?)"};
	char id[TEXT_DECIMAL_SIZE];

	return db_execute(db, &DELETE,
		DB_PARAMS(DB_TEXT(email), DB_TEXT(text_decimal(user_id, 0, id))), NULL);
}

static enum db_result add_job(struct db *db, struct account_deletion *deletion)
{
	cJSON *object = cJSON_CreateObject();
	const char *text;

	if (object == NULL || !json_add_number(object, "user_id", (double)deletion->user_id))
		return DB_FAILED;
	text = json_text(object);
	return text == NULL ? DB_FAILED
			    : queue_add(db, QUEUE_KIND_CLEANUP, text, &deletion->job_id);
}

static enum db_result run(struct db *db, void *context)
{
	struct work *work = context;
	int64_t user_id = work->deletion->user_id;
	const char *email;
	enum db_result result = lock_account(db, work, &email);

	if (result == DB_OK)
		result = delete_rows(db, user_id);
	if (result == DB_OK)
		result = confirmation_forget(db, email);
	if (result == DB_OK)
		result = delete_mail(db, user_id, email);
	if (result == DB_OK)
		result = user_count_deleted(db, user_id);
	return result == DB_OK ? add_job(db, work->deletion) : result;
}

enum account_deletion_result account_delete(
	const struct account_context *context, struct account_deletion *deletion)
{
	struct work work = {.arena = context->arena, .deletion = deletion};

	switch (db_transaction(context->db, run, &work)) {
	case DB_OK:
		return ACCOUNT_DELETION_DONE;
	case DB_NO_ROW:
		return ACCOUNT_DELETION_USER_GONE;
	case DB_ROLLBACK:
		return ACCOUNT_DELETION_LAST_ADMINISTRATOR;
	default:
		return ACCOUNT_DELETION_FAILED;
	}
}
