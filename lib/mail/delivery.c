/*
 * A message is sent twice if a worker dies between the server's "250" and the end of its job. Both copies have the
 * same Message-ID, by which mail programs recognize them.
 */
#include "mail/delivery.h"

#include "core/log.h"
#include "mail/backlog.h"
#include "mail/compose.h"

#include <string.h>

/* The result after the end of a job. It is not a failure if the lease had already expired. */
static enum delivery after_lease(enum db_result result)
{
	return result == DB_OK || result == DB_NO_ROW ? DELIVERY_DONE : DELIVERY_FAILED;
}

/* Log the reason, unless another message waits because of the same failure: its kind ends at the first ": ". */
static void report_once(struct db *db, struct arena *arena, const char *prefix, const char *reason)
{
	const char *end = strstr(reason, ": ");
	const char *kind = arena_printf(arena, "%s%.*s", prefix,
		end == NULL ? (int)strlen(reason) : (int)(end - reason), reason);

	if (kind == NULL || !backlog_has(db, kind))
		log_error("%s%s", prefix, reason);
}

/* A failure that concerns all messages. */
static enum delivery rest(struct mailer *mailer, struct arena *arena, const struct job *job,
	const char *prefix, const char *reason)
{
	char *whole = arena_printf(arena, "%s%s", prefix, reason);

	mailer->works = false;
	report_once(mailer->db, arena, prefix, reason);
	return after_lease(queue_defer_quietly(mailer->db, job, whole == NULL ? reason : whole)) ==
			       DELIVERY_FAILED
		       ? DELIVERY_FAILED
		       : DELIVERY_UNAVAILABLE;
}

static enum delivery finish(struct mailer *mailer, const struct job *job)
{
	log_info("mail sent");
	if (!mailer->works)
		backlog_release(mailer->db);
	mailer->works = true;
	return after_lease(queue_finish(mailer->db, job));
}

static enum delivery send(struct mailer *mailer, struct arena *arena, const struct job *job,
	const struct message *message)
{
	char reason[SMTP_REASON_SIZE];

	switch (smtp_send(mailer->smtp, arena, message, reason)) {
	case SMTP_SENT:
		return finish(mailer, job);
	case SMTP_REFUSED:
		return after_lease(queue_fail(mailer->db, job, reason));
	case SMTP_LIMITED:
		return rest(mailer, arena, job, BACKLOG_LIMITED, reason);
	case SMTP_UNAVAILABLE:
		return rest(mailer, arena, job, BACKLOG_BLOCKED, reason);
	case SMTP_LATER:
		break;
	}
	return after_lease(queue_defer(mailer->db, job, reason));
}

enum delivery delivery_run(struct mailer *mailer, struct arena *arena, const struct job *job)
{
	struct db *db = mailer->db;
	struct message message;

	switch (compose_message(db, arena, mailer->settings, job, &message)) {
	case COMPOSE_DONE:
		break;
	case COMPOSE_NOTHING_TO_SEND:
		return after_lease(queue_finish(db, job));
	case COMPOSE_DEFERRED:
		return DELIVERY_DONE;
	case COMPOSE_UNREADABLE:
		return after_lease(queue_fail(
			db, job, "the job is not a mail request, or lacks what its message needs"));
	case COMPOSE_FAILED:
		return after_lease(queue_defer(db, job, "the database could not be queried"));
	}
	/* the last moment to notice that another worker has taken over */
	if (queue_renew(db, job) != DB_OK)
		return DELIVERY_DONE;
	return send(mailer, arena, job, &message);
}
