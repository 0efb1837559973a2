/*
 * Delivers a mail job: composes its message and passes it to the mail server.
 */
#ifndef FITGATE_MAIL_DELIVERY_H
#define FITGATE_MAIL_DELIVERY_H

#include "jobs/queue.h"
#include "mail/smtp.h"

enum delivery {
	DELIVERY_DONE, /* sent, dropped, deferred or failed permanently: continue with the next job */
	DELIVERY_UNAVAILABLE, /* deferred, because the mail server accepts no message now: the next job would be too */
	DELIVERY_FAILED, /* the database could not be queried; the lease will expire */
};

/* What a worker delivers with. */
struct mailer {
	struct db *db;
	const struct settings *settings;
	struct smtp *smtp;
	bool works; /* the last message was accepted */
};

/*
 * Deliver an acquired job. A message that cannot be sent now is tried again with growing pauses, for three days
 * (queue_defer()); only one whose recipient the server rejects fails immediately. A reason that concerns all messages is
 * logged as an error once; when one is accepted again, those that waited because of it are due.
 */
enum delivery delivery_run(struct mailer *mailer, struct arena *arena, const struct job *job);

#endif
