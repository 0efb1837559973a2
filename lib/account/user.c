/*
 * Looking up accounts.
 */
#include "account/user.h"

#include "account/rules.h"
#include "core/text.h"

#include <string.h>

enum db_result user_read(struct db *db, int64_t id, struct user *user)
{
	static const char READ[] = "SELECT " USER_COLUMNS " FROM users AS u WHERE u.id = ?";

	return db_row(db, READ, DB_PARAMS(DB_INT(id)), DB_COLUMNS(USER_CELLS(user)));
}

enum db_result user_find_by_email(struct db *db, const char *email, struct user_by_email *user)
{
	static const char FIND[] =
		"SELECT id, username, email, language, password, is_active, suspended_at IS NOT NULL, "
		"token_epoch FROM users WHERE email = ?";
	/* what is too long for the column is asked for all the same: no answer is to be quicker */
	bool possible = strlen(email) <= RULES_EMAIL_MAX;
	enum db_result result = db_row(db, FIND, DB_PARAMS(DB_TEXT(possible ? email : "")),
		DB_COLUMNS(DB_TO_INT(&user->id), DB_TO_TEXT(&user->username),
			DB_TO_TEXT(&user->email), DB_TO_TEXT(&user->language),
			DB_TO_TEXT(&user->password), DB_TO_BOOL(&user->confirmed),
			DB_TO_BOOL(&user->suspended), DB_TO_INT(&user->token_epoch)));

	if (result == DB_OK && !text_equal_ignoring_case(email, user->email))
		return DB_NO_ROW;
	return result;
}

enum db_result user_find_email(struct db *db, const char *email)
{
	static const char FIND[] = "SELECT email FROM users WHERE email = ?";
	const char *found;
	enum db_result result =
		db_row(db, FIND, DB_PARAMS(DB_TEXT(email)), DB_COLUMNS(DB_TO_TEXT(&found)));

	return result == DB_OK && !text_equal_ignoring_case(email, found) ? DB_NO_ROW : result;
}

enum db_result user_find_username(struct db *db, const char *username)
{
	static const char FIND[] = "SELECT id FROM users WHERE username = ?";
	int64_t id;

	return db_row(db, FIND, DB_PARAMS(DB_TEXT(username)), DB_COLUMNS(DB_TO_INT(&id)));
}
