/*
 * Coming and going: POST login, logout.
 */
#include "account/password.h"
#include "account/service.h"
#include "account/session.h"
#include "core/log.h"

/* A hash of another format or cost than the setting's is replaced while the password is at hand. That
 * it fails is no reason to refuse the log-in. */
static void renew_hash(struct service *service, const struct user_by_email *user, const char *password)
{
	static const char UPDATE[] = "UPDATE users SET password = ? WHERE id = ? AND password = ?";
	char hash[PASSWORD_HASH_SIZE];

	if (!password_is_outdated(&service->settings, user->password))
		return;
	if (!password_hash(&service->settings, password, hash) ||
		db_change(service->db, UPDATE,
			DB_PARAMS(DB_TEXT(hash), DB_INT(user->id), DB_TEXT(user->password)), NULL) != DB_OK)
		log_warning("the password hash of user %lld could not be renewed", (long long)user->id);
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

/* POST /api/auth/login (contract §6.4) */
static void log_in(struct service *service, struct request *request, struct response *response)
{
	struct payload payload;
	const char *email, *password, *token;
	enum field email_field, password_field;
	struct user_by_email user;

	if (!service_read_payload(request, response, &payload))
		return;
	email_field = payload_text(&payload, "email", &email);
	password_field = payload_text(&payload, "password", &password);
	if (email_field == FIELD_INVALID || password_field == FIELD_INVALID) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return;
	}
	if (email_field == FIELD_ABSENT || password_field == FIELD_ABSENT) {
		answer(response, ANSWER_BAD_CREDENTIALS);
		return;
	}
	switch (check_credentials(service, email, password, &user)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		answer(response, ANSWER_BAD_CREDENTIALS);
		return;
	default:
		return;
	}
	renew_hash(service, &user, password);
	token = session_begin(&service->settings, request->arena, user.id, user.token_epoch);
	if (token != NULL)
		answer_with_token(response, ANSWER_LOGGED_IN, token);
}

/* POST /api/auth/logout (contract §6.17) */
static void log_out(struct service *service, struct request *request, struct response *response)
{
	const struct caller *caller = request->caller;

	if (session_end(service->db, caller->token_hash, caller->claims.expires_at) == DB_OK)
		answer(response, ANSWER_LOGGED_OUT);
	else
		answer(response, ANSWER_LOGOUT_FAILED);
}

static const struct route ROUTES[] = {
	{HTTP_POST, "/api/auth/login", NULL, log_in},
	{HTTP_POST, "/api/auth/logout", &ACCESS_ACCOUNT, log_out},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "login", SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET, ROUTES);
}
