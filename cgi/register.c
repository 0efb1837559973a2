/*
 * Becoming a user: POST register, account/resend-confirmation.
 */
#include "account/passwords/password_reset.h"
#include "account/registration/registration.h"
#include "account/validation.h"
#include "api/service.h"
#include "core/crypto.h"

/* ---- register (contract §6.1) ------------------------------------------------------------------ */

struct register_input {
	struct registration_form form;
	bool passwords_match; /* where the dialect asks for the password twice */
	unsigned violations;
};

/* The fields that depend on the dialect. */
static enum field read_extras(
	const struct payload *payload, const struct dialect *dialect, struct register_input *input)
{
	const char *password = input->form.password, *repeated;
	enum field field;

	input->passwords_match = true;
	if (dialect->asks_for_policy)
		return payload_is_absent(payload, "accepted_policy") ? FIELD_ABSENT : FIELD_VALID;
	if (!dialect->confirms_password)
		return FIELD_VALID;
	field = payload_text(payload, "password_conf", &repeated);
	input->passwords_match =
		field == FIELD_VALID && password != NULL && crypto_equal_text(repeated, password);
	return field;
}

static unsigned violations_of(const struct dialect *dialect, const struct register_input *input)
{
	return validation_username(input->form.username, dialect->username_max) |
	       validation_email(input->form.email) | validation_password(input->form.password) |
	       (input->passwords_match ? 0 : VIOLATION_PASSWORD_TWICE);
}

/* A value of another type counts as an unknown language. Dialect 0.2 has no languages. */
static void read_language(const struct api_request *request, struct registration_form *form)
{
	if (!request->dialect->verifies_email)
		return;
	if (payload_text(&request->payload, "language", &form->language) == FIELD_ABSENT)
		payload_text(&request->payload, "lang", &form->language);
	form->language = validation_language(request->dialect->languages, form->language);
}

/* Steps 3 to 6 of contract §6.1. The violations (step 6) do not affect the result; they are in input->violations. */
static enum reply read_register_input(
	const struct api_request *request, struct register_input *input)
{
	const struct dialect *dialect = request->dialect;
	const struct payload *payload = &request->payload;
	struct registration_form *form = &input->form;
	enum field username = payload_text(payload, "username", &form->username);
	enum field email = payload_email(payload, "email", &form->email);
	enum field password = payload_text(payload, "password", &form->password);
	enum field extras = read_extras(payload, dialect, input);

	if (username == FIELD_ABSENT || email == FIELD_ABSENT || password == FIELD_ABSENT ||
		extras == FIELD_ABSENT)
		return REPLY_INVALID_PAYLOAD;
	if (dialect->asks_for_policy && !payload_is_true(payload, "accepted_policy"))
		return REPLY_POLICY_NOT_ACCEPTED;
	if (username == FIELD_INVALID || email == FIELD_INVALID || password == FIELD_INVALID ||
		extras == FIELD_INVALID || !validation_password_fits(form->password))
		return REPLY_INVALID_PAYLOAD;
	form->accepts_policy = dialect->asks_for_policy;
	form->verifies_email = dialect->verifies_email;
	input->violations = violations_of(dialect, input);
	read_language(request, form);
	return REPLY_NONE;
}

static enum handled store_registration(
	struct service *service, struct api_request *request, const struct registration_form *form)
{
	const struct account_context account = service_account(service, request);
	struct registration_outcome outcome = {0};

	switch (account_register(&account, form, &outcome)) {
	case REGISTRATION_DONE:
		return form->verifies_email
			       ? reply(request, REPLY_REGISTERED)
			       : reply_with_token(request, REPLY_REGISTERED, outcome.auth_token);
	case REGISTRATION_EMAIL_TAKEN:
		return reply(request, REPLY_EMAIL_KNOWN);
	case REGISTRATION_CLOSED:
		return reply(request, REPLY_REGISTRATION_DISABLED);
	case REGISTRATION_LIMITED:
		return reply_too_many_attempts(request, outcome.wait);
	case REGISTRATION_USERNAME_TAKEN:
		return reply(request, REPLY_USERNAME_TAKEN);
	case REGISTRATION_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* POST /api/auth/register */
static enum handled register_account(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct register_input input = {0};
	enum registration_result open = account_registration_is_open(&account);
	enum reply refusal;

	if (open == REGISTRATION_FAILED)
		return HANDLER_FAILED;
	if (open == REGISTRATION_CLOSED ||
		!(request->dialect->verifies_email || service->settings.registration_0_2))
		return reply(request, REPLY_REGISTRATION_DISABLED);
	refusal = service_read_payload(request);
	if (refusal == REPLY_NONE)
		refusal = read_register_input(request, &input);
	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	if (input.violations != 0)
		return reply_registration_violations(request, input.violations);
	return store_registration(service, request, &input.form);
}

/* POST /api/auth/account/resend-confirmation (contract §6.3) */
static enum handled resend_confirmation(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	const char *email;
	int64_t wait;

	if (payload_email(&request->payload, "email", &email) != FIELD_VALID)
		return reply(request, REPLY_INVALID_PAYLOAD);
	switch (account_resend_confirmation(&account, email, &wait)) {
	case LINK_REQUESTED:
		return reply(request, REPLY_CONFIRMATION_RESENT);
	case LINK_REQUEST_LIMITED:
		return reply_too_many_attempts(request, wait);
	case LINK_REQUEST_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

static const struct api_route ROUTES[] = {
	{{HTTP_POST, "/api/auth/register", IN_ALL}, .handler = register_account},
	{{HTTP_POST, "/api/auth/account/resend-confirmation", SINCE_0_6},
		.handler = resend_confirmation, .needs_mail = true, .reads_json = true},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "register",
		SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL, ROUTES);
}
