/*
 * Deleting an account. First its rows, in one transaction that also notes the files as a job: from then
 * on nothing of it can be seen. Then the files. Whatever cuts this short, the job is still there.
 */
#include "operator/users.h"

#include "files/cleanup.h"
#include "mail/outbox.h"
#include "operator/report.h"
#include "operator/terminal.h"

#include <stdio.h>
#include <stdlib.h>

struct deletion {
	int64_t user_id, job_id;
};

/*
 * Whatever refers to something goes before it. The lock on the user keeps others from adding rows; the
 * totals go first, so that the triggers on workouts have nothing to keep right.
 */
static enum db_result delete_rows(struct db *db, void *context)
{
	static const char LOCK[] =
		"SELECT email, email_to_confirm FROM users WHERE id = ? FOR UPDATE";
	static const char TOTALS[] = "DELETE FROM user_totals WHERE user_id = ?";
	static const char PREFERENCES[] = "DELETE FROM users_sports_preferences WHERE user_id = ?";
	static const char RECORDS[] = "DELETE FROM records WHERE user_id = ?";
	static const char SEGMENTS[] =
		"DELETE s FROM workout_segments AS s "
		"JOIN workouts AS w ON w.id = s.workout_id WHERE w.user_id = ?";
	static const char WORKOUTS[] = "DELETE FROM workouts WHERE user_id = ?";
	static const char EXPORTS[] = "DELETE FROM users_data_export WHERE user_id = ?";
	static const char PERSONAL[] = "DELETE FROM personal_tokens WHERE user_id = ?";
	/* oauth2_token and oauth2_client follow by their foreign keys */
	static const char USER[] = "DELETE FROM users WHERE id = ?";
	static const char *const IN_ORDER[] = {
		TOTALS, PREFERENCES, RECORDS, SEGMENTS, WORKOUTS, EXPORTS, PERSONAL, USER};
	/* letters to the account, and errands that name its address; the one to the address that it wants to
	 * change to, which may be somebody else's, who gets letters there too */
	static const char MAIL[] =
		"DELETE FROM jobs WHERE kind = 'mail' AND (? IN (JSON_UNQUOTE(JSON_EXTRACT(payload, '$.to')), "
		"JSON_UNQUOTE(JSON_EXTRACT(payload, '$.email'))) OR "
		"(JSON_UNQUOTE(JSON_EXTRACT(payload, '$.to')) = ? AND "
		"JSON_UNQUOTE(JSON_EXTRACT(payload, '$.template')) = '" LETTER_EMAIL_CHANGE_NEW
		"'))";
	struct deletion *deletion = context;
	const char *email, *email_to_confirm;
	enum db_result result = db_row(db, LOCK, DB_PARAMS(DB_INT(deletion->user_id)),
		DB_COLUMNS(DB_TO_TEXT(&email), DB_TO_TEXT(&email_to_confirm)));

	for (size_t i = 0; i < sizeof(IN_ORDER) / sizeof(*IN_ORDER) && result == DB_OK; i++)
		result = db_change(db, IN_ORDER[i], DB_PARAMS(DB_INT(deletion->user_id)), NULL);
	if (result == DB_OK)
		result = db_change(
			db, MAIL, DB_PARAMS(DB_TEXT(email), DB_TEXT(email_to_confirm)), NULL);
	return result == DB_OK ? cleanup_add(db, deletion->user_id, &deletion->job_id) : result;
}

/* Whether the operator means it. */
static bool is_meant(const struct desk *desk, const struct person *person)
{
	const char *question;

	if (options_has(desk->options, "yes"))
		return true;
	if (!terminal_is_there()) {
		report_failure("nobody can be asked whether to delete %s: --yes is needed",
			person->username);
		return false;
	}
	question =
		arena_printf(desk->arena, "Delete user #%lld %s <%s> with all workouts and files?",
			(long long)person->id, person->username, person->email);
	if (question != NULL && terminal_confirm(question))
		return true;
	report_failure("%s was not deleted", person->username);
	return false;
}

static void remove_files(const struct desk *desk, const struct deletion *deletion)
{
	char reason[STORE_REASON_SIZE] = "the database cannot be asked";

	if (cleanup_at_once(
		    desk->db, desk->settings, deletion->user_id, deletion->job_id, reason) != DB_OK)
		report_failure(
			"the files are still there, the worker will remove them (job %lld): %s",
			(long long)deletion->job_id, reason);
}

int users_delete(const struct desk *desk)
{
	struct deletion deletion;
	struct person person;
	enum db_result result;

	if (users_find(desk, desk->options->arguments[0], &person) != DB_OK ||
		!is_meant(desk, &person))
		return EXIT_FAILURE;
	deletion.user_id = person.id;
	result = db_transaction(desk->db, delete_rows, &deletion);
	if (result != DB_OK)
		return report_result(result);
	remove_files(desk, &deletion);
	printf("deleted user #%lld %s\n", (long long)person.id, person.username);
	return EXIT_SUCCESS;
}
