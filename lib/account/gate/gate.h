/*
 * The gate: whether a request to another application behind the same web server may pass, and which account makes it.
 *
 * A check is one query. It changes nothing, except that a session or a personal token notes when it was used, and that a
 * failed login by Basic counts.
 */
#ifndef FITGATE_ACCOUNT_GATE_H
#define FITGATE_ACCOUNT_GATE_H

#include "account/context.h"
#include "account/tokens/principal.h"

/* What a request shows to identify its account. */
enum gate_credential {
	GATE_CREDENTIAL_NONE,  /* nothing, or nothing that the gate can read */
	GATE_CREDENTIAL_TOKEN, /* a first-party, OAuth 2.0 or personal token */
	/* HTTP Basic: a personal token as password, never the account's password; the user name of the account, or none */
	GATE_CREDENTIAL_BASIC,
	GATE_CREDENTIAL_COOKIE, /* a token of session_gate_token(), which nothing else accepts */
};

struct gate_request {
	enum gate_credential credential;
	const char *token;
	const char *username;                      /* GATE_CREDENTIAL_BASIC */
	const char *requirement;                   /* account/gate/gate_requirement.h */
	const struct principal_prefetch *prefetch; /* NULL: its account has not been read ahead */
};

enum gate_result {
	GATE_PASSED,
	GATE_UNAUTHENTICATED, /* the request identifies no active account */
	GATE_FORBIDDEN,       /* the account or the token does not meet the requirement */
	GATE_LIMITED, /* a failed login by Basic, after too many from this network; see `wait` */
	GATE_FAILED,  /* it has been logged */
};

struct gate_outcome {
	struct principal principal; /* GATE_PASSED */
	int64_t wait;               /* GATE_LIMITED: seconds */
};

/*
 * An account to be read ahead, together with those of other requests, by principal_prefetch(). NULL: there is nothing to read
 * ahead.
 */
struct principal_prefetch *account_prefetch_for_gate(
	struct arena *arena, const struct settings *settings, const struct gate_request *request);

/*
 * Check a request. The limit on failed logins by Basic refuses no valid token: a token cannot be guessed, so the limit only
 * bounds the work and the noise that failures cause, and no client can use it against others of its network.
 */
enum gate_result account_pass_gate(const struct account_context *context,
	const struct gate_request *request, struct gate_outcome *outcome);

#endif
