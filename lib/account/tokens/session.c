/*
 * Auth tokens issued and revoked.
 */
#include "account/tokens/session.h"

#include "account/event.h"
#include "account/network.h"
#include "account/passwords/credentials.h"
#include "account/passwords/password.h"
#include "account/passwords/password_attempt.h"
#include "account/passwords/password_forms.h"
#include "account/user.h"
#include "account/user_agent.h"
#include "core/log.h"

#include <inttypes.h>
#include <string.h>

/* ---- rows --------------------------------------------------------------------------------------- */

struct session_row {
	int64_t user_id, token_epoch;
	const char *token_hash;
	int64_t issued_at, expires_at; /* Unix seconds */
};

static enum db_result insert_session(
	struct db *db, const struct account_context *context, const struct session_row *row)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO sessions (user_id, token, token_epoch, os, browser, network, "
			"created_at, last_seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
	const struct user_agent device = user_agent_parse(context->user_agent);
	char network[NETWORK_TEXT_SIZE];

	return db_execute(db, &INSERT,
		DB_PARAMS(DB_INT(row->user_id), DB_TEXT(row->token_hash), DB_INT(row->token_epoch),
			DB_TEXT(device.system), DB_TEXT(device.browser),
			DB_TEXT(network_text(context->remote_address, network)),
			DB_TIME(row->issued_at * MICROSECONDS), DB_TIME(clock_now()),
			DB_TIME(row->expires_at * MICROSECONDS)),
		NULL);
}

enum db_result session_start(struct db *db, const struct account_context *context, int64_t user_id,
	int64_t token_epoch, enum session_kind kind, const char **auth_token)
{
	int64_t now = clock_seconds();
	const struct jwt_claims claims = {
		.user_id = user_id,
		.issued_at = now,
		.expires_at = now + context->settings->token_lifetime,
		.generation = token_epoch,
		.sets_password = kind == SESSION_SETS_PASSWORD,
		.audience = context->for_pages ? JWT_FOR_PAGES : JWT_FOR_API,
	};
	char hash[CRYPTO_SHA256_HEX_SIZE];
	const char *token = jwt_sign(context->arena, context->settings->secret_key, &claims);

	if (token == NULL || !crypto_sha256_hex(token, strlen(token), hash))
		return DB_FAILED;
	*auth_token = token;
	return insert_session(db, context,
		&(const struct session_row){
			.user_id = user_id,
			.token_epoch = token_epoch,
			.token_hash = hash,
			.issued_at = claims.issued_at,
			.expires_at = claims.expires_at,
		});
}

#define REVOKED "FROM blacklisted_tokens WHERE token = ?"

/* DB_OK: the token has been revoked; DB_NO_ROW: it has not. */
static enum db_result find_revoked(struct db *db, const char *token_hash, bool lock)
{
	static const struct db_field FIELDS[] = {DB_VALUE(int64_t, "id"), {0}};
	static const struct db_query FIND = {FIELDS, .text = REVOKED};
	static const struct db_query LOCK = {FIELDS, .text = REVOKED " LOCK IN SHARE MODE"};
	int64_t id;

	return db_query_row(db, NULL, lock ? &LOCK : &FIND, DB_PARAMS(DB_TEXT(token_hash)), &id);
}

static enum db_result insert_unless_revoked(
	struct db *db, const struct account_context *context, const struct session_row *row)
{
	/* a revoked token must not have a row: it would be valid again (principal.c) */
	enum db_result result = find_revoked(db, row->token_hash, false);

	if (result != DB_NO_ROW)
		return result;
	result = insert_session(db, context, row);
	if (result != DB_OK)
		return result == DB_DUPLICATE ? DB_OK : result;
	/* a logout that comes after this locking read waits for the row and deletes it; one that came before it is
	   found when the transaction starts over */
	result = find_revoked(db, row->token_hash, true);
	if (result == DB_NO_ROW)
		return DB_OK;
	return result == DB_OK ? DB_RETRY : result;
}

enum db_result session_adopt(
	struct db *db, const struct account_context *context, const struct principal *principal)
{
	if (principal->kind != PRINCIPAL_FIRST_PARTY || principal->has_session)
		return DB_OK;
	return insert_unless_revoked(db, context,
		&(const struct session_row){
			.user_id = principal->claims.user_id,
			.token_epoch = principal->claims.generation,
			.token_hash = principal->token_hash,
			.issued_at = principal->claims.issued_at,
			.expires_at = principal->claims.expires_at,
		});
}

