/*
 * One transaction decides: is there room, is the name free, is the address free. The look-ups give the
 * answer in nearly all cases; the unique keys give it when two come at once, and then the look-ups are
 * made again to see which of the two it was.
 */
#include "account/registration.h"

#include "account/app_config.h"
#include "account/user.h"
#include "jobs/queue.h"

enum { MAX_COLLISIONS = 4 };

struct attempt {
	const struct registration *registration;
	enum db_result (*then)(struct db *db, void *context);
	void *context;
	enum registration_result result;
};

/*
 * While there is a limit, all registrations queue up at one row; on a cluster they conflict at it. The
 * row comes before anything is read: what is read afterwards is then what those before us have stored,
 * and not a snapshot from before we waited.
 */
static enum db_result check_room(struct db *db, bool *open)
{
	static const char PASS[] = "UPDATE registration_gate SET passes = passes + 1 WHERE id = 1";
	struct app_config config;
	enum db_result result = db_change(db, PASS, DB_NO_PARAMS, NULL);

	if (result == DB_OK)
		result = app_config_read(db, &config);
	return result == DB_OK ? app_config_registration_open(db, &config, open) : result;
}

static enum db_result insert_user(struct db *db, const struct registration *r)
{
	static const char INSERT[] =
		"INSERT INTO users (username, email, password, created_at, accepted_policy_date, language, "
		"timezone, date_format, confirmation_token, confirmation_sent_at, is_active, admin) "
		"VALUES (?, ?, ?, ?, ?, ?, 'Europe/Paris', 'MM/dd/yyyy', ?, ?, ?, ?)";
	bool active = r->confirmation == NULL;
	enum db_result result = db_change(db, INSERT,
		DB_PARAMS(DB_TEXT(r->username), DB_TEXT(r->email), DB_TEXT(r->password),
			DB_TIME(r->now), DB_TIME(r->policy_accepted_at), DB_TEXT(r->language),
			DB_TEXT(active ? NULL : r->confirmation->hash),
			DB_TIME(active ? INSTANT_NONE : r->now), DB_INT(active), DB_INT(r->admin)),
		NULL);

	if (r->user_id != NULL)
		*r->user_id = db_inserted_id(db);
	return result;
}

static enum db_result refuse(struct attempt *attempt, enum registration_result why)
{
	attempt->result = why;
	return DB_REFUSED;
}

/*
 * For an address that has an account: write as much as a registration does, and take it back in the same
 * transaction. What is committed, and so the time it takes, is like the real thing (W11).
 */
static enum db_result pretend(struct db *db, struct attempt *attempt)
{
	int64_t id;
	enum db_result result = queue_add(db, QUEUE_KIND_MAIL, "{}", &id);

	attempt->result = REGISTRATION_EMAIL_KNOWN;
	return result == DB_OK ? queue_remove(db, id) : result;
}

static enum db_result store(struct db *db, void *context)
{
	struct attempt *attempt = context;
	bool open = true;
	enum db_result result = DB_OK;

	if (attempt->registration->limited)
		result = check_room(db, &open);
	if (result != DB_OK)
		return result == DB_NO_ROW ? DB_FAILED : result;
	if (!open)
		return refuse(attempt, REGISTRATION_CLOSED);
	result = user_find_username(db, attempt->registration->username);
	if (result != DB_NO_ROW)
		return result == DB_OK ? refuse(attempt, REGISTRATION_USERNAME_TAKEN) : result;
	result = user_find_email(db, attempt->registration->email);
	if (result != DB_NO_ROW)
		return result == DB_OK ? pretend(db, attempt) : result;
	result = insert_user(db, attempt->registration);
	if (result != DB_OK)
		return result;
	attempt->result = REGISTRATION_DONE;
	return attempt->then == NULL ? DB_OK : attempt->then(db, attempt->context);
}

enum registration_result registration_store(struct db *db, const struct registration *registration,
	enum db_result (*then)(struct db *db, void *context), void *context)
{
	struct attempt attempt = {registration, then, context, REGISTRATION_FAILED};
	enum db_result result = DB_DUPLICATE;

	for (int i = 0; i < MAX_COLLISIONS && result == DB_DUPLICATE; i++)
		result = db_transaction(db, store, &attempt);
	/* to the unique key two addresses are the same that differ by an accent; it has the last word */
	if (result == DB_DUPLICATE)
		return REGISTRATION_EMAIL_KNOWN;
	return result == DB_OK || result == DB_REFUSED ? attempt.result : REGISTRATION_FAILED;
}
