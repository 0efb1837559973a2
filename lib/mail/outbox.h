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

/* The templates, and what each asks for beside username and site. */
#define LETTER_ACCOUNT_CONFIRMATION "account_confirmation" /* link, device */
#define LETTER_PASSWORD_RESET       "password_reset"       /* link, delay, device */
#define LETTER_PASSWORD_CHANGED     "password_changed"     /* device */
#define LETTER_EMAIL_CHANGE_OLD     "email_change_old"     /* new_email, device */
#define LETTER_EMAIL_CHANGE_NEW     "email_change_new"     /* link, device */
#define LETTER_EXPORT_READY         "export_ready"         /* link */

/* What the link of each leads to, below UI_URL; a token follows where there is one. */
#define LINK_ACCOUNT_CONFIRMATION "/account-confirmation?token="
#define LINK_PASSWORD_RESET       "/password-reset?token="
#define LINK_EMAIL_UPDATE         "/email-update?token="
#define LINK_ACCOUNT_SETTINGS     "/profile/edit/account"

struct letter {
	const char *template;
	const char *to;
	const char *language; /* NULL: the fall-back */
	const char *username;
	struct user_agent device;
	const char *link; /* NULL: none, as below */
	const char *new_email;
	int64_t delay; /* seconds that the link is good for; 0: not said */
};

/* UI_URL, one of the LINK_ paths, and a token (or ""). In the arena; NULL when memory is out. */
char *outbox_link(
	struct arena *arena, const struct settings *settings, const char *path, const char *token);

/* Within the transaction of the change that causes the e-mail. DB_OK, DB_AGAIN, DB_FAILED. */
enum db_result outbox_add_letter(struct db *db, const struct letter *letter);

/* What the worker is to do for whoever has the address, if anybody has. */
enum errand {
	ERRAND_RESEND_CONFIRMATION, /* a new confirmation token, to an account that waits for it */
	ERRAND_PASSWORD_RESET,      /* a link to set a new password */
};

enum db_result outbox_add_errand(
	struct db *db, enum errand errand, const char *email, struct user_agent device);

/*
 * The letter of the claimed job: read it, or run its errand. What the errand has stored in the account is
 * in the letter, which is the job from then on, in the same transaction. DB_NO_ROW: there is nothing to send, or the claim has lapsed; DB_FAILED: the payload
 * cannot be read or the database asked.
 */
enum db_result outbox_open(struct db *db, struct arena *arena, const struct settings *settings,
	const struct job *job, struct letter *letter);

#endif
