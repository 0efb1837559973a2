/*
 * One transaction checks whether max_users allows another account, whether the name is free, and whether the
 * address is. The insert into users is tried for every address: for a known one the unique key refuses it, after
 * the same work as for an unknown one, and using up an AUTO_INCREMENT value too.
 */
#include "account/registration/registration.h"

#include "account/administration/invitation.h"
#include "account/app_config.h"
#include "account/defaults.h"
#include "account/event.h"
#include "account/mail_request.h"
#include "account/tokens/mail_token.h"
#include "account/passwords/password.h"
#include "account/throttle.h"
#include "account/tokens/session.h"

#include <string.h>

enum { MAX_COLLISIONS = 4 };

struct attempt {
	const struct account_context *context; /* NULL: the administrator creates the account */
	const struct settings *settings;
	struct arena *arena;
	const char *username, *email, *language;
	const char *password; /* the hash */
	instant policy_accepted_at, now;
	bool verifies_email, limited, admin;
	bool sends_mail;
	const char *invitation; /* the hash of its token; NULL: none */
	struct user_agent device;
	enum registration_result result;
	int64_t user_id;
	const char *auth_token;
};

/* ---- room -------------------------------------------------------------------------------------- */

/* Whether max_users allows another account, and whether it limits at all. */
static enum db_result check_room(struct db *db, struct arena *arena,
	const struct settings *settings, bool *limited, bool *open)
{
	struct app_config config;
	enum db_result result = app_config_read(db, arena, &config);

	if (result != DB_OK)
		return result == DB_NO_ROW ? DB_FAILED : result;
	*limited = config.max_users > 0;
	return app_config_registration_open(db, settings, &config, open);
}

/*
 * While there is a limit, all registrations wait for one row; on a cluster they conflict at it. The row is changed
 * before anything is read: otherwise the transaction would read a snapshot from before it waited.
 */
static enum db_result enter_gate(struct db *db, const struct attempt *attempt, bool *open)
{
	static const struct db_query PASS = {
		.text = "UPDATE registration_gate SET passes = passes + 1 WHERE id = 1"};
	bool limited;
	enum db_result result = db_execute(db, &PASS, DB_NO_PARAMS, NULL);

	return result == DB_OK ? check_room(db, attempt->arena, attempt->settings, &limited, open)
			       : result;
}

enum registration_result account_registration_is_open(const struct account_context *context)
{
	bool limited, open;

	if (check_room(context->db, context->arena, context->settings, &limited, &open) != DB_OK)
		return REGISTRATION_FAILED;
	return open ? REGISTRATION_DONE : REGISTRATION_CLOSED;
}

/* ---- rows -------------------------------------------------------------------------------------- */

/* Whether an account or a registration has the name; the collation ignores its case. */
static enum db_result find_username(struct db *db, const char *username)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {FIELDS,
		.text = "FROM (SELECT id FROM users WHERE username = ? UNION ALL "
			"SELECT id FROM registrations WHERE username = ?) AS taken LIMIT 1"};
	int64_t id;

	return db_query_row(db, NULL, &FIND, DB_PARAMS(DB_TEXT(username), DB_TEXT(username)), &id);
}

/* When the validity of the link starts. While no mail is sent, the administrator activates accounts, and they do not
 * expire. */
static instant link_sent_at(const struct attempt *a)
{
	return a->verifies_email && a->sends_mail ? a->now : INSTANT_NONE;
}

static enum db_result insert_user(struct db *db, struct attempt *a)
{
#define INSERT_USER(columns, values)                                                               \
	"INSERT INTO users (username, email, password, created_at, accepted_policy_date, "         \
	"language, confirmation_sent_at, is_active, unconfirmed, timezone, date_format" columns    \
	") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '" DEFAULT_TIMEZONE "', '" DEFAULT_DATE_FORMAT       \
	"'" values ")"
	static const struct db_query INSERT = {.text = INSERT_USER("", "")};
	/* a statement of its own, so that the programs that register need no right to set `admin` */
	static const struct db_query INSERT_ADMIN = {.text = INSERT_USER(", admin", ", 1")};
	enum db_result result = db_execute(db, a->admin ? &INSERT_ADMIN : &INSERT,
		DB_PARAMS(DB_TEXT(a->username), DB_TEXT(a->email), DB_TEXT(a->password),
			DB_TIME(a->now), DB_TIME(a->policy_accepted_at), DB_TEXT(a->language),
			DB_TIME(link_sent_at(a)), DB_INT(!a->verifies_email),
			DB_INT(a->verifies_email)),
		NULL);

	a->user_id = db_inserted_id(db);
	return result;
}

static enum db_result insert_registration(struct db *db, const struct attempt *a, int64_t *id)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO registrations (username, email, password, language, "
			"accepted_policy_date, sent_at) VALUES (?, ?, ?, ?, ?, ?)"};
	enum db_result result = db_execute(db, &INSERT,
		DB_PARAMS(DB_TEXT(a->username), DB_TEXT(a->email), DB_TEXT(a->password),
			DB_TEXT(a->language), DB_TIME(a->policy_accepted_at),
			DB_TIME(link_sent_at(a))),
		NULL);

	*id = db_inserted_id(db);
	return result;
}

static enum db_result refuse(struct attempt *attempt, enum registration_result why)
{
	attempt->result = why;
	return DB_ROLLBACK;
}

