/*
 * Becoming a user: POST register, account/confirm, account/resend-confirmation.
 */
#include "account/app_config.h"
#include "account/password.h"
#include "account/registration.h"
#include "account/rules.h"
#include "account/service.h"
#include "account/session.h"
#include "core/secret.h"
#include "mail/errand.h"

/* ---- register (contract §6.1) ------------------------------------------------------------------ */

struct register_input {
	const char *username, *email, *password, *language;
	bool same_password; /* typed twice, where the dialect asks for that */
};

/* What the dialect asks for beside name, address and password. */
static enum field read_extras(
	const struct payload *payload, const struct dialect *dialect, struct register_input *input)
{
	const char *again;
	enum field field;

	input->same_password = true;
	if (dialect->asks_for_policy)
		return payload_is_absent(payload, "accepted_policy") ? FIELD_ABSENT : FIELD_VALID;
	if (!dialect->asks_twice)
		return FIELD_VALID;
	field = payload_text(payload, "password_conf", &again);
	input->same_password = field == FIELD_VALID && input->password != NULL &&
			       secret_equal_text(again, input->password);
	return field;
}

static unsigned broken_rules(const struct dialect *dialect, const struct register_input *input)
{
	return rules_username(input->username, dialect->username_max) | rules_email(input->email) |
	       rules_password(input->password) | (input->same_password ? 0 : RULE_PASSWORD_TWICE);
}

/* Any other value, whatever its type, counts as unknown. 0.2 knows no languages. */
static void read_language(const struct service *service, const struct request *request,
	const struct payload *payload, struct register_input *input)
{
	if (!request->dialect->proves_address)
		return;
	if (payload_text(payload, "language", &input->language) == FIELD_ABSENT)
		payload_text(payload, "lang", &input->language);
	input->language =
		rules_language(service_languages(service, request->dialect), input->language);
}

/* Steps 2 to 6. false: refused, and the response says so. */
static bool read_register_input(struct service *service, const struct request *request,
	struct response *response, struct register_input *input)
{
	const struct dialect *dialect = request->dialect;
	struct payload payload;
	enum field username, email, password, extras;
	unsigned broken;

	*input = (struct register_input){0};
	if (!service_read_payload(request, response, &payload))
		return false;
	username = payload_text(&payload, "username", &input->username);
	email = payload_text(&payload, "email", &input->email);
	password = payload_text(&payload, "password", &input->password);
	extras = read_extras(&payload, dialect, input);
	if (username == FIELD_ABSENT || email == FIELD_ABSENT || password == FIELD_ABSENT ||
		extras == FIELD_ABSENT) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return false;
	}
	if (dialect->asks_for_policy && !payload_is_true(&payload, "accepted_policy")) {
		answer(response, ANSWER_POLICY_NOT_ACCEPTED);
		return false;
	}
	if (username == FIELD_INVALID || email == FIELD_INVALID || password == FIELD_INVALID ||
		extras == FIELD_INVALID || !rules_password_fits(input->password)) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return false;
	}
	broken = broken_rules(dialect, input);
	if (broken != 0) {
		answer_broken_registration(response, broken);
		return false;
	}
	read_language(service, request, &payload, input);
	return true;
}

struct confirmation_mail {
	struct service *service;
	struct request *request;
	const struct register_input *input;
	const struct confirmation *confirmation;
};

static enum db_result add_confirmation_mail(struct db *db, void *context)
{
	const struct confirmation_mail *mail = context;
	const struct letter letter = {
		.template = LETTER_ACCOUNT_CONFIRMATION,
		.to = mail->input->email,
		.language = mail->input->language,
		.username = mail->input->username,
		.device = user_agent_parse(mail->request->user_agent),
		.link = outbox_link(mail->request->arena, &mail->service->settings,
			LINK_ACCOUNT_CONFIRMATION, mail->confirmation->token),
	};

	return letter.link == NULL ? DB_FAILED : outbox_add_letter(db, &letter);
}

