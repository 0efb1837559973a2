/*
 * An administrator's changes, one by one.
 */
#include "account/administration/administration.h"

#include "account/account_change.h"
#include "account/administration/last_administrator.h"
#include "account/event.h"
#include "account/registration/confirmation.h"
#include "account/passwords/credentials.h"
#include "account/mail_request.h"
#include "account/validation.h"

#include <string.h>

struct work {
	const struct account_context *context;
	int64_t user_id;
	const struct administration *change;
	struct user user;                   /* as the transaction finds it */
	enum administration_result refusal; /* why the transaction was rolled back */
};

/* Record an event of the account, if the change before it has succeeded. */
static enum db_result record(
	struct db *db, const struct work *work, enum db_result result, enum event_kind kind)
{
	return result == DB_OK ? account_event(db, work->context, work->user_id, kind, NULL)
			       : result;
}

static enum db_result set_admin(struct db *db, const struct work *work)
{
	static const struct db_query SET = {.text = "UPDATE users SET admin = ? WHERE id = ?"};
	bool admin = work->change->admin;
	enum db_result result =
		db_execute(db, &SET, DB_PARAMS(DB_INT(admin), DB_INT(work->user_id)), NULL);

	if (admin == work->user.admin)
		return result;
	return record(db, work, result, admin ? EVENT_ADMIN_GRANTED : EVENT_ADMIN_WITHDRAWN);
}

static enum db_result activate(struct db *db, const struct work *work)
{
	enum db_result result = confirmation_activate(db, work->user_id, work->user.email);

	return work->user.active ? result : record(db, work, result, EVENT_ACTIVATED);
}

/* The tokens stay revoked when the account is resumed. */
static enum db_result suspend(struct db *db, const struct work *work)
{
	static const struct db_query SUSPEND = {
		.text = "UPDATE users SET suspended_at = COALESCE(suspended_at, ?), "
			"token_epoch = token_epoch + 1, kept_token = NULL, sessions_since = NULL "
			"WHERE id = ?"};
	enum db_result result = db_execute(
		db, &SUSPEND, DB_PARAMS(DB_TIME(clock_now()), DB_INT(work->user_id)), NULL);

	if (result == DB_OK)
		result = credentials_revoke(db, work->user_id);
	return record(db, work, result, EVENT_SUSPENDED);
}

static enum db_result resume(struct db *db, const struct work *work)
{
	static const struct db_query RESUME = {
		.text = "UPDATE users SET suspended_at = NULL WHERE id = ?"};

	return record(db, work, db_execute(db, &RESUME, DB_PARAMS(DB_INT(work->user_id)), NULL),
		EVENT_RESUMED);
}

static enum db_result mail(struct db *db, const struct work *work, enum mail_kind kind)
{
	const struct mail_request request =
		mail_request_to_owner(kind, &work->user, work->context->user_agent);

	return work->context->settings->mail_enabled ? mail_request_add(db, &request) : DB_OK;
}

static enum db_result set_password(struct db *db, const struct work *work)
{
	enum db_result result =
		credentials_replace_password(db, work->user_id, work->change->password_hash);

	if (result == DB_OK)
		result = credentials_revoke(db, work->user_id);
	result = record(db, work, result, EVENT_PASSWORD_CHANGED);
	if (result == DB_OK)
		result = mail(db, work, MAIL_PASSWORD_CHANGED);
	return result == DB_OK && work->change->offers_reset ? mail(db, work, MAIL_PASSWORD_RESET)
							     : result;
}

/* ---- the address -------------------------------------------------------------------------------- */

/* Roll back, with this outcome. */
static enum db_result refuse(struct work *work, enum administration_result refusal)
{
	work->refusal = refusal;
	return DB_ROLLBACK;
}

