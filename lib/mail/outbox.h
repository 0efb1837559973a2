/*
 * E-mails to be sent: what a request leaves in the queue, and what the worker reads there.
 *
 * A job of kind "mail" is one of two things. A letter says all that is needed: template, recipient,
 * language, and the values to fill in. An errand names only the address that a client typed; whether
 * there is such an account is found out by the worker, so that the request takes the same time for all.
 */
#ifndef FITGATE_MAIL_OUTBOX_H
#define FITGATE_MAIL_OUTBOX_H

#include "account/user_agent.h"
#include "core/settings.h"
#include "jobs/queue.h"

struct letter {
	const char *template;
	const char *to;
	const char *language; /* NULL: the fall-back */
	const char *username;
	const char *link;	  /* with its token; NULL: none */
	const char *user_system;  /* of the device, see account/user_agent.h; NULL: none */
	const char *user_browser;
};

/* Within the transaction of the change that causes the e-mail. DB_OK, DB_AGAIN, DB_FAILED. */
enum db_result outbox_add_letter(struct db *db, const struct letter *letter);

/* The letter that asks an address to confirm its new account, with the token in its link. In the arena. */
struct letter outbox_account_confirmation(struct arena *arena, const struct settings *settings,
	const char *to, const char *language, const char *username, const char *token,
	struct user_agent device);

/* Ask for a new confirmation e-mail to whoever has this address and waits for it. */
enum db_result outbox_add_resend_confirmation(struct db *db, const char *email,
	struct user_agent device);

/*
 * Make the claimed job a letter: read it, or run its errand, which stores a new token and the letter in
 * one transaction. DB_NO_ROW: there is nothing to send, or the claim has lapsed; DB_FAILED: the payload
 * cannot be read or the database asked.
 */
enum db_result outbox_open(struct db *db, struct arena *arena, const struct settings *settings,
	const struct job *job, struct letter *letter);

#endif
