/*
 * Passwords and addresses changed.
 */
#include "account/account_change.h"

#include "account/event.h"
#include "account/passwords/credentials.h"
#include "account/mail_request.h"
#include "account/tokens/mail_token.h"
#include "account/tokens/session.h"
#include "account/passwords/password.h"
#include "account/passwords/password_check.h"
#include "account/throttle.h"
#include "account/validation.h"
#include "core/text.h"

#include <string.h>

/* ---- steps within a transaction ------------------------------------------------------------------ */

enum db_result account_set_email(struct db *db, const struct account_context *context,
	const struct user *user, const char *email)
{
	struct mail_request notification =
		mail_request_to_owner(MAIL_EMAIL_CHANGED, user, context->user_agent);
	enum db_result result = credentials_set_email(db, user->id, email);

	notification.new_email = email;
	if (result == DB_OK)
		result = account_event(db, context, user->id, EVENT_EMAIL_CHANGED, email);
	if (result != DB_OK || !context->settings->mail_enabled)
		return result;
	return mail_request_add(db, &notification);
}

enum db_result account_request_email(struct db *db, const struct account_context *context,
	const struct user *user, const char *email)
{
	struct mail_request to_old =
		mail_request_to_owner(MAIL_EMAIL_CHANGE_OLD, user, context->user_agent);
	struct mail_request to_new =
		mail_request_to_owner(MAIL_EMAIL_CHANGE_NEW, user, context->user_agent);
	enum db_result result = credentials_request_email(db, user->id, email);

	to_old.new_email = email;
	to_new.new_email = email;
	to_new.to = email;
	if (result == DB_OK)
		result = account_event(db, context, user->id, EVENT_EMAIL_CHANGE_REQUESTED, email);
	if (result == DB_OK)
		result = mail_request_add(db, &to_old);
	return result == DB_OK ? mail_request_add(db, &to_new) : result;
}

/* ---- the owner's change -------------------------------------------------------------------------- */

struct change {
	const struct account_context *context;
	const struct principal *principal;
	const struct user *user;
	const char *new_email; /* NULL: stays */
	const char *new_password;
	const char *old_hash;
	char new_hash[PASSWORD_HASH_SIZE];
	struct throttle email_changes;
	int64_t wait;
};

/* The hash of the token that survives a change of the password (W4); NULL: none. */
static const char *kept_token(const struct principal *principal)
{
	return principal->kind == PRINCIPAL_FIRST_PARTY ? principal->token_hash : NULL;
}

static enum db_result store_password(struct db *db, const struct change *change)
{
	const struct mail_request notification = mail_request_to_owner(
		MAIL_PASSWORD_CHANGED, change->user, change->context->user_agent);
	enum db_result result = credentials_change_password(db, change->user->id, change->old_hash,
		change->new_hash, kept_token(change->principal));

	if (result == DB_OK)
		result = session_adopt(db, change->context, change->principal);
	if (result == DB_OK)
		result = account_event(
			db, change->context, change->user->id, EVENT_PASSWORD_CHANGED, NULL);
	if (result != DB_OK || !change->context->settings->mail_enabled)
		return result;
	return mail_request_add(db, &notification);
}

static enum db_result store_email(struct db *db, struct change *change)
{
	enum db_result result;

	if (!change->context->settings->mail_enabled)
		return account_set_email(db, change->context, change->user, change->new_email);
	result = throttle_hit(db, &change->email_changes, &change->wait);
	if (result == DB_OK && change->wait > 0)
		return DB_ROLLBACK;
	if (result != DB_OK)
		return result;
	return account_request_email(db, change->context, change->user, change->new_email);
}

static enum db_result store(struct db *db, void *context)
{
	struct change *change = context;
	enum db_result result = DB_OK;

	if (change->new_password != NULL)
		result = store_password(db, change);
	if (result != DB_OK)
		return result;
	return change->new_email != NULL ? store_email(db, change)
					 : credentials_cancel_email(db, change->user->id);
}

/* A request for a change of address can cause mail to any address: the client's network is limited, before any
 * password is hashed. */
static bool count_request(struct change *change)
{
	const struct account_context *context = change->context;
	char user_id[TEXT_DECIMAL_SIZE];
	struct throttle address;

	if (change->new_email == NULL || !context->settings->mail_enabled ||
		validation_email(change->new_email) != 0)
		return true;
	return throttle_for(context->settings, THROTTLE_MAIL_ADDRESS, "", context->remote_address,
		       &address) &&
	       throttle_for(context->settings, THROTTLE_EMAIL_CHANGE,
		       text_decimal(change->user->id, 0, user_id), "", &change->email_changes) &&
	       throttle_hit(context->db, &address, &change->wait) == DB_OK;
}

/* Check the present password of the account. ACCOUNT_CHANGE_DONE: it is correct. */
static enum account_change_result check_password(struct change *change, const char *password)
{
	struct password_checked checked = {0};
	enum password_check_result result =
		password_check(change->context, change->user, password, &checked);

