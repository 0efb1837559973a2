/*
 * Creates accounts (contract §6.1).
 *
 * Where an address has to be verified, a registration never reveals whether it has an account already: each makes
 * exactly one row. For an unknown address that row is the account in `users`, inactive until it is confirmed. For
 * a known address it is a row of `registrations`, which reserves the username just as the account does. If the
 * known address is itself unconfirmed, that row is a competing registration: each mailed link activates exactly
 * the registration it was mailed for (account/registration/confirmation.h). If the account is active, the row is
 * only the reservation.
 *
 * Both rows last until the link has expired (account/registration/unconfirmed.h), and count for max_users until then.
 */
#ifndef FITGATE_ACCOUNT_REGISTRATION_H
#define FITGATE_ACCOUNT_REGISTRATION_H

#include "account/context.h"

/* What a person types. Check it with account/validation.h first. */
struct registration_form {
	const char *username, *email, *password;
	const char *language; /* NULL: none */
	bool accepts_policy;
	bool verifies_email; /* false: the account is active immediately, and a taken address is reported (dialect 0.2) */
};

enum registration_result {
	REGISTRATION_DONE,
	REGISTRATION_CLOSED,  /* there are as many accounts as max_users allows */
	REGISTRATION_LIMITED, /* too many from this network; see `wait` */
	REGISTRATION_USERNAME_TAKEN,
	REGISTRATION_EMAIL_TAKEN, /* only where addresses are not verified */
	REGISTRATION_FAILED,      /* it has been logged */
};

struct registration_outcome {
	int64_t wait; /* REGISTRATION_LIMITED: seconds */
	/* REGISTRATION_DONE without verification: the account is logged in; in the arena */
	const char *auth_token;
};

/*
 * Whether max_users allows another account. REGISTRATION_DONE: yes, and nothing was changed; REGISTRATION_CLOSED:
 * no; REGISTRATION_FAILED.
 */
enum registration_result account_registration_is_open(const struct account_context *context);

/* Register: check the limits, hash the password, store the registration and its e-mail. */
enum registration_result account_register(const struct account_context *context,
	const struct registration_form *form, struct registration_outcome *outcome);

/* An account that the administrator creates: active, without limits. */
struct new_account {
	const char *username, *email, *language;
	const char *password_hash;
	bool admin;
	const char *
		invitation; /* the hash of an invitation to use up (account/administration/invitation.h); NULL: none */
};

/* REGISTRATION_DONE sets `user_id`. REGISTRATION_CLOSED: the invitation is not valid;
 * REGISTRATION_USERNAME_TAKEN, REGISTRATION_EMAIL_TAKEN, REGISTRATION_FAILED. */
enum registration_result account_create(
	struct db *db, struct arena *arena, const struct new_account *account, int64_t *user_id);

#endif
