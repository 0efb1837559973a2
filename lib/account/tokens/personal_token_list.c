/*
 * Rows of the table personal_tokens.
 */
#include "account/tokens/personal_token_list.h"

#include "account/event.h"
#include "account/passwords/password_check.h"

/* Parameters: the account, the present time. */
#define VALID_TOKENS                                                                               \
	"FROM personal_tokens WHERE user_id = ? AND revoked_at IS NULL AND "                       \
	"COALESCE(expires_at >= ?, 1)"

/* ---- list --------------------------------------------------------------------------------------- */

struct listing {
	struct token_list *list;
	struct listed_token row;
};

static bool list_token(void *context)
{
	struct listing *listing = context;

	listing->list->tokens[listing->list->count++] = listing->row;
	return listing->list->count < TOKEN_LIST_MAX;
}

enum db_result account_list_tokens(const struct account_context *context,
	const struct principal *principal, struct token_list *list)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct listed_token, id, "id"),
		DB_FIELD(struct listed_token, name, "name"),
		DB_FIELD(struct listed_token, scope, "scope"),
		DB_FIELD_TIME(struct listed_token, created_at, "created_at"),
		DB_FIELD_TIME(struct listed_token, expires_at, "expires_at"),
		DB_FIELD_TIME(struct listed_token, last_used_at, "last_used_at"),
		{0},
	};
	static const struct db_query LIST = {
		FIELDS, .text = VALID_TOKENS " ORDER BY id DESC LIMIT ?"};
	struct listing listing = {.list = list};

	list->count = 0;
	return db_query_each(context->db, context->arena, &LIST,
		DB_PARAMS(DB_INT(principal->profile.user.id), DB_TIME(clock_now()),
			DB_INT(TOKEN_LIST_MAX)),
		&listing.row, list_token, &listing);
}

/* ---- create ------------------------------------------------------------------------------------- */

struct creation {
	const struct account_context *context;
	struct personal_token_row row;
	int64_t id;
};

static enum db_result store(struct db *db, void *context)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "COUNT(*)"), {0}};
	static const struct db_query COUNT = {FIELDS, .text = VALID_TOKENS};
	struct creation *creation = context;
	int64_t count;
	enum db_result result = db_query_row(db, NULL, &COUNT,
		DB_PARAMS(DB_INT(creation->row.user_id), DB_TIME(clock_now())), &count);

	if (result == DB_OK && count >= TOKEN_LIST_MAX)
		return DB_ROLLBACK;
	if (result == DB_OK)
		result = personal_token_insert(db, &creation->row);
	creation->id = db_inserted_id(db);
	if (result != DB_OK)
		return result;
	return account_event(db, creation->context, creation->row.user_id, EVENT_TOKEN_CREATED,
		creation->row.name);
}

static enum token_create_result check_form(
	const struct token_form *form, struct token_outcome *outcome)
{
	if (!personal_token_name_is_valid(form->name))
		return TOKEN_CREATE_NAME_INVALID;
	if (personal_token_read_scope(form->scope, outcome->scope) != PERSONAL_SCOPE_VALID)
		return TOKEN_CREATE_SCOPE_INVALID;
	if (form->days < 0 || form->days > PERSONAL_TOKEN_DAYS_MAX)
		return TOKEN_CREATE_DAYS_INVALID;
	return TOKEN_CREATE_DONE;
}

static enum token_create_result check_password(const struct account_context *context,
	const struct user *user, const char *password, int64_t *wait)
{
	struct password_checked checked = {0};
	enum password_check_result result = password_check(context, user, password, &checked);

	*wait = checked.wait;
	switch (result) {
	case PASSWORD_CHECK_CORRECT:
		return TOKEN_CREATE_DONE;
	case PASSWORD_CHECK_WRONG:
		return TOKEN_CREATE_PASSWORD_WRONG;
	case PASSWORD_CHECK_LIMITED:
		return TOKEN_CREATE_LIMITED;
	case PASSWORD_CHECK_FAILED:
		break;
	}
	return TOKEN_CREATE_FAILED;
}

static enum token_create_result create(const struct account_context *context,
	const struct principal *principal, const struct token_form *form,
	struct token_outcome *outcome)
{
	struct creation creation = {
		.context = context,
		.row.user_id = principal->profile.user.id,
		.row.name = form->name,
		.row.hash = outcome->secret.hash,
		.row.scope = outcome->scope,
		.row.expires_at = personal_token_end(form->days),
	};
	enum db_result result = db_transaction(context->db, store, &creation);

	if (result == DB_ROLLBACK)
		return TOKEN_CREATE_TOO_MANY;
	if (result != DB_OK)
		return TOKEN_CREATE_FAILED;
	outcome->token = (struct listed_token){
		.id = creation.id,
		.name = form->name,
		.scope = outcome->scope,
		.created_at = clock_now(),
		.expires_at = creation.row.expires_at,
		.last_used_at = INSTANT_NONE,
	};
	return TOKEN_CREATE_DONE;
}

enum token_create_result account_create_token(const struct account_context *context,
	const struct principal *principal, const struct token_form *form,
	struct token_outcome *outcome)
{
	enum token_create_result result = check_form(form, outcome);

	if (result == TOKEN_CREATE_DONE)
		result = check_password(
			context, &principal->profile.user, form->password, &outcome->wait);
	if (result != TOKEN_CREATE_DONE)
		return result;
	if (!personal_token_make(&outcome->secret))
		return TOKEN_CREATE_FAILED;
	return create(context, principal, form, outcome);
}

/* ---- revoke ------------------------------------------------------------------------------------- */

struct revocation {
	const struct account_context *context;
	int64_t user_id, id;
};

static enum db_result revoke(struct db *db, void *context)
{
	static const struct db_field FIELDS[] = {DB_VALUE(const char *, "name"), {0}};
	static const struct db_query FIND = {FIELDS, .text = VALID_TOKENS " AND id = ? FOR UPDATE"};
	static const struct db_query REVOKE = {
		.text = "UPDATE personal_tokens SET revoked_at = ? WHERE id = ?"};
	const struct revocation *revocation = context;
	const char *name;
	enum db_result result = db_query_row(db, revocation->context->arena, &FIND,
		DB_PARAMS(
			DB_INT(revocation->user_id), DB_TIME(clock_now()), DB_INT(revocation->id)),
		&name);

	if (result == DB_OK)
		result = db_execute(
			db, &REVOKE, DB_PARAMS(DB_TIME(clock_now()), DB_INT(revocation->id)), NULL);
	if (result != DB_OK)
		return result;
	return account_event(
		db, revocation->context, revocation->user_id, EVENT_TOKEN_REVOKED, name);
}

enum token_revoke_result account_revoke_token(
	const struct account_context *context, const struct principal *principal, int64_t id)
{
	struct revocation revocation = {
		.context = context, .user_id = principal->profile.user.id, .id = id};
	enum db_result result = db_transaction(context->db, revoke, &revocation);

	if (result == DB_NO_ROW)
		return TOKEN_REVOKE_UNKNOWN;
	return result == DB_OK ? TOKEN_REVOKE_DONE : TOKEN_REVOKE_FAILED;
}
