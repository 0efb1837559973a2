/*
 * Sets a new password by a mailed link, and requests the two kinds of link that a client can request by naming an
 * address (contract §6.13, §6.14).
 */
#ifndef FITGATE_ACCOUNT_PASSWORD_RESET_H
#define FITGATE_ACCOUNT_PASSWORD_RESET_H

#include "account/context.h"

enum link_request_result {
	LINK_REQUESTED,       /* whether or not an account has the address */
	LINK_REQUEST_LIMITED, /* too many requests from this network; see `wait` */
	LINK_REQUEST_FAILED,  /* it has been logged */
};

/*
 * Ask for a password reset link, or for another confirmation link. Both only queue a request that names the
 * address as typed: lib/mail looks the account up, so that the reply and its time are the same for every address.
 * `wait` is set to the seconds to wait, if limited.
 */
enum link_request_result account_request_reset(
	const struct account_context *context, const char *email, int64_t *wait);
enum link_request_result account_resend_confirmation(
	const struct account_context *context, const char *email, int64_t *wait);

enum reset_result {
	RESET_DONE,
	RESET_TOKEN_INVALID, /* malformed, expired, used, or the account's password or address has changed */
	RESET_PASSWORD_INVALID, /* the token is valid, and the password breaks a rule; see `violations` */
	RESET_FAILED,           /* it has been logged */
};

/*
 * Set a new password by the token of a reset link. Revokes every token of the account and a pending change of
 * address, and notifies the owner. `violations` is of enum violation (account/validation.h).
 */
enum reset_result account_reset_password(const struct account_context *context, const char *token,
	const char *password, unsigned *violations);

#endif
