/*
 * Counting failed password checks.
 */
#include "account/passwords/password_attempt.h"

#include "account/event.h"

/* The longer of two waits decides. */
static enum password_attempt_result result_of(
	struct password_attempt *attempt, enum db_result result, int64_t wait, int64_t other_wait)
{
	if (result != DB_OK)
		return PASSWORD_ATTEMPT_ERROR;
	attempt->wait = wait > other_wait ? wait : other_wait;
	return attempt->wait > 0 ? PASSWORD_ATTEMPT_LIMITED : PASSWORD_ATTEMPT_COUNTED;
}

static enum password_attempt_result peek(
	const struct account_context *context, struct password_attempt *attempt)
{
	int64_t wait = 0;
	enum db_result result =
		throttle_peek(context->db, &attempt->account, &attempt->address, &wait);

	return result_of(attempt, result, wait, 0);
}

enum password_attempt_result password_attempt_begin(
	const struct account_context *context, const char *email, struct password_attempt *attempt)
{
	const struct settings *settings = context->settings;

	attempt->email = email;
	if (!throttle_for(settings, THROTTLE_LOGIN_ACCOUNT, email, context->remote_address,
		    &attempt->account) ||
		!throttle_for(settings, THROTTLE_LOGIN_ADDRESS, "", context->remote_address,
			&attempt->address))
		return PASSWORD_ATTEMPT_ERROR;
	return peek(context, attempt);
}

enum password_attempt_result password_attempt_failed(
	const struct account_context *context, struct password_attempt *attempt)
{
	int64_t account_wait = 0, address_wait = 0;
	enum db_result result = throttle_hit(context->db, &attempt->account, &account_wait);

	if (result == DB_OK)
		result = throttle_hit(context->db, &attempt->address, &address_wait);
	return result_of(attempt, result, account_wait, address_wait);
}

enum password_attempt_result password_attempt_wrong(
	const struct account_context *context, struct password_attempt *attempt, int64_t user_id)
{
	enum password_attempt_result result = password_attempt_failed(context, attempt);

	if (result != PASSWORD_ATTEMPT_ERROR &&
		account_event_failure(context, attempt->email, user_id) != DB_OK)
		return PASSWORD_ATTEMPT_ERROR;
	return result;
}

enum password_attempt_result password_attempt_succeeded(
	const struct account_context *context, struct password_attempt *attempt)
{
	enum password_attempt_result result = peek(context, attempt);

	if (result != PASSWORD_ATTEMPT_COUNTED || attempt->account.hits == 0)
		return result;
	return throttle_clear(context->db, &attempt->account) == DB_OK ? PASSWORD_ATTEMPT_COUNTED
								       : PASSWORD_ATTEMPT_ERROR;
}