	change->old_hash = checked.hash;
	change->wait = checked.wait;
	switch (result) {
	case PASSWORD_CHECK_CORRECT:
		return ACCOUNT_CHANGE_DONE;
	case PASSWORD_CHECK_WRONG:
		return ACCOUNT_CHANGE_PASSWORD_WRONG;
	case PASSWORD_CHECK_LIMITED:
		return ACCOUNT_CHANGE_LIMITED;
	case PASSWORD_CHECK_FAILED:
		break;
	}
	return ACCOUNT_CHANGE_FAILED;
}

static unsigned violations_of(const struct change *change)
{
	unsigned violations = 0;

	if (change->new_email != NULL)
		violations |= validation_email(change->new_email);
	if (change->new_password != NULL)
		violations |= validation_password(change->new_password);
	return violations;
}

static void show(const struct change *change, struct account_change_outcome *outcome)
{
	bool pending = change->new_email != NULL && change->context->settings->mail_enabled;

	outcome->email =
		change->new_email != NULL && !pending ? change->new_email : change->user->email;
	outcome->email_to_confirm = pending ? change->new_email : NULL;
}

static enum account_change_result run(
	struct change *change, const char *password, struct account_change_outcome *outcome)
{
	const struct account_context *context = change->context;
	enum account_change_result result;

	if (!count_request(change))
		return ACCOUNT_CHANGE_FAILED;
	if (change->wait > 0)
		return ACCOUNT_CHANGE_LIMITED;
	result = check_password(change, password);
	if (result != ACCOUNT_CHANGE_DONE)
		return result;
	outcome->violations = violations_of(change);
	if (outcome->violations != 0)
		return ACCOUNT_CHANGE_INVALID;
	if (change->new_password != NULL &&
		!password_hash(context->settings, change->new_password, change->new_hash))
		return ACCOUNT_CHANGE_FAILED;
	switch (db_transaction(context->db, store, change)) {
	case DB_OK:
		return ACCOUNT_CHANGE_DONE;
	case DB_ROLLBACK:
		return ACCOUNT_CHANGE_LIMITED;
	case DB_DUPLICATE:
		outcome->violations = VIOLATION_EMAIL;
		return ACCOUNT_CHANGE_INVALID;
	case DB_NO_ROW: /* the password has been changed meanwhile */
		return ACCOUNT_CHANGE_PASSWORD_WRONG;
	default:
		return ACCOUNT_CHANGE_FAILED;
	}
}

enum account_change_result account_change(const struct account_context *context,
	const struct principal *principal, const struct account_change_form *form,
	struct account_change_outcome *outcome)
{
	const struct user *user = &principal->profile.user;
	struct change change = {
		.context = context,
		.principal = principal,
		.user = user,
		.new_email = strcmp(form->email, user->email) == 0 ? NULL : form->email,
		.new_password = form->new_password,
	};
	enum account_change_result result;

	*outcome = (struct account_change_outcome){0};
	result = run(&change, form->password, outcome);
	outcome->wait = change.wait;
	show(&change, outcome);
	return result;
}

/* ---- the link ------------------------------------------------------------------------------------ */

struct email_confirmation {
	const struct account_context *context;
	char hash[CRYPTO_SHA256_HEX_SIZE];
	bool taken; /* the unique key says that another account has the address */
	enum email_confirmation_result result;
};

static enum db_result confirm_email(struct db *db, void *context)
{
	static const struct db_query FIND = {USER_FIELDS,
		.text = "FROM users AS u WHERE u.confirmation_token = ? AND "
			"u.email_to_confirm IS NOT NULL AND "
			"(u.confirmation_sent_at IS NULL OR u.confirmation_sent_at > ?) FOR UPDATE"};
	struct email_confirmation *c = context;
	const struct account_context *account = c->context;
	struct user user;
	bool taken = c->taken;
	enum db_result result = db_query_row(db, account->arena, &FIND,
		DB_PARAMS(DB_TEXT(c->hash), DB_TIME(mail_token_oldest(account->settings))), &user);

	c->result = EMAIL_CONFIRMATION_TOKEN_INVALID;
	if (result != DB_OK)
		return result == DB_NO_ROW ? DB_OK : result;
	if (!taken)
		result = credentials_email_is_taken(
			db, account->arena, user.id, user.email_to_confirm, &taken);
	if (result != DB_OK)
		return result;
	c->result = taken ? EMAIL_CONFIRMATION_TAKEN : EMAIL_CONFIRMATION_DONE;
	if (taken)
		return credentials_cancel_email(db, user.id);
	result = account_set_email(db, account, &user, user.email_to_confirm);
	return result == DB_OK ? credentials_prove_email(db, user.id, user.email_to_confirm)
			       : result;
}

enum email_confirmation_result account_confirm_email(
	const struct account_context *context, const char *token)
{
	struct email_confirmation confirmation = {.context = context};
	enum db_result result;

	if (!crypto_sha256_hex(token, strlen(token), confirmation.hash))
		return EMAIL_CONFIRMATION_FAILED;
	result = db_transaction(context->db, confirm_email, &confirmation);
	if (result == DB_DUPLICATE) {
		confirmation.taken = true;
		result = db_transaction(context->db, confirm_email, &confirmation);
	}
	return result == DB_OK ? confirmation.result : EMAIL_CONFIRMATION_FAILED;
}
