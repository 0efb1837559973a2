/*
 * Redeeming links.
 */
#include "account/registration/confirmation.h"

#include "account/event.h"
#include "account/passwords/credentials.h"
#include "account/tokens/mail_token.h"
#include "account/tokens/session.h"

#include <string.h>

/* A value of users.unconfirmed: a link was sent on request while other registrations had the address. */
#define CONTESTED "2"

struct redemption {
	const struct account_context *context;
	char hash[CRYPTO_SHA256_HEX_SIZE];
	instant oldest;
	int64_t user_id, token_epoch;
	const char *auth_token;
};

/* A row of registrations, and the account with its address. */
struct registered {
	int64_t id, user_id, token_epoch;
	const char *username, *email, *password, *language;
	instant policy_accepted_at;
	const char *old_username;
	instant old_sent_at;
};

/* The links of the other registrations stop working. Their names stay reserved until they expire. */
static enum db_result expire_registrations(struct db *db, const char *email)
{
	static const struct db_query EXPIRE = {
		.text = "UPDATE registrations SET confirmation_token = NULL WHERE email = ?"};

	return db_execute(db, &EXPIRE, DB_PARAMS(DB_TEXT(email)), NULL);
}

/* ---- the account's own link --------------------------------------------------------------------- */

struct waiting_account {
	int64_t id, token_epoch;
	const char *email;
};

static enum db_result redeem_account(struct db *db, struct redemption *r)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct waiting_account, id, "id"),
		DB_FIELD(struct waiting_account, token_epoch, "token_epoch"),
		DB_FIELD(struct waiting_account, email, "email"),
		{0},
	};
	static const struct db_query FIND = {
		FIELDS, .text = "FROM users WHERE confirmation_token = ? AND is_active = 0 AND "
				"email_to_confirm IS NULL AND suspended_at IS NULL AND "
				"(confirmation_sent_at IS NULL OR confirmation_sent_at > ?)"};
	static const struct db_query ACTIVATE = {
		.text = "UPDATE users SET is_active = 1, "
			"password = IF(unconfirmed = " CONTESTED ", '" CREDENTIALS_NO_PASSWORD
			"', password), unconfirmed = 0, "
			"confirmation_token = NULL, confirmation_sent_at = NULL "
			"WHERE id = ? AND confirmation_token = ? AND email_to_confirm IS NULL AND "
			"suspended_at IS NULL"};
	struct waiting_account account;
	enum db_result result = db_query_row(db, r->context->arena, &FIND,
		DB_PARAMS(DB_TEXT(r->hash), DB_TIME(r->oldest)), &account);

	if (result != DB_OK)
		return result;
	r->user_id = account.id;
	r->token_epoch = account.token_epoch;
	/* of two requests at the same time, the second finds nothing left to change */
	result = db_execute_one(db, &ACTIVATE, DB_PARAMS(DB_INT(account.id), DB_TEXT(r->hash)));
	if (result == DB_OK)
		result = credentials_prove_email(db, account.id, account.email);
	return result == DB_OK ? expire_registrations(db, account.email) : result;
}

/* ---- the link of a competing registration -------------------------------------------------------- */

static enum db_result find_registration(
	struct db *db, const struct redemption *r, struct registered *found)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct registered, id, "r.id"),
		DB_FIELD(struct registered, user_id, "u.id"),
		DB_FIELD(struct registered, token_epoch, "u.token_epoch"),
		DB_FIELD(struct registered, username, "r.username"),
		DB_FIELD(struct registered, email, "r.email"),
		DB_FIELD(struct registered, password, "r.password"),
		DB_FIELD(struct registered, language, "r.language"),
		DB_FIELD_TIME(struct registered, policy_accepted_at, "r.accepted_policy_date"),
		DB_FIELD(struct registered, old_username, "u.username"),
		DB_FIELD_TIME(struct registered, old_sent_at, "u.confirmation_sent_at"),
		{0},
	};
	static const struct db_query FIND = {FIELDS,
		.text = "FROM registrations AS r JOIN users AS u ON u.email = r.email "
			"WHERE r.confirmation_token = ? AND r.sent_at > ? AND u.is_active = 0 AND "
			"u.unconfirmed <> 0 AND u.suspended_at IS NULL FOR UPDATE"};

	return db_query_row(db, r->context->arena, &FIND,
		DB_PARAMS(DB_TEXT(r->hash), DB_TIME(r->oldest)), found);
}

