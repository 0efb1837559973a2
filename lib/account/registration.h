/*
 * Making an account (contract §6.1).
 */
#ifndef FITGATE_ACCOUNT_REGISTRATION_H
#define FITGATE_ACCOUNT_REGISTRATION_H

#include "account/confirmation.h"
#include "db/db.h"

struct registration {
	const char *username, *email, *language;
	const char *password;                    /* the hash */
	const struct confirmation *confirmation; /* NULL: the account is active at once */
	instant policy_accepted_at;              /* INSTANT_NONE: not yet */
	bool admin;
	bool limited; /* there is a limit of accounts, and it holds for this one */
	instant now;
	int64_t *user_id; /* gets the new account's number; NULL: not asked for */
};

enum registration_result {
	REGISTRATION_DONE,
	REGISTRATION_CLOSED, /* there are as many accounts as there may be */
	REGISTRATION_USERNAME_TAKEN,
	REGISTRATION_EMAIL_KNOWN, /* nothing was stored, and it took the time of a registration */
	REGISTRATION_FAILED,
};

/*
 * Store the account, and in the same transaction whatever `then` stores beside it (the job of its
 * e-mail); `then` may be NULL. Names and addresses are taken whatever their case.
 */
enum registration_result registration_store(struct db *db, const struct registration *registration,
	enum db_result (*then)(struct db *db, void *context), void *context);

#endif
