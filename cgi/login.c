/*
 * Coming, going, and getting back in: POST login, logout, password/reset-request, password/update,
 * email/update.
 */
#include "account/credentials.h"
#include "account/password.h"
#include "account/rules.h"
#include "account/service.h"
#include "account/session.h"
#include "account/throttle.h"
#include "account/user.h"
#include "core/log.h"
#include "mail/errand.h"
#include "mail/notice.h"

/* ---- login (contract §6.4) --------------------------------------------------------------------- */

/* A hash of another format or cost than the setting's is replaced while the password is at hand. That
 * it fails is no reason to refuse the log-in. */
static void renew_hash(
	struct service *service, const struct user_by_email *user, const char *password)
{
	static const char UPDATE[] = "UPDATE users SET password = ? WHERE id = ? AND password = ?";
	char hash[PASSWORD_HASH_SIZE];

	if (!password_is_outdated(&service->settings, user->password))
		return;
	if (!password_hash(&service->settings, password, hash) ||
		db_change(service->db, UPDATE,
			DB_PARAMS(DB_TEXT(hash), DB_INT(user->id), DB_TEXT(user->password)),
			NULL) != DB_OK)
		log_warning(
			"the password hash of user %lld could not be renewed", (long long)user->id);
}

/*
 * Whether this is the password of an active account. Takes the time of one password hash whatever the
 * reason for "no" is (W10).
 */
static enum db_result check_credentials(struct service *service, const char *email,
	const char *password, struct user_by_email *user)
{
	enum db_result result = user_find_by_email(service->db, email, user);

	if (result == DB_NO_ROW)
		password_verify_nothing(&service->settings, password);
	if (result != DB_OK)
		return result;
	if (!password_verify(password, user->password) || !user->confirmed || user->suspended)
		return DB_NO_ROW;
	return DB_OK;
}

/* Steps 1 to 3. false: refused, and the response says so. */
static bool read_credentials(const struct request *request, struct response *response,
	const char **email, const char **password)
{
	struct payload payload;
	enum field email_field, password_field;

	if (!service_read_payload(request, response, &payload))
		return false;
	email_field = payload_text(&payload, "email", email);
	password_field = payload_text(&payload, "password", password);
	if (password_field == FIELD_ABSENT && request->dialect->asks_twice)
		password_field = payload_text(&payload, "password_conf", password);
	if (email_field == FIELD_VALID && password_field == FIELD_VALID)
		return true;
	if (email_field == FIELD_INVALID || password_field == FIELD_INVALID)
		answer(response, ANSWER_MISTYPED_CREDENTIALS);
	else
		answer(response, ANSWER_BAD_CREDENTIALS);
	return false;
}

/* Whether another attempt may be made; before any password is hashed. */
static bool may_try(struct service *service, const struct request *request,
	struct response *response, const char *email, struct throttle *throttle)
{
	int64_t wait, wait_for_address;

	if (!throttle_for_login(&service->settings, email, request->remote_address, throttle) ||
		throttle_read(service->db, throttle) != DB_OK)
		return false;
	wait = throttle_wait_for_account(throttle);
	wait_for_address = throttle_wait_for_address(throttle);
	if (wait_for_address > wait)
		wait = wait_for_address;
	if (wait > 0)
		service_refuse_for_now(request, response, wait);
	return wait == 0;
}

static void refuse_credentials(
	struct service *service, struct response *response, const struct throttle *throttle)
{
	if (throttle_count(service->db, throttle) == DB_OK)
		answer(response, ANSWER_BAD_CREDENTIALS);
}

/* POST /api/auth/login */
static void log_in(struct service *service, struct request *request, struct response *response)
{
	const char *email, *password, *token;
	struct throttle throttle;
	struct user_by_email user;

	if (!read_credentials(request, response, &email, &password) ||
		!may_try(service, request, response, email, &throttle))
		return;
	switch (check_credentials(service, email, password, &user)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		refuse_credentials(service, response, &throttle);
		return;
	default:
		return;
	}
	if (throttle_clear_account(service->db, &throttle) != DB_OK)
		return;
	renew_hash(service, &user, password);
	token = session_begin(&service->settings, request->arena, user.id, user.token_epoch);
	if (token != NULL)
		answer_with_token(response, ANSWER_LOGGED_IN, token);
}

/* POST /api/auth/logout (contract §6.17) */
static void log_out(struct service *service, struct request *request, struct response *response)
{
	if (session_end(service->db, request->caller) == DB_OK)
		answer(response, ANSWER_LOGGED_OUT);
	else
		answer(response, ANSWER_LOGOUT_FAILED);
}

/* ---- password reset (contract §6.13, §6.14) ---------------------------------------------------- */

/* POST /api/auth/password/reset-request */
static void request_reset(
	struct service *service, struct request *request, struct response *response)
{
	errand_handle(service, request, response, ERRAND_PASSWORD_RESET, ANSWER_RESET_REQUESTED);
}