/* The account takes the registration's name; the name that it had becomes a reservation in its place. */
static enum db_result reserve_old_name(struct db *db, const struct registered *found)
{
	static const struct db_query SWAP = {
		.text = "UPDATE registrations SET username = ?, password = '" CREDENTIALS_NO_PASSWORD
			"', sent_at = COALESCE(?, sent_at) WHERE id = ?"};

	return db_execute_one(db, &SWAP,
		DB_PARAMS(DB_TEXT(found->old_username), DB_TIME(found->old_sent_at),
			DB_INT(found->id)));
}

/* Increases token_epoch: no token of the previous owner of the account may remain valid. */
static enum db_result take_over(struct db *db, struct redemption *r, const struct registered *found)
{
	static const struct db_query TAKE_OVER = {
		.text = "UPDATE users SET username = ?, email = ?, password = ?, language = ?, "
			"accepted_policy_date = ?, token_epoch = token_epoch + 1, "
			"sessions_since = NULL, is_active = 1, "
			"unconfirmed = 0, confirmation_token = NULL, confirmation_sent_at = NULL "
			"WHERE id = ?"};

	r->user_id = found->user_id;
	r->token_epoch = found->token_epoch + 1;
	return db_execute_one(db, &TAKE_OVER,
		DB_PARAMS(DB_TEXT(found->username), DB_TEXT(found->email), DB_TEXT(found->password),
			DB_TEXT(found->language), DB_TIME(found->policy_accepted_at),
			DB_INT(found->user_id)));
}

static enum db_result redeem_registration(struct db *db, struct redemption *r)
{
	struct registered found;
	enum db_result result = find_registration(db, r, &found);

	if (result == DB_OK)
		result = reserve_old_name(db, &found);
	if (result == DB_OK)
		result = take_over(db, r, &found);
	if (result == DB_OK)
		result = credentials_prove_email(db, found.user_id, found.email);
	return result == DB_OK ? expire_registrations(db, found.email) : result;
}

/* ---- the use case -------------------------------------------------------------------------------- */

static enum db_result redeem(struct db *db, void *context)
{
	struct redemption *r = context;
	enum db_result result = redeem_account(db, r);

	if (result == DB_NO_ROW)
		result = redeem_registration(db, r);
	if (result != DB_OK)
		return result;
	result = session_start(
		db, r->context, r->user_id, r->token_epoch, SESSION_NORMAL, &r->auth_token);
	return result == DB_OK ? account_event(db, r->context, r->user_id, EVENT_CONFIRMED, NULL)
			       : result;
}

enum confirmation_result account_confirm(
	const struct account_context *context, const char *token, const char **auth_token)
{
	struct redemption redemption = {
		.context = context, .oldest = mail_token_oldest(context->settings)};

	if (!crypto_sha256_hex(token, strlen(token), redemption.hash))
		return CONFIRMATION_FAILED;
	switch (db_transaction(context->db, redeem, &redemption)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
	case DB_DUPLICATE: /* the administrator has given the name to another account meanwhile */
		return CONFIRMATION_TOKEN_INVALID;
	default:
		return CONFIRMATION_FAILED;
	}
	*auth_token = redemption.auth_token;
	return CONFIRMATION_DONE;
}

/* ---- tokens ------------------------------------------------------------------------------------- */

/* Look for the row first: a message that is sent again sets the same token, and then the UPDATE changes no row. */
static enum db_result lock_account(struct db *db, int64_t user_id)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query LOCK = {FIELDS,
		.text = "FROM users WHERE id = ? AND is_active = 0 AND email_to_confirm IS NULL "
			"AND suspended_at IS NULL FOR UPDATE"};
	int64_t id;

	return db_query_row(db, NULL, &LOCK, DB_PARAMS(DB_INT(user_id)), &id);
}

enum db_result confirmation_set_token(struct db *db, int64_t user_id, const char *token_hash)
{
	static const struct db_query SET = {
		.text = "UPDATE users SET confirmation_token = ? WHERE id = ?"};
	enum db_result result = lock_account(db, user_id);

	if (result != DB_OK)
		return result;
	return db_execute(db, &SET, DB_PARAMS(DB_TEXT(token_hash), DB_INT(user_id)), NULL);
}

struct addressee {
	const char *username, *language;
};

