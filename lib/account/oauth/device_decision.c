/*
 * The person's side of device authorization; see device.h.
 */
#include "account/oauth/device.h"

#include "account/event.h"
#include "account/oauth/user_code.h"
#include "account/throttle.h"

#include <inttypes.h>

/* ---- wrong codes ------------------------------------------------------------------------------- */

struct guesses {
	struct throttle account, address;
};

static enum oauth_device_decision result_of(enum db_result result, int64_t wait)
{
	if (result != DB_OK)
		return OAUTH_DEVICE_ERROR;
	return wait > 0 ? OAUTH_DEVICE_LIMITED : OAUTH_DEVICE_UNKNOWN;
}

/* OAUTH_DEVICE_UNKNOWN: another attempt is allowed. */
static enum oauth_device_decision begin_guess(const struct account_context *context,
	int64_t user_id, struct guesses *guesses, int64_t *wait)
{
	const struct settings *settings = context->settings;
	const char *subject = arena_printf(context->arena, "%" PRId64, user_id);
	enum db_result result;

	*wait = 0;
	if (subject == NULL ||
		!throttle_for(settings, THROTTLE_USER_CODE, subject, "", &guesses->account) ||
		!throttle_for(settings, THROTTLE_LOGIN_ADDRESS, "", context->remote_address,
			&guesses->address))
		return OAUTH_DEVICE_ERROR;
	result = throttle_peek(context->db, &guesses->account, &guesses->address, wait);
	return result_of(result, *wait);
}

static enum oauth_device_decision wrong_guess(
	const struct account_context *context, const struct guesses *guesses, int64_t *wait)
{
	int64_t other = 0;
	enum db_result result = throttle_hit(context->db, &guesses->account, wait);

	if (result == DB_OK)
		result = throttle_hit(context->db, &guesses->address, &other);
	if (other > *wait)
		*wait = other;
	return result_of(result, *wait);
}

/* ---- the request ------------------------------------------------------------------------------- */

struct request_row {
	int64_t id, created_at;
	const char *client_id, *scope;
};

/* DB_OK: this code waits for a decision of this user. */
static enum db_result read_row(const struct account_context *context, int64_t user_id,
	const char *typed, struct request_row *row)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct request_row, id, "id"),
		DB_FIELD(struct request_row, created_at, "created_at"),
		DB_FIELD(struct request_row, client_id, "client_id"),
		DB_FIELD(struct request_row, scope, "scope"),
		{0},
	};
	static const struct db_query READ = {
		FIELDS, .text = "FROM oauth2_device_code WHERE user_code = ? AND user_id = ? "
				"AND used_at = 0 AND approved_at = 0 AND denied_at = 0 "
				"AND UNIX_TIMESTAMP() <= created_at + ?"};
	struct user_code code;
	enum user_code_result read = user_code_read(typed, &code);

	if (read != USER_CODE_READ)
		return read == USER_CODE_FAILED ? DB_FAILED : DB_NO_ROW;
	return db_query_row(context->db, context->arena, &READ,
		DB_PARAMS(DB_TEXT(code.hash), DB_INT(user_id), DB_INT(OAUTH_DEVICE_SECONDS)), row);
}

enum oauth_device_decision oauth_device_describe(const struct account_context *context,
	int64_t user_id, const char *user_code, struct oauth_device_request *request, int64_t *wait)
{
	struct guesses guesses;
	struct request_row row;
	enum oauth_device_decision allowed = begin_guess(context, user_id, &guesses, wait);
	enum db_result result;

	if (allowed != OAUTH_DEVICE_UNKNOWN)
		return allowed;
	result = read_row(context, user_id, user_code, &row);
	if (result == DB_OK)
		result = oauth_app_find(context, user_id, row.client_id, &request->app);
	if (result == DB_NO_ROW)
		return wrong_guess(context, &guesses, wait);
	if (result != DB_OK)
		return OAUTH_DEVICE_ERROR;
	request->id = row.id;
	request->scope = row.scope == NULL ? "" : row.scope;
	request->created_at = row.created_at * MICROSECONDS;
	return OAUTH_DEVICE_FOUND;
}

struct decision {
	const struct account_context *context;
	int64_t user_id;
	bool approve;
	struct oauth_device_request request;
};

static enum db_result store(struct db *db, void *context)
{
	static const struct db_query APPROVE = {
		.text = "UPDATE oauth2_device_code SET approved_at = UNIX_TIMESTAMP() "
			"WHERE id = ? AND used_at = 0 AND approved_at = 0 AND denied_at = 0"};
	static const struct db_query DENY = {
		.text = "UPDATE oauth2_device_code SET denied_at = UNIX_TIMESTAMP() "
			"WHERE id = ? AND used_at = 0 AND approved_at = 0 AND denied_at = 0"};
	const struct decision *decision = context;
	enum db_result result = db_execute_one(
		db, decision->approve ? &APPROVE : &DENY, DB_PARAMS(DB_INT(decision->request.id)));

	if (result != DB_OK || !decision->approve)
		return result;
	return account_event(db, decision->context, decision->user_id, EVENT_APPLICATION_AUTHORIZED,
		decision->request.app.name);
}

enum oauth_device_decision oauth_device_decide(const struct account_context *context,
	int64_t user_id, const char *user_code, bool approve, int64_t *wait)
{
	struct decision decision = {.context = context, .user_id = user_id, .approve = approve};
	enum oauth_device_decision found =
		oauth_device_describe(context, user_id, user_code, &decision.request, wait);

	if (found != OAUTH_DEVICE_FOUND)
		return found;
	switch (db_transaction(context->db, store, &decision)) {
	case DB_OK:
		return OAUTH_DEVICE_FOUND;
	case DB_NO_ROW:
		return OAUTH_DEVICE_UNKNOWN;
	default:
		return OAUTH_DEVICE_ERROR;
	}
}
