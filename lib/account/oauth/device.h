/*
 * Device authorization (RFC 8628, contract §26.1): a program without a browser shows a short code; its user approves it
 * on any device, and the program exchanges its own, long code for tokens. Only the owner of an application can approve.
 */
#ifndef FITGATE_ACCOUNT_OAUTH_DEVICE_H
#define FITGATE_ACCOUNT_OAUTH_DEVICE_H

#include "account/oauth/app.h"
#include "account/oauth/token_grant.h"

enum {
	OAUTH_DEVICE_SECONDS = 900, /* how long the codes are valid */
	OAUTH_DEVICE_INTERVAL = 5,  /* seconds between two polls, at first */
	OAUTH_DEVICE_PENDING = 5,   /* codes of an application that are valid at the same time */
	OAUTH_USER_CODE_SIZE = 10,  /* "BCDF-GHJK" */
};

/* ---- the program ------------------------------------------------------------------------------- */

struct oauth_device_codes {
	const char *device_code, *user_code; /* in the arena */
};

enum oauth_device_start {
	OAUTH_DEVICE_STARTED,
	OAUTH_DEVICE_SCOPE_INVALID, /* no scope that the application has */
	OAUTH_DEVICE_START_FAILED,  /* it has been logged */
};

/* Make codes for an application that has proved who it is. Only its newest OAUTH_DEVICE_PENDING stay valid. */
enum oauth_device_start oauth_device_begin(const struct account_context *context,
	const char *client_id, const char *scope, struct oauth_device_codes *codes);

enum oauth_device_poll {
	OAUTH_DEVICE_GRANTED,
	OAUTH_DEVICE_INVALID, /* unknown, used, another application's, of an inactive user */
	OAUTH_DEVICE_EXPIRED,
	OAUTH_DEVICE_DENIED,
	OAUTH_DEVICE_SLOW_DOWN, /* polled too early; the interval has grown */
	OAUTH_DEVICE_WAITING,
	OAUTH_DEVICE_POLL_FAILED, /* it has been logged */
};

/* Exchange a device code for tokens, once, as soon as it is approved. */
enum oauth_device_poll oauth_device_exchange(const struct account_context *context,
	const char *client_id, const char *device_code, struct oauth_tokens *tokens);

/* ---- the person -------------------------------------------------------------------------------- */

/* What a code that waits for a decision is about; texts are in the arena. */
struct oauth_device_request {
	int64_t id;
	struct oauth_app app;
	const char *scope;
	instant created_at;
};

enum oauth_device_decision {
	OAUTH_DEVICE_FOUND,   /* or decided */
	OAUTH_DEVICE_UNKNOWN, /* unknown, expired, used, decided, of another user's application */
	OAUTH_DEVICE_LIMITED, /* too many wrong codes; see `wait` */
	OAUTH_DEVICE_ERROR,   /* it has been logged */
};

/*
 * Find the request that a signed-in user typed the code of; case, "-" and blanks do not matter. Wrong codes are limited
 * per account and per client address; `wait`: seconds until the limit ends.
 */
enum oauth_device_decision oauth_device_describe(const struct account_context *context,
	int64_t user_id, const char *user_code, struct oauth_device_request *request,
	int64_t *wait);

/* Approve or deny it. `user_code` is checked and limited as above. */
enum oauth_device_decision oauth_device_decide(const struct account_context *context,
	int64_t user_id, const char *user_code, bool approve, int64_t *wait);

#endif
