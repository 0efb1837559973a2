/*
 * The commands around account/tokens/personal_token.h.
 */
#include "admin/tokens.h"

#include "account/event.h"
#include "account/tokens/personal_token.h"
#include "account/tokens/scopes.h"
#include "core/text.h"
#include "admin/cli/pages.h"
#include "admin/cli/report.h"
#include "admin/account_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- create ------------------------------------------------------------------------------------ */

struct new_token {
	struct personal_token_row row;
	char scope[PERSONAL_TOKEN_SCOPE_MAX + 1];
	struct personal_token token;
};

static bool read_scope(struct new_token *new, const char *words)
{
	switch (personal_token_read_scope(words, new->scope)) {
	case PERSONAL_SCOPE_VALID:
		return true;
	case PERSONAL_SCOPE_UNKNOWN:
		report_failure(
			"unrecognized scope '%s'; scopes are: %s", new->scope, PERSONAL_SCOPES);
		break;
	case PERSONAL_SCOPE_EMPTY:
		report_failure("--scopes is empty; scopes are: %s", PERSONAL_SCOPES);
		break;
	}
	return false;
}

static bool check_name(const char *name)
{
	if (personal_token_name_is_valid(name))
		return true;
	report_failure("--name must be UTF-8 text of 1 to %d characters", PERSONAL_TOKEN_NAME_MAX);
	return false;
}

struct creation {
	struct account_context context;
	const struct personal_token_row *row;
	int64_t id;
};

static enum db_result create(struct db *db, void *context)
{
	struct creation *creation = context;
	const struct personal_token_row *row = creation->row;
	enum db_result result = personal_token_insert(db, row);

	creation->id = db_inserted_id(db);
	if (result != DB_OK)
		return result;
	return account_event(db, &creation->context, row->user_id, EVENT_TOKEN_CREATED, row->name);
}

static int store(const struct admin_context *admin, struct new_token *new, const char *username)
{
	struct creation creation = {.context = account_administrator(admin), .row = &new->row};
	enum db_result result;

	if (!personal_token_make(&new->token))
		return report_failure("could not generate a token: no random bytes");
	new->row.hash = new->token.hash;
	new->row.scope = new->scope;
	result = db_transaction(admin->db, create, &creation);
	if (result != DB_OK)
		return report_result(result);
	/* scripts read standard output: it holds only the token */
	fprintf(stderr, "created token %" PRId64 " of %s; it is shown only once\n", creation.id,
		username);
	puts(new->token.text);
	explicit_bzero(&new->token, sizeof(new->token));
	return EXIT_SUCCESS;
}

int tokens_create(const struct admin_context *admin)
{
	const struct options *options = admin->options;
	struct new_token new = {.row.name = options_value(options, "name")};
	struct account_row account;
	int64_t days;

	if (!options_number(options, "days", 1, PERSONAL_TOKEN_DAYS_MAX, 0, &days))
		return ADMIN_USAGE_ERROR;
	if (!check_name(new.row.name) || !read_scope(&new, options_value(options, "scopes")) ||
		account_find(admin, options->arguments[0], &account) != DB_OK)
		return EXIT_FAILURE;
	new.row.user_id = account.id;
	new.row.expires_at = personal_token_end(days);
	return store(admin, &new, account.username);
}

/* ---- list -------------------------------------------------------------------------------------- */

struct token_row {
	int64_t id;
	const char *username, *name, *scope;
	instant created_at, expires_at, last_used_at, revoked_at;
};

static const struct db_field TOKEN_ROW[] = {
	DB_FIELD(struct token_row, id, "t.id"),
	DB_FIELD(struct token_row, username, "u.username"),
	DB_FIELD(struct token_row, name, "t.name"),
	DB_FIELD(struct token_row, scope, "t.scope"),
	DB_FIELD_TIME(struct token_row, created_at, "t.created_at"),
	DB_FIELD_TIME(struct token_row, expires_at, "t.expires_at"),
	DB_FIELD_TIME(struct token_row, last_used_at, "t.last_used_at"),
	DB_FIELD_TIME(struct token_row, revoked_at, "t.revoked_at"),
	{0},
};

struct token_list {
	struct report report;
	struct token_row row;
};

static bool list_token(void *context, struct arena *arena)
{
	struct token_list *list = context;
	struct report *report = &list->report;
	const struct token_row *row = &list->row;

	(void)arena;
	report_number(report, "id", 6, row->id);
	report_text(report, "username", 20, row->username);
	report_text(report, "name", 20, row->name);
	report_time(report, "created_at", row->created_at);
	report_time(report, "expires_at", row->expires_at);
	report_time(report, "last_used_at", row->last_used_at);
	report_time(report, "revoked_at", row->revoked_at);
	report_text(report, "scope", 0, row->scope);
	report_print(report);
	return true;
}

int tokens_list(const struct admin_context *admin)
{
	static const struct db_query LIST = {
		TOKEN_ROW, .text = "FROM personal_tokens AS t JOIN users AS u ON u.id = t.user_id "
				   "WHERE t.id > ? AND ? IN (0, t.user_id) ORDER BY t.id LIMIT ?"};
	const char *argument = admin->options->arguments[0];
	struct token_list list = {.report = report_new(admin->options, REPORT_TABLE)};
	struct account_row account = {.id = 0};

	if (argument != NULL && account_find(admin, argument, &account) != DB_OK)
		return EXIT_FAILURE;
	return report_result(pages_each(admin,
		&(const struct pages){
			.query = &LIST,
			.params = DB_PARAMS(DB_INT(account.id)),
			.row = &list.row,
			.row_size = sizeof(list.row),
			.id = &list.row.id,
		},
		list_token, &list));
}

/* ---- revoke ------------------------------------------------------------------------------------ */

struct revocation {
	struct account_context context;
	int64_t id;
};

struct revoked_token {
	int64_t user_id;
	const char *name;
	bool revoked; /* before */
};

static enum db_result revoke(struct db *db, void *context)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct revoked_token, user_id, "user_id"),
		DB_FIELD(struct revoked_token, name, "name"),
		DB_FIELD(struct revoked_token, revoked, "revoked_at IS NOT NULL"),
		{0},
	};
	static const struct db_query FIND = {
		FIELDS, .text = "FROM personal_tokens WHERE id = ? FOR UPDATE"};
	static const struct db_query REVOKE = {
		.text = "UPDATE personal_tokens SET revoked_at = ? WHERE id = ?"};
	const struct revocation *revocation = context;
	struct revoked_token token;
	enum db_result result = db_query_row(
		db, revocation->context.arena, &FIND, DB_PARAMS(DB_INT(revocation->id)), &token);

	if (result != DB_OK || token.revoked)
		return result;
	result = db_execute(
		db, &REVOKE, DB_PARAMS(DB_TIME(clock_now()), DB_INT(revocation->id)), NULL);
	if (result != DB_OK)
		return result;
	return account_event(
		db, &revocation->context, token.user_id, EVENT_TOKEN_REVOKED, token.name);
}

int tokens_revoke(const struct admin_context *admin)
{
	const char *argument = admin->options->arguments[0];
	struct revocation revocation = {.context = account_administrator(admin)};
	enum db_result result;

	if (!text_integer(argument, 1, INT32_MAX, &revocation.id))
		return report_failure("there is no token %s", argument);
	result = db_transaction(admin->db, revoke, &revocation);
	if (result == DB_NO_ROW)
		return report_failure("there is no token %" PRId64, revocation.id);
	if (result != DB_OK)
		return report_result(result);
	printf("revoked token %" PRId64 "\n", revocation.id);
	return EXIT_SUCCESS;
}
