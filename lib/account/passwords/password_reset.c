/*
 * Links on request, and the password reset.
 */
#include "account/passwords/password_reset.h"

#include "account/event.h"
#include "account/passwords/credentials.h"
#include "account/tokens/jwt.h"
#include "account/mail_request.h"
#include "account/passwords/password.h"
#include "account/throttle.h"
#include "account/validation.h"

/* ---- asking for a link -------------------------------------------------------------------------- */

static enum db_result add_request(struct db *db, void *context)
{
	return mail_request_add(db, context);
}

/* Every request counts for the network, whether the address has an account or not. */
static enum link_request_result request_link(const struct account_context *context,
	enum mail_kind kind, const char *email, int64_t *wait)
{
	struct mail_request request = {
		.kind = kind, .to = email, .device = user_agent_parse(context->user_agent)};
	struct throttle throttle;

	if (!throttle_for(context->settings, THROTTLE_MAIL_ADDRESS, "", context->remote_address,
		    &throttle) ||
		throttle_hit(context->db, &throttle, wait) != DB_OK)
		return LINK_REQUEST_FAILED;
	if (*wait > 0)
		return LINK_REQUEST_LIMITED;
	/* a transaction: alone, the insertion would be repeated after a lost reply, and there would be two e-mails */
	return db_transaction(context->db, add_request, &request) == DB_OK ? LINK_REQUESTED
									   : LINK_REQUEST_FAILED;
}

enum link_request_result account_request_reset(
	const struct account_context *context, const char *email, int64_t *wait)
{
	return request_link(context, MAIL_PASSWORD_RESET, email, wait);
}

enum link_request_result account_resend_confirmation(
	const struct account_context *context, const char *email, int64_t *wait)
{
	return request_link(context, MAIL_RESEND_CONFIRMATION, email, wait);
}

/* ---- the reset ---------------------------------------------------------------------------------- */

struct reset {
	const struct account_context *context;
	struct user user;
	const char *old_hash;
	char new_hash[PASSWORD_HASH_SIZE];
};

/* DB_NO_ROW: the token is not valid. */
static enum db_result find_account(
	const struct account_context *context, const char *token, struct reset *reset)
{
	char binding[JWT_BINDING_SIZE];
	int64_t user_id;
	enum jwt_result checked = jwt_verify_reset(
		context->settings->secret_key, token, clock_seconds(), &user_id, binding);
	enum db_result result;

	if (checked != JWT_VALID)
		return checked == JWT_FAILED ? DB_FAILED : DB_NO_ROW;
	result = user_read(context->db, context->arena, user_id, &reset->user);
	if (result == DB_OK)
		result = credentials_hash(context->db, context->arena, user_id, &reset->old_hash);
	if (result != DB_OK)
		return result;
	checked = jwt_reset_matches(binding, reset->old_hash, reset->user.email);
	if (checked == JWT_VALID)
		return DB_OK;
	return checked == JWT_FAILED ? DB_FAILED : DB_NO_ROW;
}

static enum db_result store(struct db *db, void *context)
{
	const struct reset *reset = context;
	const struct mail_request notification = mail_request_to_owner(
		MAIL_PASSWORD_CHANGED, &reset->user, reset->context->user_agent);
	enum db_result result = credentials_change_password(
		db, reset->user.id, reset->old_hash, reset->new_hash, NULL);

	if (result == DB_OK)
		result = credentials_revoke(db, reset->user.id);
	if (result == DB_OK)
		result = credentials_prove_email(db, reset->user.id, reset->user.email);
	if (result == DB_OK)
		result = account_event(
			db, reset->context, reset->user.id, EVENT_PASSWORD_RESET, NULL);
	if (result != DB_OK || !reset->context->settings->mail_enabled)
		return result;
	return mail_request_add(db, &notification);
}

enum reset_result account_reset_password(const struct account_context *context, const char *token,
	const char *password, unsigned *violations)
{
	struct reset reset = {.context = context};
	enum db_result result = find_account(context, token, &reset);

	*violations = 0;
	if (result != DB_OK)
		return result == DB_NO_ROW ? RESET_TOKEN_INVALID : RESET_FAILED;
	*violations = validation_password(password);
	if (*violations != 0)
		return RESET_PASSWORD_INVALID;
	if (!password_hash(context->settings, password, reset.new_hash))
		return RESET_FAILED;
	result = db_transaction(context->db, store, &reset);
	if (result == DB_NO_ROW) /* the token has been used meanwhile */
		return RESET_TOKEN_INVALID;
	return result == DB_OK ? RESET_DONE : RESET_FAILED;
}