static enum registration_result store_account(struct service *service, struct request *request,
	const struct register_input *input, bool limited, int64_t *user_id)
{
	const struct dialect *dialect = request->dialect;
	char hash[PASSWORD_HASH_SIZE];
	struct confirmation confirmation;
	struct confirmation_mail mail = {service, request, input, &confirmation};
	instant now = clock_now();
	struct registration registration = {
		.username = input->username,
		.email = input->email,
		.language = input->language,
		.password = hash,
		.confirmation = dialect->proves_address ? &confirmation : NULL,
		.policy_accepted_at = dialect->asks_for_policy ? now : INSTANT_NONE,
		.limited = limited,
		.now = now,
		.user_id = user_id,
	};
	bool with_mail = dialect->proves_address && service->settings.mail_enabled;

	/* before anything is looked up: known and unknown addresses take the same time (W11) */
	if (!password_hash(&service->settings, input->password, hash) ||
		!confirmation_make(&confirmation))
		return REGISTRATION_FAILED;
	return registration_store(
		service->db, &registration, with_mail ? add_confirmation_mail : NULL, &mail);
}

static bool registration_is_open(struct service *service, const struct request *request,
	struct response *response, bool *limited)
{
	struct app_config config;
	bool open;

	if (app_config_read(service->db, &config) != DB_OK ||
		app_config_registration_open(service->db, &config, &open) != DB_OK) {
		answer(response, ANSWER_SERVER_ERROR);
		return false;
	}
	open = open && (request->dialect->proves_address || service->settings.registration_0_2);
	if (!open)
		answer(response, ANSWER_REGISTRATION_DISABLED);
	*limited = config.max_users > 0;
	return open;
}

/* An account that need not prove its address is logged in at once. */
static void welcome(struct service *service, struct request *request, struct response *response,
	int64_t user_id)
{
	const char *token;

	if (request->dialect->proves_address) {
		answer(response, ANSWER_REGISTERED);
		return;
	}
	token = session_begin(&service->settings, request->arena, user_id, 0);
	if (token != NULL)
		answer_with_token(response, ANSWER_REGISTERED, token);
}

/* POST /api/auth/register */
static void register_account(
	struct service *service, struct request *request, struct response *response)
{
	struct register_input input;
	int64_t user_id = 0;
	bool limited;

	if (!registration_is_open(service, request, response, &limited) ||
		!read_register_input(service, request, response, &input))
		return;
	switch (store_account(service, request, &input, limited, &user_id)) {
	case REGISTRATION_DONE:
		welcome(service, request, response, user_id);
		return;
	case REGISTRATION_EMAIL_KNOWN:
		answer(response, ANSWER_EMAIL_KNOWN);
		return;
	case REGISTRATION_CLOSED:
		answer(response, ANSWER_REGISTRATION_DISABLED);
		return;
	case REGISTRATION_USERNAME_TAKEN:
		answer(response, ANSWER_USERNAME_TAKEN);
		return;
	case REGISTRATION_FAILED:
		return;
	}
}

/* ---- confirm (contract §6.2) ------------------------------------------------------------------- */

struct redemption {
	struct service *service;
	const char *token;
	int64_t user_id, token_epoch;
};

static enum db_result redeem(struct db *db, void *context)
{
	struct redemption *r = context;

	return confirmation_redeem(
		db, &r->service->settings, r->token, &r->user_id, &r->token_epoch);
}

/* POST /api/auth/account/confirm */
static void confirm_account(
	struct service *service, struct request *request, struct response *response)
{
	struct redemption redemption = {.service = service};
	struct payload payload;
	const char *token;

	if (!service_read_payload(request, response, &payload))
		return;
	if (payload_text(&payload, "token", &redemption.token) != FIELD_VALID) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return;
	}
	switch (db_transaction(service->db, redeem, &redemption)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		answer(response, ANSWER_INVALID_PAYLOAD);
		return;
	default:
		return;
	}
	token = session_begin(
		&service->settings, request->arena, redemption.user_id, redemption.token_epoch);
	if (token != NULL)
		answer_with_token(response, ANSWER_CONFIRMED, token);
}

/* POST /api/auth/account/resend-confirmation (contract §6.3) */
static void resend_confirmation(
	struct service *service, struct request *request, struct response *response)
{
	errand_handle(
		service, request, response, ERRAND_RESEND_CONFIRMATION, ANSWER_CONFIRMATION_RESENT);
}

static const struct route ROUTES[] = {
	{HTTP_POST, "/api/auth/register", NULL, register_account, IN_ALL},
	{HTTP_POST, "/api/auth/account/confirm", NULL, confirm_account, SINCE_0_6},
	{HTTP_POST, "/api/auth/account/resend-confirmation", NULL, resend_confirmation, SINCE_0_6},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "register",
		SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL, ROUTES);
}
