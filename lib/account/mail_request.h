/*
 * E-mails that use cases cause: which message, to whom, about what. A mail request is a job of the queue. It holds
 * no token and no link: lib/mail makes those when it sends the message, and reads the account again, because it
 * can have changed since.
 */
#ifndef FITGATE_ACCOUNT_MAIL_REQUEST_H
#define FITGATE_ACCOUNT_MAIL_REQUEST_H

#include "account/user.h"
#include "account/user_agent.h"
#include "jobs/queue.h"

enum mail_kind {
	/* a link that activates an account, for a registration; sent only if the address is unconfirmed */
	MAIL_CONFIRMATION,
	/* another link that activates the account, which replaces the earlier one; any client can ask for it, so
	   the address may have no account */
	MAIL_RESEND_CONFIRMATION,
	/* a link to set a new password; any client can ask for it, so the address may have no account */
	MAIL_PASSWORD_RESET,
	MAIL_PASSWORD_CHANGED,
	MAIL_EMAIL_CHANGE_OLD, /* to the present address: a change to `new_email` was requested */
	MAIL_EMAIL_CHANGE_NEW, /* to `new_email`: the link that confirms it */
	MAIL_EMAIL_CHANGED,    /* to the old address: the account now has `new_email` */
	MAIL_EXPORT_READY,
	MAIL_KIND_COUNT,
};

struct mail_request {
	enum mail_kind kind;
	const char *to;          /* an address of an account, or one that a client has typed */
	int64_t user_id;         /* 0: the account is found by `to` */
	int64_t registration_id; /* of MAIL_CONFIRMATION: a row of registrations; 0: the account itself */
	const char *username, *language; /* for a notification; language NULL: English */
	const char *new_email;
	struct user_agent device; /* {NULL, NULL}: the message names none */
};

/* Queue the request, within the caller's transaction. DB_OK, DB_RETRY, DB_FAILED. */
enum db_result mail_request_add(struct db *db, const struct mail_request *request);

/* Parse the payload of a job; the texts are in the arena of json_use_arena(). false: it is not a mail request. */
bool mail_request_read(const char *payload, struct mail_request *request);

/*
 * A notification to the owner of an account, at the account's present address. `user_agent`: the header of the client that
 * caused it; NULL: the message names no device.
 */
struct mail_request mail_request_to_owner(
	enum mail_kind kind, const struct user *user, const char *user_agent);

#endif
