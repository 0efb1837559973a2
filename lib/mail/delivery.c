/*
 * A message may be sent twice when a worker dies between the server's "250" and the end of its job; it
 * then has the same Message-ID, by which mail programs know it for the same.
 */
#include "mail/delivery.h"

#include "core/log.h"
#include "mail/delay.h"
#include "mail/outbox.h"
#include "mail/template.h"

#include <string.h>

/* The end of a job's claim; that it had lapsed is no failure. */
static enum delivery conclude(enum db_result result)
{
	return result == DB_OK || result == DB_NO_ROW ? DELIVERY_DONE : DELIVERY_FAILED;
}

/* The same at every attempt; the owner of the domain is who sends. */
static char *message_id(struct arena *arena, const struct settings *settings, const struct job *job)
{
	const char *at = strchr(settings->sender, '@');

	return arena_printf(arena, "fitgate.%lld.%lld%s", (long long)job->id,
		(long long)job->created_at, at == NULL ? "" : at);
}

/* Put the letter into words. false: there is no such template, or it asks for what the letter lacks. */
static bool compose(struct arena *arena, const struct settings *settings, const struct job *job,
	const struct letter *letter, struct message *message)
{
	const struct template *template = template_find(letter->language, letter->template);
	const struct template_value values[] = {
		{"username", letter->username},
		{"link", letter->link},
		{"new_email", letter->new_email},
		{"delay", delay_words(arena, letter->language, letter->delay)},
		{"system", letter->device.system},
		{"browser", letter->device.browser},
		{"site", settings->ui_url},
		{NULL, NULL},
	};

	if (template == NULL)
		return false;
	*message = (struct message){
		.from = settings->sender,
		.to = letter->to,
		.subject = template_fill(arena, template->subject, values),
		.id = message_id(arena, settings, job),
		.date = job->created_at,
		.plain = template_plain(arena, template, values),
		.html = template_html(arena, template, values),
	};
	return message->subject != NULL && message->id != NULL && message->plain != NULL &&
	       message->html != NULL;
}

static enum delivery send(struct db *db, struct arena *arena, struct smtp *smtp,
	const struct job *job, const struct message *message)
{
	char reason[SMTP_REASON_SIZE];

	switch (smtp_send(smtp, arena, message, reason)) {
	case SMTP_SENT:
		log_info("mail job %lld: sent", (long long)job->id);
		return conclude(queue_finish(db, job));
	case SMTP_REFUSED:
		return conclude(queue_give_up(db, job, reason));
	case SMTP_LATER:
		return conclude(queue_put_off(db, job, reason));
	case SMTP_UNREACHABLE:
		break;
	}
	return conclude(queue_put_off(db, job, reason)) == DELIVERY_FAILED ? DELIVERY_FAILED
									   : DELIVERY_UNREACHABLE;
}

enum delivery delivery_run(struct db *db, struct arena *arena, const struct settings *settings,
	struct smtp *smtp, const struct job *job)
{
	struct letter letter = {0};
	struct message message;

	switch (outbox_open(db, arena, settings, job, &letter)) {
	case DB_OK:
		break;
	case DB_NO_ROW:
		return conclude(queue_finish(db, job));
	default:
		return conclude(queue_put_off(db, job, "the job cannot be read"));
	}
	if (!compose(arena, settings, job, &letter, &message))
		return conclude(queue_give_up(
			db, job, "there is no such template, or it asks for what the job lacks"));
	/* the last moment to see that somebody else has taken over */
	if (queue_renew(db, job) != DB_OK)
		return DELIVERY_DONE;
	return send(db, arena, smtp, job, &message);
}
