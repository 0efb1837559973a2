/*
 * See gate.h.
 */
#include "account/gate/gate.h"

#include "account/gate/gate_requirement.h"
#include "account/throttle.h"
#include "account/tokens/personal_token.h"
#include "core/text.h"

#include <string.h>

static struct auth_requirements requirements_of(const struct gate_request *request)
{
	bool cookie = request->credential == GATE_CREDENTIAL_COOKIE;

	return (struct auth_requirements){
		.first_party_only = cookie,
		.identity_only = true,
		.audience = cookie ? JWT_FOR_GATE : JWT_FOR_API,
	};
}

struct principal_prefetch *account_prefetch_for_gate(
	struct arena *arena, const struct settings *settings, const struct gate_request *request)
{
	const struct auth_requirements requirements = requirements_of(request);

	return request->credential == GATE_CREDENTIAL_TOKEN ||
			       request->credential == GATE_CREDENTIAL_COOKIE
		       ? principal_prefetch_begin(arena, settings, request->token, &requirements)
		       : NULL;
}

static enum principal_result find_principal(const struct account_context *context,
	const struct gate_request *request, struct principal *principal)
{
	const struct auth_requirements requirements = requirements_of(request);

	return request->prefetch != NULL
		       ? principal_identify_prefetched(context->db, context->arena,
				 context->settings, request->prefetch, &requirements, principal)
		       : principal_identify(context->db, context->arena, context->settings,
				 request->token, &requirements, principal);
}

static enum gate_result identify(const struct account_context *context,
	const struct gate_request *request, struct principal *principal)
{
	switch (find_principal(context, request, principal)) {
	case PRINCIPAL_IDENTIFIED:
		return GATE_PASSED;
	case PRINCIPAL_FAILED:
		return GATE_FAILED;
	case PRINCIPAL_TOKEN_INVALID:
	case PRINCIPAL_TOKEN_EXPIRED:
	case PRINCIPAL_USER_GONE:
	case PRINCIPAL_OUT_OF_SCOPE:
	case PRINCIPAL_INACTIVE:
		break;
	}
	return GATE_UNAUTHENTICATED;
}

static enum gate_result count_failure(const struct account_context *context, int64_t *wait)
{
	struct throttle throttle;

	if (!throttle_for(context->settings, THROTTLE_GATE_ADDRESS, "", context->remote_address,
		    &throttle) ||
		throttle_hit(context->db, &throttle, wait) != DB_OK)
		return GATE_FAILED;
	return *wait > 0 ? GATE_LIMITED : GATE_UNAUTHENTICATED;
}

/* The password of Basic is a personal token. Anything else, such as the account's password, is not looked up. */
static enum gate_result identify_basic(const struct account_context *context,
	const struct gate_request *request, struct gate_outcome *outcome)
{
	enum gate_result result = GATE_UNAUTHENTICATED;

	/* not secret: all personal tokens have the same prefix */
	if (strncmp(request->token, PERSONAL_TOKEN_PREFIX, strlen(PERSONAL_TOKEN_PREFIX)) == 0)
		result = identify(context, request, &outcome->principal);
	if (result == GATE_PASSED && *request->username != '\0' &&
		!text_equal_ignoring_case(
			request->username, outcome->principal.profile.user.username))
		result = GATE_UNAUTHENTICATED;
	return result == GATE_UNAUTHENTICATED ? count_failure(context, &outcome->wait) : result;
}

enum gate_result account_pass_gate(const struct account_context *context,
	const struct gate_request *request, struct gate_outcome *outcome)
{
	enum gate_result result = GATE_UNAUTHENTICATED;

	*outcome = (struct gate_outcome){0};
	if (request->credential == GATE_CREDENTIAL_BASIC)
		result = identify_basic(context, request, outcome);
	else if (request->credential != GATE_CREDENTIAL_NONE)
		result = identify(context, request, &outcome->principal);
	if (result != GATE_PASSED)
		return result;
	switch (gate_requirement_check(request->requirement, &outcome->principal)) {
	case GATE_REQUIREMENT_MET:
		return GATE_PASSED;
	case GATE_REQUIREMENT_NOT_MET:
		return GATE_FORBIDDEN;
	case GATE_REQUIREMENT_INVALID:
		break;
	}
	return GATE_FAILED;
}