/* Whether the account waits for the link that confirms it: then no address of it has been confirmed. */
static enum db_result is_unconfirmed(struct db *db, int64_t user_id, bool *unconfirmed)
{
	static const struct db_field FIELDS[] = {
		DB_VALUE(bool, "is_active = 0 AND suspended_at IS NULL"), {0}};
	static const struct db_query READ = {FIELDS, .text = "FROM users WHERE id = ?"};

	return db_query_row(db, NULL, &READ, DB_PARAMS(DB_INT(user_id)), unconfirmed);
}

static enum db_result request_email(struct db *db, struct work *work, const char *email)
{
	bool unconfirmed = false;
	enum db_result result = is_unconfirmed(db, work->user_id, &unconfirmed);

	if (result != DB_OK)
		return result;
	if (!unconfirmed)
		return account_request_email(db, work->context, &work->user, email);
	result = credentials_set_unconfirmed_email(db, work->user_id, email);
	work->user.email = email;
	if (result == DB_OK)
		result =
			account_event(db, work->context, work->user_id, EVENT_EMAIL_CHANGED, email);
	return result == DB_OK ? mail(db, work, MAIL_CONFIRMATION) : result;
}

static enum db_result set_email(struct db *db, struct work *work)
{
	const struct account_context *context = work->context;
	const char *email = work->change->email;
	bool taken = false;
	enum db_result result;

	if (validation_email(email) != 0)
		return refuse(work, ADMINISTRATION_EMAIL_INVALID);
	if (strcmp(email, work->user.email) == 0)
		return work->change->email_must_differ
			       ? refuse(work, ADMINISTRATION_EMAIL_SAME)
			       : credentials_cancel_email(db, work->user_id);
	result = credentials_email_is_taken(db, context->arena, work->user_id, email, &taken);
	if (result != DB_OK)
		return result;
	if (taken)
		return refuse(work, ADMINISTRATION_EMAIL_TAKEN);
	return work->change->confirm_email && context->settings->mail_enabled
		       ? request_email(db, work, email)
		       : account_set_email(db, context, &work->user, email);
}

/* ---- all together ------------------------------------------------------------------------------- */

static enum db_result begin(struct db *db, struct work *work)
{
	const struct administration *change = work->change;
	bool last = false;
	enum db_result result = DB_OK;

	if (change->keeps_administrator && change->sets_admin && !change->admin)
		result = last_administrator_check(db, work->user_id, &last);
	if (result != DB_OK)
		return result;
	if (last)
		return refuse(work, ADMINISTRATION_LAST_ADMINISTRATOR);
	return user_read(db, work->context->arena, work->user_id, &work->user);
}

static enum db_result store(struct db *db, void *context)
{
	struct work *work = context;
	const struct administration *change = work->change;
	enum db_result result = begin(db, work);

	if (result == DB_OK && change->sets_admin)
		result = set_admin(db, work);
	if (result == DB_OK && change->activate)
		result = activate(db, work);
	if (result == DB_OK && change->suspend)
		result = suspend(db, work);
	if (result == DB_OK && change->resume)
		result = resume(db, work);
	if (result == DB_OK && change->password_hash != NULL)
		result = set_password(db, work);
	if (result == DB_OK && change->email != NULL)
		result = set_email(db, work);
	return result;
}

enum administration_result account_administrate(
	const struct account_context *context, int64_t user_id, const struct administration *change)
{
	struct account_context by_administrator = *context;
	struct work work = {.context = &by_administrator, .user_id = user_id, .change = change};

	by_administrator.by_administrator = true;
	switch (db_transaction(context->db, store, &work)) {
	case DB_OK:
		return ADMINISTRATION_DONE;
	case DB_ROLLBACK:
		return work.refusal;
	case DB_DUPLICATE: /* another account got the address meanwhile */
		return ADMINISTRATION_EMAIL_TAKEN;
	case DB_NO_ROW:
		return ADMINISTRATION_USER_GONE;
	default:
		return ADMINISTRATION_FAILED;
	}
}
