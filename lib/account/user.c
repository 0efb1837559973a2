/*
 * Finding accounts.
 */
#include "account/user.h"

#include "account/validation.h"
#include "core/text.h"

#include <string.h>

#define USER(member)      DB_FIELD(struct user, member, "u." #member)
#define USER_TIME(member) DB_FIELD_TIME(struct user, member, "u." #member)

/* Columns alone: these are read for every request with a token, and two expressions take a tenth of the query's time. */
const struct db_field USER_FIELDS[] = {
	USER(id),
	USER(username),
	USER(email),
	USER_TIME(created_at),
	USER(admin),
	USER(first_name),
	USER(last_name),
	USER(location),
	USER(bio),
	USER_TIME(birth_date),
	USER(picture),
	USER(timezone),
	USER(date_format),
	USER(language),
	USER(weekm),
	USER(imperial_units),
	USER(display_ascent),
	USER(start_elevation_at_zero),
	USER(use_raw_gpx_speed),
	USER(active),
	USER(email_to_confirm),
	USER_TIME(accepted_policy_date),
	USER(token_epoch),
	USER(kept_token),
	USER(proven_email),
	{0},
};

const struct db_field USER_IDENTITY_FIELDS[] = {
	USER(id),
	USER(username),
	USER(email),
	USER(admin),
	USER(active),
	USER(token_epoch),
	USER(kept_token),
	USER(proven_email),
	{0},
};

bool user_has_proven_email(const struct user *user)
{
	return user->proven_email != NULL && strcmp(user->proven_email, user->email) == 0;
}

enum db_result user_read(struct db *db, struct arena *arena, int64_t id, struct user *user)
{
	static const struct db_query READ = {USER_FIELDS, .text = "FROM users AS u WHERE u.id = ?"};

	return db_query_row(db, arena, &READ, DB_PARAMS(DB_INT(id)), user);
}

enum db_result user_find_by_username(
	struct db *db, struct arena *arena, const char *username, struct user *user)
{
	static const struct db_query FIND = {
		USER_FIELDS, .text = "FROM users AS u WHERE u.username = ?"};
	enum db_result result;

	if (!text_is_utf8(username, strlen(username)))
		return DB_NO_ROW;
	result = db_query_row(db, arena, &FIND, DB_PARAMS(DB_TEXT(username)), user);
	return result == DB_OK && strcmp(user->username, username) != 0 ? DB_NO_ROW : result;
}

enum db_result user_exists(struct db *db, int64_t id)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {FIELDS, .text = "FROM users WHERE id = ?"};
	int64_t found;

	return db_query_row(db, NULL, &FIND, DB_PARAMS(DB_INT(id)), &found);
}

enum db_result user_find_by_email(
	struct db *db, struct arena *arena, const char *email, struct user_by_email *user)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct user_by_email, id, "id"),
		DB_FIELD(struct user_by_email, username, "username"),
		DB_FIELD(struct user_by_email, email, "email"),
		DB_FIELD(struct user_by_email, language, "language"),
		DB_FIELD(struct user_by_email, password, "password"),
		DB_FIELD(struct user_by_email, confirmed, "is_active"),
		DB_FIELD(struct user_by_email, suspended, "suspended_at IS NOT NULL"),
		DB_FIELD(struct user_by_email, token_epoch, "token_epoch"),
		{0},
	};
	static const struct db_query FIND = {FIELDS, .text = "FROM users WHERE email = ?"};
	/* an address too long for the column is looked up as well, so that the time is the same */
	bool possible = strlen(email) <= VALIDATION_EMAIL_MAX;
	enum db_result result =
		db_query_row(db, arena, &FIND, DB_PARAMS(DB_TEXT(possible ? email : "")), user);

	if (result == DB_OK && !text_equal_ignoring_case(email, user->email))
		return DB_NO_ROW;
	return result;
}