enum db_result confirmation_set_registration_token(struct db *db, struct arena *arena,
	int64_t registration_id, int64_t user_id, const char *token_hash, const char **username,
	const char **language)
{
	static const struct db_field FIELDS[] = {
		DB_FIELD(struct addressee, username, "r.username"),
		DB_FIELD(struct addressee, language, "r.language"),
		{0},
	};
	static const struct db_query LOCK = {FIELDS,
		.text = "FROM registrations AS r JOIN users AS u ON u.email = r.email "
			"WHERE r.id = ? AND u.id = ? AND u.unconfirmed <> 0 AND u.is_active = 0 AND "
			"u.suspended_at IS NULL FOR UPDATE"};
	static const struct db_query SET = {
		.text = "UPDATE registrations SET confirmation_token = ? WHERE id = ?"};
	struct addressee addressee;
	enum db_result result = db_query_row(
		db, arena, &LOCK, DB_PARAMS(DB_INT(registration_id), DB_INT(user_id)), &addressee);

	if (result != DB_OK)
		return result;
	*username = addressee.username;
	*language = addressee.language;
	return db_execute(db, &SET, DB_PARAMS(DB_TEXT(token_hash), DB_INT(registration_id)), NULL);
}

/* ---- competing registrations -------------------------------------------------------------------- */

/*
 * It is not known yet which registration the owner of the address made. A link that was not mailed for one of them
 * must not put the password of any into effect.
 */
static enum db_result mark_contested(struct db *db, int64_t user_id, const char *email)
{
	static const struct db_query MARK = {
		.text = "UPDATE users SET unconfirmed = " CONTESTED
			" WHERE id = ? AND unconfirmed <> 0 AND EXISTS "
			"(SELECT 1 FROM registrations AS r WHERE r.email = ?)"};

	return db_execute(db, &MARK, DB_PARAMS(DB_INT(user_id), DB_TEXT(email)), NULL);
}

enum db_result confirmation_extend_reservations(
	struct db *db, const char *email, instant requested_at)
{
	static const struct db_query EXTEND = {
		.text = "UPDATE registrations SET sent_at = GREATEST(sent_at, ?) WHERE email = ?"};

	return db_execute(db, &EXTEND, DB_PARAMS(DB_TIME(requested_at), DB_TEXT(email)), NULL);
}

enum db_result confirmation_replace_token(struct db *db, int64_t user_id, const char *email,
	const char *token_hash, instant requested_at)
{
	static const struct db_query REPLACE = {
		.text = "UPDATE users SET confirmation_token = ?, "
			"confirmation_sent_at = GREATEST(COALESCE(confirmation_sent_at, ?), ?) "
			"WHERE id = ?"};
	enum db_result result = lock_account(db, user_id);

	if (result == DB_OK)
		result = db_execute(db, &REPLACE,
			DB_PARAMS(DB_TEXT(token_hash), DB_TIME(requested_at), DB_TIME(requested_at),
				DB_INT(user_id)),
			NULL);
	return result == DB_OK ? mark_contested(db, user_id, email) : result;
}

enum db_result confirmation_activate(struct db *db, int64_t user_id, const char *email)
{
	/* the token of an active account belongs to a change of its address */
	static const struct db_query ACTIVATE = {
		.text = "UPDATE users SET is_active = 1, unconfirmed = 0, "
			"confirmation_token = NULL, confirmation_sent_at = NULL "
			"WHERE id = ? AND is_active = 0"};
	/* a statement of its own, so that an administrator's program need not be able to read hashes */
	static const struct db_query DISABLE_PASSWORD = {
		.text = "UPDATE users SET password = '" CREDENTIALS_NO_PASSWORD
			"' WHERE id = ? AND is_active = 0 AND unconfirmed = " CONTESTED};
	enum db_result result = mark_contested(db, user_id, email);

	if (result == DB_OK)
		result = db_execute(db, &DISABLE_PASSWORD, DB_PARAMS(DB_INT(user_id)), NULL);
	if (result == DB_OK)
		result = db_execute(db, &ACTIVATE, DB_PARAMS(DB_INT(user_id)), NULL);
	return result == DB_OK ? expire_registrations(db, email) : result;
}

enum db_result confirmation_forget(struct db *db, const char *email)
{
	static const struct db_query FORGET = {.text = "DELETE FROM registrations WHERE email = ?"};

	return db_execute(db, &FORGET, DB_PARAMS(DB_TEXT(email)), NULL);
}
