/*
 * The password of a known account.
 */
#include "account/passwords/password_check.h"

#include "account/passwords/credentials.h"
#include "account/passwords/password_attempt.h"
#include "account/passwords/password_forms.h"

static enum password_check_result result_of(enum password_attempt_result result)
{
	switch (result) {
	case PASSWORD_ATTEMPT_COUNTED:
		return PASSWORD_CHECK_CORRECT;
	case PASSWORD_ATTEMPT_LIMITED:
		return PASSWORD_CHECK_LIMITED;
	case PASSWORD_ATTEMPT_ERROR:
		break;
	}
	return PASSWORD_CHECK_FAILED;
}

enum password_check_result password_check(const struct account_context *context,
	const struct user *user, const char *password, struct password_checked *checked)
{
	struct password_attempt attempt = {0};
	struct password_forms forms;
	enum password_check_result result =
		result_of(password_attempt_begin(context, user->email, &attempt));

	checked->wait = attempt.wait;
	if (result != PASSWORD_CHECK_CORRECT)
		return result;
	if (credentials_hash(context->db, context->arena, user->id, &checked->hash) != DB_OK)
		return PASSWORD_CHECK_FAILED;
	password_forms_make(&forms, password);
	if (password_forms_verify(&forms, checked->hash) != NULL) {
		result = result_of(password_attempt_succeeded(context, &attempt));
	} else {
		result = result_of(password_attempt_wrong(context, &attempt, user->id));
		if (result == PASSWORD_CHECK_CORRECT)
			result = PASSWORD_CHECK_WRONG;
	}
	checked->wait = attempt.wait;
	return result;
}
