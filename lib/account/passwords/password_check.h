/*
 * Checks the password of an account that is already known by a token: for changes that a stolen token must not be enough
 * for. Wrong passwords count as failed logins do (account/passwords/password_attempt.h).
 */
#ifndef FITGATE_ACCOUNT_PASSWORD_CHECK_H
#define FITGATE_ACCOUNT_PASSWORD_CHECK_H

#include "account/context.h"
#include "account/user.h"

enum password_check_result {
	PASSWORD_CHECK_CORRECT,
	PASSWORD_CHECK_WRONG,
	PASSWORD_CHECK_LIMITED, /* too many failures; see `wait` */
	PASSWORD_CHECK_FAILED,  /* it has been logged */
};

struct password_checked {
	const char *hash; /* PASSWORD_CHECK_CORRECT: the stored hash; in the arena */
	int64_t wait;     /* PASSWORD_CHECK_LIMITED: seconds */
};

/* Check the present password of an account. */
enum password_check_result password_check(const struct account_context *context,
	const struct user *user, const char *password, struct password_checked *checked);

#endif
