/*
 * Working off a mail job: from the queue to the mail server.
 */
#ifndef FITGATE_MAIL_DELIVERY_H
#define FITGATE_MAIL_DELIVERY_H

#include "jobs/queue.h"
#include "mail/smtp.h"

enum delivery {
	DELIVERY_DONE, /* sent, dropped, put off or given up: go on with the next job */
	DELIVERY_UNREACHABLE, /* put off, because the mail server cannot be reached: the next would fare alike */
	DELIVERY_FAILED, /* the database cannot be asked; the claim will lapse */
};

/*
 * Deliver the claimed job. An e-mail that cannot be sent now is tried again with growing pauses, for
 * three days (queue_put_off()); one that the server refuses is given up at once.
 */
enum delivery delivery_run(struct db *db, struct arena *arena, const struct settings *settings,
	struct smtp *smtp, const struct job *job);

#endif