const char *session_gate_token(
	struct arena *arena, const struct settings *settings, const char *auth_token)
{
	struct jwt_claims claims = {0};

	if (jwt_verify(settings->secret_key, auth_token, clock_seconds(), &claims) != JWT_VALID ||
		!crypto_sha256_hex(auth_token, strlen(auth_token), claims.session))
		return NULL;
	claims.audience = JWT_FOR_GATE;
	claims.sets_password = false;
	return jwt_sign(arena, settings->secret_key, &claims);
}

/* ---- login -------------------------------------------------------------------------------------- */

struct login {
	const struct account_context *context;
	const char *email;
	struct password_forms forms;
	const char *password; /* the form that matched */
	struct password_attempt attempt;
	struct user_by_email user;
	int64_t confirmed_id; /* of the account with this address, if it is confirmed; 0: none */
};

/* Replace a hash of another format or cost than the setting's. If that fails, the login still succeeds. */
static void renew_hash(const struct login *login)
{
	const struct account_context *context = login->context;
	const struct user_by_email *user = &login->user;
	char hash[PASSWORD_HASH_SIZE];

	if (!password_is_outdated(context->settings, user->password))
		return;
	log_set_optional(true);
	if (!password_hash(context->settings, login->password, hash) ||
		credentials_rehash(context->db, user->id, user->password, hash) != DB_OK)
		log_warning("could not renew the password hash of user %" PRId64
			    ": crypt(3) or the database query failed",
			user->id);
	log_set_optional(false);
}

/* The hash formats that a refused login still has to verify against, so that every refusal takes the same time. */
struct work_left {
	const struct login *login;
	char done[PASSWORD_FORMAT_SIZE]; /* the format that was verified; "": none */
};

static bool work_off(void *context, const char *hash)
{
	struct work_left *left = context;
	char format[PASSWORD_FORMAT_SIZE];

	password_format(hash, format);
	/* the time of the setting's own format has been taken in any case */
	if (!password_is_outdated(left->login->context->settings, hash) ||
		strcmp(format, left->done) == 0)
		return true;
	for (int i = 0; i < left->login->forms.count; i++)
		(void)password_verify(left->login->forms.text[i], hash);
	return true;
}

/*
 * Every refused login takes, for each form of the password, the time of one hash of the setting's format and one of each
 * other format that accounts have, whichever of them was verified: accounts that an import has brought with slower hashes
 * cannot be distinguished from others, or from none. `hash` NULL: none was verified.
 */
static enum db_result take_equal_time(const struct login *login, const char *hash)
{
	const struct account_context *context = login->context;
	struct work_left left = {.login = login};
	bool verified = hash != NULL && password_is_usable(hash);

	if (verified)
		password_format(hash, left.done);
	if (!verified || password_is_outdated(context->settings, hash))
		for (int i = 0; i < login->forms.count; i++)
			password_verify_nothing(context->settings, login->forms.text[i]);
	return credentials_each_format(context->db, context->arena, work_off, &left);
}

/* DB_OK: the account is active and the password is correct; DB_NO_ROW: otherwise; DB_FAILED. */
static enum db_result check_credentials(struct login *login)
{
	struct user_by_email *user = &login->user;
	enum db_result result =
		user_find_by_email(login->context->db, login->context->arena, login->email, user);
	bool confirmed = result == DB_OK && user->confirmed;
	bool active = confirmed && !user->suspended;

	if (result != DB_OK && result != DB_NO_ROW)
		return result;
	login->confirmed_id = confirmed ? user->id : 0;
	if (active)
		login->password = password_forms_verify(&login->forms, user->password);
	if (login->password != NULL)
		return DB_OK;
	result = take_equal_time(login, active ? user->password : NULL);
	return result == DB_OK ? DB_NO_ROW : result;
}

static enum login_result refuse(struct login *login)
{
	switch (password_attempt_wrong(login->context, &login->attempt, login->confirmed_id)) {
	case PASSWORD_ATTEMPT_COUNTED:
		return LOGIN_REFUSED;
	case PASSWORD_ATTEMPT_LIMITED:
		return LOGIN_LIMITED;
	case PASSWORD_ATTEMPT_ERROR:
		break;
	}
	return LOGIN_FAILED;
}

static enum login_result accept(struct login *login)
{
	switch (password_attempt_succeeded(login->context, &login->attempt)) {
	case PASSWORD_ATTEMPT_COUNTED:
		return LOGIN_DONE;
	case PASSWORD_ATTEMPT_LIMITED:
		return LOGIN_LIMITED;
	case PASSWORD_ATTEMPT_ERROR:
		break;
	}
	return LOGIN_FAILED;
}

