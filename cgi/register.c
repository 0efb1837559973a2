/*
 * Becoming a user: POST register, account/confirm, account/resend-confirmation.
 */
#include "account/app_config.h"
#include "account/password.h"
#include "account/registration.h"
#include "account/rules.h"
#include "account/service.h"
#include "account/session.h"
#include "mail/errand.h"

/* ---- register (contract §6.1) ------------------------------------------------------------------ */

struct register_input {
	const char *username, *email, *password, *language;
};

/* Steps 2 to 6. false: refused, and the response says so. */
static bool read_register_input(struct service *service, const struct request *request,
	struct response *response, struct register_input *input)
{
	struct payload payload;
	enum field username, email, password;
	unsigned broken;

	if (!service_read_payload(request, response, &payload))
		return false;
	username = payload_text(&payload, "username", &input->username);
	email = payload_text(&payload, "email", &input->email);
	password = payload_text(&payload, "password", &input->password);
	if (username == FIELD_ABSENT || email == FIELD_ABSENT || password == FIELD_ABSENT ||
		payload_is_absent(&payload, "accepted_policy")) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return false;
	}
	if (!payload_is_true(&payload, "accepted_policy")) {
		answer(response, ANSWER_POLICY_NOT_ACCEPTED);
		return false;
	}
	if (username == FIELD_INVALID || email == FIELD_INVALID || password == FIELD_INVALID ||
		!rules_password_fits(input->password)) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return false;
	}
	broken = rules_username(input->username) | rules_email(input->email) |
		 rules_password(input->password);
	if (broken != 0) {
		answer_broken_rules(response, broken);
		return false;
	}
	/* any other value, whatever its type, counts as unknown */
	if (payload_text(&payload, "language", &input->language) == FIELD_ABSENT)
		payload_text(&payload, "lang", &input->language);
	input->language = rules_language(service->settings.languages, input->language);
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
	const struct register_input *input, bool limited)
{
	char hash[PASSWORD_HASH_SIZE];
	struct confirmation confirmation;
	struct confirmation_mail mail = {service, request, input, &confirmation};
	struct registration registration = {
		.username = input->username,
		.email = input->email,
		.language = input->language,
		.password = hash,
		.confirmation = &confirmation,
		.limited = limited,
		.now = clock_now(),
	};

	/* before anything is looked up: known and unknown addresses take the same time (W11) */
	if (!password_hash(&service->settings, input->password, hash) ||
		!confirmation_make(&confirmation))
		return REGISTRATION_FAILED;
	return registration_store(service->db, &registration,
		service->settings.mail_enabled ? add_confirmation_mail : NULL, &mail);
}

static bool registration_is_open(struct service *service, struct response *response, bool *limited)
{
	struct app_config config;
	bool open;

	if (app_config_read(service->db, &config) != DB_OK ||
		app_config_registration_open(service->db, &config, &open) != DB_OK) {
		answer(response, ANSWER_SERVER_ERROR);
		return false;
	}
	if (!open)
		answer(response, ANSWER_REGISTRATION_DISABLED);
	*limited = config.max_users > 0;
	return open;
}

/* POST /api/auth/register */
static void register_account(
	struct service *service, struct request *request, struct response *response)
{
	struct register_input input;
	bool limited;

	if (!registration_is_open(service, response, &limited) ||
		!read_register_input(service, request, response, &input))
		return;
	switch (store_account(service, request, &input, limited)) {
	case REGISTRATION_DONE:
	case REGISTRATION_EMAIL_KNOWN:
		answer_success(response);
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
	{HTTP_POST, "/api/auth/register", NULL, register_account},
	{HTTP_POST, "/api/auth/account/confirm", NULL, confirm_account},
	{HTTP_POST, "/api/auth/account/resend-confirmation", NULL, resend_confirmation},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "register",
		SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL, ROUTES);
}
