/*
 * The limit on guessing passwords (W33). Every place that checks the password of an account uses it, so that all
 * guesses count on the same counters: per account and client network, and per client network.
 *
 *	begin, verify the password, then failed or succeeded
 */
#ifndef FITGATE_ACCOUNT_PASSWORD_ATTEMPT_H
#define FITGATE_ACCOUNT_PASSWORD_ATTEMPT_H

#include "account/context.h"
#include "account/throttle.h"

struct password_attempt {
	const char *email;
	struct throttle account, address;
	int64_t wait; /* seconds until the limit ends, if it has been reached */
};

enum password_attempt_result {
	PASSWORD_ATTEMPT_COUNTED,
	PASSWORD_ATTEMPT_LIMITED, /* the limit has been reached: refuse, whatever the password */
	PASSWORD_ATTEMPT_ERROR,   /* it has been logged */
};

/* Whether another attempt is allowed; before any password is hashed. Counts nothing. `email` must outlive the attempt. */
enum password_attempt_result password_attempt_begin(
	const struct account_context *context, const char *email, struct password_attempt *attempt);

/* Count a failure. LIMITED if it exceeds the limit: so parallel attempts cannot get around the limit. */
enum password_attempt_result password_attempt_failed(
	const struct account_context *context, struct password_attempt *attempt);

/* The same for a wrong password of an account, which also goes to its security log (account/event.h). `user_id` 0: no
 * account has the address; the same statements run. */
enum password_attempt_result password_attempt_wrong(
	const struct account_context *context, struct password_attempt *attempt, int64_t user_id);

/*
 * Forget the account's failures. LIMITED if parallel failures have reached the limit meanwhile. Without failures,
 * nothing is written.
 */
enum password_attempt_result password_attempt_succeeded(
	const struct account_context *context, struct password_attempt *attempt);

#endif