static enum login_result try_password(struct login *login)
{
	switch (password_attempt_begin(login->context, login->email, &login->attempt)) {
	case PASSWORD_ATTEMPT_COUNTED:
		break;
	case PASSWORD_ATTEMPT_LIMITED:
		return LOGIN_LIMITED;
	case PASSWORD_ATTEMPT_ERROR:
		return LOGIN_FAILED;
	}
	switch (check_credentials(login)) {
	case DB_OK:
		return accept(login);
	case DB_NO_ROW:
		return refuse(login);
	default:
		return LOGIN_FAILED;
	}
}

struct started {
	const struct login *login;
	enum session_kind kind;
	const char *auth_token;
};

static enum db_result store_login(struct db *db, void *context)
{
	struct started *started = context;
	const struct account_context *account = started->login->context;
	const struct user_by_email *user = &started->login->user;
	enum db_result result = session_start(
		db, account, user->id, user->token_epoch, started->kind, &started->auth_token);

	return result == DB_OK ? account_event(db, account, user->id, EVENT_LOGIN, NULL) : result;
}

enum login_result account_log_in(const struct account_context *context, const char *email,
	const char *password, enum session_kind kind, struct login_outcome *outcome)
{
	struct login login = {.context = context, .email = email};
	struct started started = {.login = &login, .kind = kind};
	enum login_result result;

	password_forms_make(&login.forms, password);
	result = try_password(&login);
	outcome->wait = login.attempt.wait;
	if (result != LOGIN_DONE)
		return result;
	renew_hash(&login);
	if (db_transaction(context->db, store_login, &started) != DB_OK)
		return LOGIN_FAILED;
	outcome->auth_token = started.auth_token;
	return LOGIN_DONE;
}

/* ---- logout ------------------------------------------------------------------------------------- */

static enum db_result blacklist(struct db *db, const char *token_hash, int64_t expires_at)
{
	static const struct db_query INSERT = {
		.text = "INSERT INTO blacklisted_tokens (token, expired_at, blacklisted_on) "
			"VALUES (?, ?, ?)"};
	enum db_result result = db_execute(db, &INSERT,
		DB_PARAMS(DB_TEXT(token_hash), DB_INT(expires_at), DB_TIME(clock_now())), NULL);

	return result == DB_DUPLICATE ? DB_OK : result;
}

enum db_result session_revoke(struct db *db, const char *token_hash, int64_t expires_at)
{
	static const struct db_query REMOVE = {.text = "DELETE FROM sessions WHERE token = ?"};
	enum db_result result = blacklist(db, token_hash, expires_at);

	return result == DB_OK ? db_execute(db, &REMOVE, DB_PARAMS(DB_TEXT(token_hash)), NULL)
			       : result;
}

struct leaving {
	const struct account_context *context;
	const struct principal *principal;
};

static enum db_result revoke(struct db *db, const struct principal *principal)
{
	static const struct db_query REVOKE_OAUTH2 = {
		.text = "UPDATE oauth2_token SET access_token_revoked_at = ? WHERE id = ?"};
	static const struct db_query REVOKE_PERSONAL = {
		.text = "UPDATE personal_tokens SET revoked_at = ? WHERE id = ?"};

	switch (principal->kind) {
	case PRINCIPAL_FIRST_PARTY:
		return session_revoke(db, principal->token_hash, principal->claims.expires_at);
	case PRINCIPAL_OAUTH2:
		return db_execute(db, &REVOKE_OAUTH2,
			DB_PARAMS(DB_INT(clock_seconds()), DB_INT(principal->row_id)), NULL);
	case PRINCIPAL_PERSONAL:
		return db_execute(db, &REVOKE_PERSONAL,
			DB_PARAMS(DB_TIME(clock_now()), DB_INT(principal->row_id)), NULL);
	}
	return DB_FAILED;
}

static enum db_result log_out(struct db *db, void *context)
{
	const struct leaving *leaving = context;
	enum db_result result = revoke(db, leaving->principal);

	return result == DB_OK ? account_event(db, leaving->context,
					 leaving->principal->profile.user.id, EVENT_LOGOUT, NULL)
			       : result;
}

enum db_result account_log_out(
	const struct account_context *context, const struct principal *principal)
{
	struct leaving leaving = {context, principal};

	return db_transaction(context->db, log_out, &leaving);
}
