/*
 * Rows of the table sessions. A row is a valid session while its token is: not expired, and of the present epoch or the
 * token that the last change of the password kept. A token that is revoked on its own has no row.
 */
#include "account/tokens/session_list.h"

#include "account/event.h"
#include "account/tokens/session.h"

/* Parameters: the account, the present time, its epoch, its kept token. */
#define VALID_SESSIONS                                                                             \
	"FROM sessions WHERE user_id = ? AND expires_at > ? AND (token_epoch = ? OR token = ?)"

/* ---- list --------------------------------------------------------------------------------------- */

struct listing {
	struct session_list *list;
	struct session row;
};

static bool list_session(void *context)
{
	struct listing *listing = context;

	listing->list->sessions[listing->list->count++] = listing->row;
	return listing->list->count < SESSION_LIST_MAX;
}

static enum db_result read_sessions(const struct account_context *context,
	const struct principal *principal, struct session_list *list)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct session, current, "token = ?"),
		DB_FIELD(struct session, id, "id"),
		DB_FIELD(struct session, system, "os"),
		DB_FIELD(struct session, browser, "browser"),
		DB_FIELD(struct session, network, "network"),
		DB_FIELD_TIME(struct session, created_at, "created_at"),
		DB_FIELD_TIME(struct session, last_seen_at, "last_seen_at"),
		DB_FIELD_TIME(struct session, expires_at, "expires_at"),
		{0},
	};
	static const struct db_query LIST = {
		FIELDS, .text = VALID_SESSIONS
			" ORDER BY (token = ?) DESC, last_seen_at DESC, id DESC LIMIT ?"};
	const struct user *user = &principal->profile.user;
	struct listing listing = {.list = list};

	return db_query_each(context->db, context->arena, &LIST,
		DB_PARAMS(DB_TEXT(principal->token_hash), DB_INT(user->id), DB_TIME(clock_now()),
			DB_INT(user->token_epoch), DB_TEXT(user->kept_token),
			DB_TEXT(principal->token_hash), DB_INT(SESSION_LIST_MAX)),
		&listing.row, list_session, &listing);
}

/* When the account's sessions began to be recorded; INSTANT_NONE: from its beginning, or no older token is valid. */
static enum db_result read_since(
	const struct account_context *context, int64_t user_id, instant *since)
{
	struct row {
		instant since;
	} row;
	static const struct db_field FIELDS[] = {
		DB_FIELD_TIME(struct row, since, "sessions_since"), {0}};
	static const struct db_query READ = {FIELDS, .text = "FROM users WHERE id = ?"};
	enum db_result result =
		db_query_row(context->db, context->arena, &READ, DB_PARAMS(DB_INT(user_id)), &row);

	*since = row.since;
	return result;
}

/* The principal's token has no row. It comes first, as the current one. */
static void add_current(const struct principal *principal, struct session_list *list)
{
	for (int i = list->count++; i > 0; i--)
		list->sessions[i] = list->sessions[i - 1];
	list->sessions[0] = (struct session){
		.current = true,
		.created_at = principal->claims.issued_at * MICROSECONDS,
		.last_seen_at = INSTANT_NONE,
		.expires_at = principal->claims.expires_at * MICROSECONDS,
	};
}

/* Tokens that may exist beside the rows. */
static enum db_result add_earlier(const struct account_context *context,
	const struct principal *principal, struct session_list *list)
{
	instant lifetime = context->settings->token_lifetime * MICROSECONDS, since;
	enum db_result result = read_since(context, principal->profile.user.id, &since);

	if (result == DB_OK && since != INSTANT_NONE && since + lifetime > clock_now())
		list->sessions[list->count++] = (struct session){
			.created_at = INSTANT_NONE,
			.last_seen_at = INSTANT_NONE,
			.expires_at = since + lifetime,
		};
	return result;
}

enum db_result account_list_sessions(const struct account_context *context,
	const struct principal *principal, struct session_list *list)
{
	enum db_result result;

	list->count = 0;
	result = read_sessions(context, principal, list);
	if (result != DB_OK)
		return result;
	if (list->count > 0 && list->sessions[0].current)
		return add_earlier(context, principal, list);
	add_current(principal, list);
	return DB_OK;
}

/* ---- end ---------------------------------------------------------------------------------------- */

struct ending {
	const struct account_context *context;
	const struct principal *principal;
	int64_t id;
};

struct ended {
	const char *token, *network;
	instant expires_at;
};

static enum db_result end_one(struct db *db, void *context)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct ended, token, "token"),
		DB_FIELD(struct ended, network, "network"),
		DB_FIELD_TIME(struct ended, expires_at, "expires_at"),
		{0},
	};
	static const struct db_query FIND = {
		FIELDS, .text = VALID_SESSIONS " AND id = ? FOR UPDATE"};
	const struct ending *ending = context;
	const struct user *user = &ending->principal->profile.user;
	struct ended ended;
	enum db_result result = db_query_row(db, ending->context->arena, &FIND,
		DB_PARAMS(DB_INT(user->id), DB_TIME(clock_now()), DB_INT(user->token_epoch),
			DB_TEXT(user->kept_token), DB_INT(ending->id)),
		&ended);

	if (result == DB_OK)
		result = session_revoke(db, ended.token, ended.expires_at / MICROSECONDS);
	return result == DB_OK ? account_event(db, ending->context, user->id, EVENT_SESSION_ENDED,
					 ended.network)
			       : result;
}

static enum session_end_result result_of(enum db_result result)
{
	if (result == DB_NO_ROW)
		return SESSION_END_UNKNOWN;
	return result == DB_OK ? SESSION_END_DONE : SESSION_END_FAILED;
}

enum session_end_result account_end_session(
	const struct account_context *context, const struct principal *principal, int64_t id)
{
	struct ending ending = {.context = context, .principal = principal, .id = id};

	return result_of(db_transaction(context->db, end_one, &ending));
}

static enum db_result end_others(struct db *db, void *context)
{
	static const struct db_query REVOKE = {
		.text = "UPDATE users SET token_epoch = token_epoch + 1, kept_token = ?, "
			"sessions_since = NULL WHERE id = ?"};
	static const struct db_query REMOVE = {
		.text = "DELETE FROM sessions WHERE user_id = ? AND token <> ?"};
	const struct ending *ending = context;
	const struct principal *principal = ending->principal;
	struct db_param user_id = DB_INT(principal->profile.user.id);
	enum db_result result =
		db_execute(db, &REVOKE, DB_PARAMS(DB_TEXT(principal->token_hash), user_id), NULL);

	if (result == DB_OK)
		result = db_execute(
			db, &REMOVE, DB_PARAMS(user_id, DB_TEXT(principal->token_hash)), NULL);
	if (result == DB_OK)
		result = session_adopt(db, ending->context, principal);
	return result == DB_OK ? account_event(db, ending->context, principal->profile.user.id,
					 EVENT_OTHER_SESSIONS_ENDED, NULL)
			       : result;
}

enum session_end_result account_end_other_sessions(
	const struct account_context *context, const struct principal *principal)
{
	struct ending ending = {.context = context, .principal = principal};

	return result_of(db_transaction(context->db, end_others, &ending));
}
