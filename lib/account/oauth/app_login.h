/*
 * An application proves who it is (contract §20.1).
 */
#ifndef FITGATE_ACCOUNT_OAUTH_APP_LOGIN_H
#define FITGATE_ACCOUNT_OAUTH_APP_LOGIN_H

#include "account/oauth/app.h"
#include "account/oauth/token_grant.h"

enum oauth_app_login {
	OAUTH_APP_ACCEPTED,
	OAUTH_APP_REFUSED, /* unknown, or with another secret */
	OAUTH_APP_LIMITED, /* too many failures; see `wait` */
	OAUTH_APP_FAILED,  /* it has been logged */
};

/*
 * Check the secret of an application; NULL texts are refused. Failures count as failed logins do, for the pair of
 * client_id and client address and for the address (account/passwords/password_attempt.h): the limit is never one on the
 * owner's account. `wait`: seconds until the limit ends. `refresh`: NULL, or a refresh token that the application sent; the
 * same query reads it.
 */
enum oauth_app_login oauth_app_log_in(const struct account_context *context, const char *client_id,
	const char *secret, struct oauth_refresh_token *refresh, int64_t *wait);

#endif