/* The request is the same for every address; its effect is decided when the message is composed. */
static enum db_result request_confirmation(
	struct db *db, const struct attempt *attempt, int64_t registration_id)
{
	const struct mail_request request = {
		.kind = MAIL_CONFIRMATION,
		.to = attempt->email,
		.registration_id = registration_id,
		.device = attempt->device,
	};

	return attempt->sends_mail ? mail_request_add(db, &request) : DB_OK;
}

/* Whether the last duplicate was one of this key. The message ends with its name, in quotes. */
static bool duplicate_is_of(const struct db *db, const char *quoted_key)
{
	const char *text = db_error_text(db);
	size_t length = strlen(text), key = strlen(quoted_key);

	return length >= key && strcmp(text + length - key, quoted_key) == 0;
}

/* A unique key has refused the new account: another account has its name or its address. */
static enum db_result store_beside_account(struct db *db, struct attempt *attempt)
{
	int64_t registration_id;
	enum db_result result;

	if (duplicate_is_of(db, "users_username_key'"))
		return refuse(attempt, REGISTRATION_USERNAME_TAKEN);
	if (!attempt->verifies_email)
		return refuse(attempt, REGISTRATION_EMAIL_TAKEN);
	result = insert_registration(db, attempt, &registration_id);
	return result == DB_OK ? request_confirmation(db, attempt, registration_id) : result;
}

/* An account that does not have to prove its address is logged in immediately. */
static enum db_result log_in(struct db *db, struct attempt *attempt)
{
	enum db_result result;

	if (attempt->context == NULL)
		return DB_OK;
	result = session_start(db, attempt->context, attempt->user_id, 0, SESSION_SETS_PASSWORD,
		&attempt->auth_token);
	if (result != DB_OK)
		return result;
	return account_event(db, attempt->context, attempt->user_id, EVENT_REGISTERED, NULL);
}

static enum db_result store(struct db *db, void *context)
{
	struct attempt *attempt = context;
	bool open = true;
	enum db_result result = DB_OK;

	if (attempt->limited)
		result = enter_gate(db, attempt, &open);
	if (result != DB_OK)
		return result;
	if (!open)
		return refuse(attempt, REGISTRATION_CLOSED);
	if (attempt->invitation != NULL)
		result = invitation_use(db, attempt->invitation);
	if (result != DB_OK)
		return result == DB_NO_ROW ? refuse(attempt, REGISTRATION_CLOSED) : result;
	result = find_username(db, attempt->username);
	if (result != DB_NO_ROW)
		return result == DB_OK ? refuse(attempt, REGISTRATION_USERNAME_TAKEN) : result;
	attempt->result = REGISTRATION_DONE;
	result = insert_user(db, attempt);
	if (result == DB_DUPLICATE)
		return store_beside_account(db, attempt);
	if (result != DB_OK)
		return result;
	return attempt->verifies_email ? request_confirmation(db, attempt, 0) : log_in(db, attempt);
}

static enum registration_result run(struct db *db, struct attempt *attempt)
{
	enum db_result result = DB_DUPLICATE;

	/* a collision with a registration that was stored meanwhile: the next attempt finds it */
	for (int i = 0; i < MAX_COLLISIONS && result == DB_DUPLICATE; i++)
		result = db_transaction(db, store, attempt);
	return result == DB_OK || result == DB_ROLLBACK ? attempt->result : REGISTRATION_FAILED;
}

/* ---- use cases --------------------------------------------------------------------------------- */

static bool count_request(const struct account_context *context, int64_t *wait)
{
	struct throttle throttle;

	return throttle_for(context->settings, THROTTLE_MAIL_ADDRESS, "", context->remote_address,
		       &throttle) &&
	       throttle_hit(context->db, &throttle, wait) == DB_OK;
}

enum registration_result account_register(const struct account_context *context,
	const struct registration_form *form, struct registration_outcome *outcome)
{
	char hash[PASSWORD_HASH_SIZE];
	instant now = clock_now();
	struct attempt attempt = {
		.context = context,
		.settings = context->settings,
		.arena = context->arena,
		.username = form->username,
		.email = form->email,
		.language = form->language,
		.password = hash,
		.policy_accepted_at = form->accepts_policy ? now : INSTANT_NONE,
		.now = now,
		.verifies_email = form->verifies_email,
		.sends_mail = context->settings->mail_enabled,
		.device = user_agent_parse(context->user_agent),
		.result = REGISTRATION_FAILED,
	};
	enum registration_result result;
	bool open;

	if (check_room(context->db, context->arena, context->settings, &attempt.limited, &open) !=
			DB_OK ||
		!count_request(context, &outcome->wait))
		return REGISTRATION_FAILED;
	if (!open)
		return REGISTRATION_CLOSED;
	if (outcome->wait > 0)
		return REGISTRATION_LIMITED;
	/* before anything is looked up: known and unknown addresses take the same time (W11) */
	if (!password_hash(context->settings, form->password, hash))
		return REGISTRATION_FAILED;
	result = run(context->db, &attempt);
	outcome->auth_token = attempt.auth_token;
	return result;
}

enum registration_result account_create(
	struct db *db, struct arena *arena, const struct new_account *account, int64_t *user_id)
{
	struct attempt attempt = {
		.arena = arena,
		.username = account->username,
		.email = account->email,
		.language = account->language,
		.password = account->password_hash,
		.policy_accepted_at = INSTANT_NONE,
		.now = clock_now(),
		.admin = account->admin,
		.invitation = account->invitation,
		.result = REGISTRATION_FAILED,
	};
	enum registration_result result = run(db, &attempt);

	*user_id = attempt.user_id;
	return result;
}
