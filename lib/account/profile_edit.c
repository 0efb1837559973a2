/*
 * Storing edits. Each is one statement that may be repeated, except the edit of dialect 0.2.
 */
#include "account/profile_edit.h"

#include "account/event.h"
#include "account/passwords/credentials.h"
#include "account/mail_request.h"
#include "account/passwords/password.h"
#include "account/tokens/session.h"

static enum edit_result result_of(enum db_result result)
{
	return result == DB_OK ? EDIT_DONE : EDIT_FAILED;
}

static enum db_result store_personal_data(struct db *db, const struct user *user)
{
	static const struct db_query STORE = {
		.text = "UPDATE users SET first_name = ?, last_name = ?, location = ?, bio = ?, "
			"birth_date = ? WHERE id = ?"};

	return db_execute(db, &STORE,
		DB_PARAMS(DB_TEXT(user->first_name), DB_TEXT(user->last_name),
			DB_TEXT(user->location), DB_TEXT(user->bio), DB_TIME(user->birth_date),
			DB_INT(user->id)),
		NULL);
}

enum edit_result account_edit_personal_data(struct db *db, const struct user *user)
{
	return result_of(store_personal_data(db, user));
}

static enum db_result store_preferences(struct db *db, const struct user *user)
{
	static const struct db_query STORE = {
		.text = "UPDATE users SET date_format = ?, timezone = ?, language = ?, "
			"display_ascent = ?, imperial_units = ?, start_elevation_at_zero = ?, "
			"use_raw_gpx_speed = ?, weekm = ? WHERE id = ?"};

	return db_execute(db, &STORE,
		DB_PARAMS(DB_TEXT(user->date_format), DB_TEXT(user->timezone),
			DB_TEXT(user->language), DB_INT(user->display_ascent),
			DB_INT(user->imperial_units), DB_INT(user->start_elevation_at_zero),
			DB_INT(user->use_raw_gpx_speed), DB_INT(user->weekm), DB_INT(user->id)),
		NULL);
}

static enum db_result store_preferences_before_0_7(struct db *db, const struct user *user)
{
	static const struct db_query STORE = {
		.text = "UPDATE users SET timezone = ?, language = ?, display_ascent = ?, "
			"imperial_units = ?, weekm = ? WHERE id = ?"};

	return db_execute(db, &STORE,
		DB_PARAMS(DB_TEXT(user->timezone), DB_TEXT(user->language),
			DB_INT(user->display_ascent), DB_INT(user->imperial_units),
			DB_INT(user->weekm), DB_INT(user->id)),
		NULL);
}

enum edit_result account_edit_preferences(
	struct db *db, enum preference_set set, const struct user *user)
{
	return result_of(set == PREFERENCES_ALL ? store_preferences(db, user)
						: store_preferences_before_0_7(db, user));
}

enum edit_result account_accept_policy(struct db *db, int64_t user_id)
{
	static const struct db_query STORE = {
		.text = "UPDATE users SET accepted_policy_date = ? WHERE id = ?"};

	return result_of(
		db_execute(db, &STORE, DB_PARAMS(DB_TIME(clock_now()), DB_INT(user_id)), NULL));
}

/* ---- dialect 0.2 --------------------------------------------------------------------------------- */

struct edit {
	const struct account_context *context;
	const struct principal *principal;
	const struct user *user;
	const char *old_hash; /* NULL: the password stays */
	char new_hash[PASSWORD_HASH_SIZE];
};

static enum db_result store_time_and_week(struct db *db, const struct user *user)
{
	static const struct db_query STORE = {
		.text = "UPDATE users SET timezone = ?, weekm = ? WHERE id = ?"};

	return db_execute(db, &STORE,
		DB_PARAMS(DB_TEXT(user->timezone), DB_INT(user->weekm), DB_INT(user->id)), NULL);
}

static enum db_result store_password(struct db *db, const struct edit *edit)
{
	const struct mail_request notification =
		mail_request_to_owner(MAIL_PASSWORD_CHANGED, edit->user, edit->context->user_agent);
	enum db_result result = credentials_change_password(
		db, edit->user->id, edit->old_hash, edit->new_hash, edit->principal->token_hash);

	if (result == DB_OK)
		result = session_adopt(db, edit->context, edit->principal);
	if (result == DB_OK)
		result = credentials_revoke(db, edit->user->id);
	if (result == DB_OK)
		result = account_event(
			db, edit->context, edit->user->id, EVENT_PASSWORD_CHANGED, NULL);
	if (result != DB_OK || !edit->context->settings->mail_enabled)
		return result;
	return mail_request_add(db, &notification);
}

static enum db_result store_edit(struct db *db, void *context)
{
	const struct edit *edit = context;
	enum db_result result = store_personal_data(db, edit->user);

	if (result == DB_OK)
		result = store_time_and_week(db, edit->user);
	return result != DB_OK || edit->old_hash == NULL ? result : store_password(db, edit);
}

enum edit_result account_edit_with_password(const struct account_context *context,
	const struct principal *principal, const struct user *user, const char *new_password)
{
	struct edit edit = {.context = context, .principal = principal, .user = user};

	if (new_password != NULL && !principal->claims.sets_password)
		return EDIT_PASSWORD_FORBIDDEN;
	if (new_password != NULL &&
		(credentials_hash(context->db, context->arena, user->id, &edit.old_hash) != DB_OK ||
			!password_hash(context->settings, new_password, edit.new_hash)))
		return EDIT_FAILED;
	return result_of(db_transaction(context->db, store_edit, &edit));
}
