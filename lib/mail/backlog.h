/*
 * The e-mails that wait in the queue because of the mail server. The reason of a job (last_error) begins with one of
 * two phrases if it concerns all e-mails and not that one alone.
 */
#ifndef FITGATE_MAIL_BACKLOG_H
#define FITGATE_MAIL_BACKLOG_H

#include "jobs/queue.h"

#define BACKLOG_BLOCKED "no e-mail can be sent: "
#define BACKLOG_LIMITED "no e-mail can be sent for now: "

struct backlog {
	int64_t blocked, limited; /* how many wait because of these reasons */
	int64_t others;           /* how many have been tried, and wait for another reason */
	const char *reason;       /* of one of the first kind that there is; NULL: none waits */
};

/* Count them. DB_OK or DB_FAILED; the reason is in the arena. */
enum db_result backlog_read(struct db *db, struct arena *arena, struct backlog *backlog);

/* Whether a job waits whose reason begins so. false also if that could not be queried. */
bool backlog_has(struct db *db, const char *start);

/* Make the blocked e-mails due and forget their reasons: the mail server may accept them now. Logs how many. */
void backlog_release(struct db *db);

#endif
