/*
 * The database's collation ignores more than ASCII case, so what it finds is compared again.
 */
#include "admin/account_row.h"

#include "core/text.h"
#include "admin/cli/report.h"

#include <string.h>

const struct db_field ACCOUNT_ROW[] = {
	DB_FIELD(struct account_row, id, "u.id"),
	DB_FIELD(struct account_row, username, "u.username"),
	DB_FIELD(struct account_row, email, "u.email"),
	DB_FIELD(struct account_row, language, "u.language"),
	DB_FIELD(struct account_row, email_to_confirm, "u.email_to_confirm"),
	DB_FIELD(struct account_row, admin, "u.admin"),
	DB_FIELD(struct account_row, confirmed, "u.is_active"),
	DB_FIELD_TIME(struct account_row, created_at, "u.created_at"),
	DB_FIELD_TIME(struct account_row, suspended_at, "u.suspended_at"),
	{0},
};

const char *account_typed_email(const struct admin_context *admin, const char *argument)
{
	size_t length = argument == NULL ? 0 : strlen(argument);
	char *copy = argument == NULL ? NULL : arena_copy(admin->arena, argument, length);

	if (copy == NULL) /* out of memory: an address with blanks is rejected */
		return argument;
	text_trim(copy);
	return copy;
}

static enum db_result find_by_id(
	const struct admin_context *admin, const char *argument, struct account_row *account)
{
	static const struct db_query FIND = {ACCOUNT_ROW, .text = "FROM users AS u WHERE u.id = ?"};
	int64_t id;

	if (!text_integer(argument, 1, INT32_MAX, &id))
		return DB_NO_ROW;
	return db_query_row(admin->db, admin->arena, &FIND, DB_PARAMS(DB_INT(id)), account);
}

static enum db_result find_by_email(
	const struct admin_context *admin, const char *argument, struct account_row *account)
{
	static const struct db_query FIND = {
		ACCOUNT_ROW, .text = "FROM users AS u WHERE u.email = ?"};
	const char *email = account_typed_email(admin, argument);
	enum db_result result =
		db_query_row(admin->db, admin->arena, &FIND, DB_PARAMS(DB_TEXT(email)), account);

	if (result != DB_OK)
		return result;
	return text_equal_ignoring_case(email, account->email) ? DB_OK : DB_NO_ROW;
}

static enum db_result find_by_username(
	const struct admin_context *admin, const char *argument, struct account_row *account)
{
	static const struct db_query FIND = {
		ACCOUNT_ROW, .text = "FROM users AS u WHERE u.username = ?"};
	enum db_result result =
		db_query_row(admin->db, admin->arena, &FIND, DB_PARAMS(DB_TEXT(argument)), account);

	if (result != DB_OK)
		return result;
	return text_equal_ignoring_case(argument, account->username) ? DB_OK : DB_NO_ROW;
}

enum db_result account_find(
	const struct admin_context *admin, const char *argument, struct account_row *account)
{
	enum db_result result = DB_NO_ROW;

	if (*argument == '#')
		result = find_by_id(admin, argument + 1, account);
	else if (!text_is_utf8(argument, strlen(argument)))
		result = DB_NO_ROW;
	else if (strchr(argument, '@') != NULL)
		result = find_by_email(admin, argument, account);
	else
		result = find_by_username(admin, argument, account);
	if (result == DB_NO_ROW)
		report_failure("there is no user %s", argument);
	return result;
}

struct account_context account_administrator(const struct admin_context *admin)
{
	return (struct account_context){
		.db = admin->db,
		.arena = admin->arena,
		.settings = admin->settings,
		.by_administrator = true,
	};
}
