/*
 * Makes the content of a message from its mail request (account/mail_request.h). The worker does this just before
 * it sends the message, so that the links in messages are made at the last moment.
 */
#ifndef FITGATE_MAIL_COMPOSE_H
#define FITGATE_MAIL_COMPOSE_H

#include "core/settings.h"
#include "jobs/queue.h"
#include "mail/message.h"

/* The path of the link in a message, below UI_URL; the token follows it if there is one. */
#define LINK_ACCOUNT_CONFIRMATION "/account-confirmation?token="
#define LINK_PASSWORD_RESET       "/password-reset?token="
#define LINK_EMAIL_UPDATE         "/email-update?token="
#define LINK_ACCOUNT_SETTINGS     "/profile/edit/account"

enum compose_result {
	COMPOSE_DONE,
	COMPOSE_NOTHING_TO_SEND, /* there is no such account, or nothing to confirm any more */
	COMPOSE_DEFERRED,        /* over the account's limit: the job has been postponed */
	COMPOSE_UNREADABLE, /* the job is not a mail request, or its template needs what it lacks */
	COMPOSE_FAILED,     /* the database; it has been logged */
};

/*
 * Compose the message of an acquired job, in one transaction: look up the account, count the message for the
 * account's limit (account/throttle.h), store the hash of the token in its link. A message over the limit is sent
 * when the limit ends: the job is postponed, unless an equal message already waits for that.
 */
enum compose_result compose_message(struct db *db, struct arena *arena,
	const struct settings *settings, const struct job *job, struct message *message);

#endif