struct reset {
	struct service *service;
	struct user user;
	struct user_agent device;
	const char *old_hash;
	char new_hash[PASSWORD_HASH_SIZE];
};

static enum db_result store_reset(struct db *db, void *context)
{
	struct reset *reset = context;
	enum db_result result = credentials_change_password(
		db, reset->user.id, reset->old_hash, reset->new_hash, NULL);

	if (result == DB_OK)
		result = credentials_revoke(db, reset->user.id);
	if (result != DB_OK)
		return result;
	return notice_password_changed(db, &reset->service->settings, &reset->user, reset->device);
}

/* Whose password the token may reset, now: DB_OK, DB_NO_ROW, DB_FAILED. */
static enum db_result find_reset(struct service *service, const struct request *request,
	const char *token, struct reset *reset)
{
	const char *binding;
	int64_t user_id;
	enum db_result result;

	if (token_verify_reset(request->arena, service->settings.secret_key, token, clock_seconds(),
		    &user_id, &binding) != TOKEN_VALID)
		return DB_NO_ROW;
	result = user_read(service->db, user_id, &reset->user);
	if (result == DB_OK)
		result = credentials_hash(service->db, user_id, &reset->old_hash);
	if (result == DB_OK && !token_reset_fits(binding, reset->old_hash))
		return DB_NO_ROW;
	return result;
}

static void finish_reset(struct service *service, struct response *response, struct reset *reset,
	const char *password)
{
	if (!password_hash(&service->settings, password, reset->new_hash))
		return;
	switch (db_transaction(service->db, store_reset, reset)) {
	case DB_OK:
		answer(response, ANSWER_PASSWORD_UPDATED);
		return;
	case DB_NO_ROW: /* the token has been used a moment ago */
		answer(response, ANSWER_BAD_RESET_TOKEN);
		return;
	default:
		return;
	}
}

/* POST /api/auth/password/update */
static void update_password(
	struct service *service, struct request *request, struct response *response)
{
	struct reset reset = {.service = service, .device = user_agent_parse(request->user_agent)};
	struct payload payload;
	const char *password, *token;
	enum field token_field;
	enum db_result found;

	if (!service_read_payload(request, response, &payload))
		return;
	token_field = payload_text(&payload, "token", &token);
	if (payload_text(&payload, "password", &password) != FIELD_VALID ||
		token_field == FIELD_ABSENT || !rules_password_fits(password)) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return;
	}
	found = token_field == FIELD_VALID ? find_reset(service, request, token, &reset)
					   : DB_NO_ROW;
	if (found == DB_NO_ROW)
		answer(response, ANSWER_BAD_RESET_TOKEN);
	else if (found == DB_OK && rules_password(password) != 0)
		answer_broken_rules(response, rules_password(password));
	else if (found == DB_OK)
		finish_reset(service, response, &reset, password);
}

/* ---- e-mail change (contract §6.15) ------------------------------------------------------------ */

struct email_redemption {
	const struct settings *settings;
	const char *token;
	bool taken;
	enum email_change change;
};

static enum db_result redeem_email(struct db *db, void *context)
{
	struct email_redemption *r = context;

	return credentials_redeem_email(db, r->settings, r->token, r->taken, &r->change);
}

/* POST /api/auth/email/update */
static void update_email(
	struct service *service, struct request *request, struct response *response)
{
	struct email_redemption redemption = {.settings = &service->settings};
	struct payload payload;
	enum db_result result;

	if (!service_read_payload(request, response, &payload))
		return;
	if (payload_text(&payload, "token", &redemption.token) != FIELD_VALID) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return;
	}
	result = db_transaction(service->db, redeem_email, &redemption);
	if (result == DB_DUPLICATE) {
		redemption.taken = true;
		result = db_transaction(service->db, redeem_email, &redemption);
	}
	if (result == DB_OK)
		answer(response, redemption.change == EMAIL_CHANGED ? ANSWER_EMAIL_UPDATED
								    : ANSWER_INVALID_PAYLOAD);
}

static const struct route ROUTES[] = {
	{HTTP_POST, "/api/auth/login", NULL, log_in, IN_ALL},
	{HTTP_POST, "/api/auth/logout", &ACCESS_ANY_TOKEN, log_out, IN_0_7},
	{HTTP_GET, "/api/auth/logout", &ACCESS_ANY_TOKEN, log_out, IN_0_2},
	{HTTP_POST, "/api/auth/password/reset-request", NULL, request_reset, SINCE_0_6},
	{HTTP_POST, "/api/auth/password/update", NULL, update_password, SINCE_0_6},
	{HTTP_POST, "/api/auth/email/update", NULL, update_email, SINCE_0_6},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "login",
		SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL, ROUTES);
}
