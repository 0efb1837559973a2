/*
 * What each kind of message needs is one row of a table: its template, its limit, and a function that looks up the
 * account and makes the link.
 */
#include "mail/compose.h"

#include "account/registration/confirmation.h"
#include "account/passwords/credentials.h"
#include "account/tokens/jwt.h"
#include "account/mail_request.h"
#include "account/tokens/mail_token.h"
#include "account/throttle.h"
#include "account/user.h"
#include "mail/template.h"
#include "mail/validity.h"

#include <inttypes.h>
#include <string.h>

struct composition {
	struct arena *arena;
	const struct settings *settings;
	const struct job *job;
	struct mail_request request;
	const struct message_kind *kind;
	/* what the message says */
	const char *to, *username, *language;
	const char *link;      /* NULL: none */
	int64_t link_validity; /* seconds; 0: not said */
	bool deferred, nothing_to_send;
};

/* Prepares a message. DB_OK, also if it is deferred; DB_NO_ROW: there is nothing to send; DB_RETRY, DB_FAILED. */
typedef enum db_result prepare_message(struct db *db, struct composition *c);

struct message_kind {
	const char *template;
	enum throttle_purpose limit;
	prepare_message *prepare;
};

/* ---- limits -------------------------------------------------------------------------------------- */

/* Which waiting messages are equal: those of one kind to one address, and of one registration. */
static const char *deferral_name(const struct composition *c, const char *to)
{
	return arena_printf(c->arena, "%d|%" PRId64 "|%s", (int)c->request.kind,
		c->request.registration_id, to);
}

/* Wait until the limit ends, unless an equal message waits already: then this one is not needed. */
static enum db_result defer(struct db *db, struct composition *c, const char *to, int64_t wait)
{
	const char *name = deferral_name(c, to);
	struct throttle waiting;
	int64_t already_waits = 0;
	enum db_result result;

	if (name == NULL || !throttle_for(c->settings, THROTTLE_DEFERRED, name, "", &waiting))
		return DB_FAILED;
	waiting.window = wait;
	result = throttle_hit(db, &waiting, &already_waits);
	if (result != DB_OK)
		return result;
	if (already_waits > 0)
		return DB_NO_ROW;
	c->deferred = true;
	/* a second after the end of the count of waiting messages, so that it does not count this one then */
	return queue_postpone(db, c->job, wait + 1, "over the limit of messages to this address");
}

/* Count the message, once: not when it is composed again because it could not be sent. */
static enum db_result count_message(struct db *db, struct composition *c, const char *to)
{
	struct throttle throttle;
	int64_t wait = 0;
	enum db_result result;

	if (c->job->attempts > 1)
		return DB_OK;
	if (!throttle_for(c->settings, c->kind->limit, to, "", &throttle))
		return DB_FAILED;
	result = throttle_hit(db, &throttle, &wait);
	return result == DB_OK && wait > 0 ? defer(db, c, to, wait) : result;
}

/* ---- kinds of messages ---------------------------------------------------------------------------- */

static bool set_link(struct composition *c, const char *path, const char *token)
{
	c->link = arena_printf(c->arena, "%s%s%s", c->settings->ui_url, path, token);
	return c->link != NULL;
}

static bool derive_token(const struct composition *c, struct mail_token *token)
{
	return mail_token_derive(c->settings, c->job->id, c->job->created_at, token);
}

static void address_to(struct composition *c, const struct user_by_email *user)
{
	c->to = user->email;
	c->username = user->username;
	c->language = user->language;
}

/* The mail request contains everything that a notification needs. */
static enum db_result prepare_notification(struct db *db, struct composition *c)
{
	c->to = c->request.to;
	c->username = c->request.username;
	c->language = c->request.language;
	if (c->username == NULL)
		return DB_FAILED;
	if (c->request.kind == MAIL_EXPORT_READY && !set_link(c, LINK_ACCOUNT_SETTINGS, ""))
		return DB_FAILED;
	return count_message(db, c, c->to);
}

/* The account that a client has named by its address, if it waits to be confirmed. */
static enum db_result find_unconfirmed(
	struct db *db, struct composition *c, struct user_by_email *user)
{
	enum db_result result = user_find_by_email(db, c->arena, c->request.to, user);

	if (result == DB_OK)
		address_to(c, user);
	return result == DB_OK && (user->confirmed || user->suspended) ? DB_NO_ROW : result;
}

static enum db_result prepare_confirmation(struct db *db, struct composition *c)
{
	struct user_by_email user;
	struct mail_token token;
	enum db_result result = find_unconfirmed(db, c, &user);

	if (result == DB_OK)
		result = count_message(db, c, user.email);
	if (result != DB_OK || c->deferred)
		return result;
	if (!derive_token(c, &token) || !set_link(c, LINK_ACCOUNT_CONFIRMATION, token.text))
		return DB_FAILED;
	if (c->request.registration_id == 0)
		return confirmation_set_token(db, user.id, token.hash);
	return confirmation_set_registration_token(db, c->arena, c->request.registration_id,
		user.id, token.hash, &c->username, &c->language);
}

/* Names reserved by registrations of this address last as long as those of an unconfirmed account. */
static enum db_result prepare_resent_confirmation(struct db *db, struct composition *c)
{
	struct user_by_email user;
	struct mail_token token;
	enum db_result found,
		result = confirmation_extend_reservations(db, c->request.to, c->job->created_at);

	if (result != DB_OK)
		return result;
	found = find_unconfirmed(db, c, &user);
	if (found == DB_OK)
		found = count_message(db, c, user.email);
	if (found != DB_OK || c->deferred)
		return found;
	if (!derive_token(c, &token) || !set_link(c, LINK_ACCOUNT_CONFIRMATION, token.text))
		return DB_FAILED;
	return confirmation_replace_token(db, user.id, user.email, token.hash, c->job->created_at);
}

static enum db_result prepare_password_reset(struct db *db, struct composition *c)
{
	int64_t lifetime = c->settings->password_token_lifetime;
	struct user_by_email user;
	const char *token;
	enum db_result result = user_find_by_email(db, c->arena, c->request.to, &user);

	if (result == DB_OK)
		result = count_message(db, c, user.email);
	if (result != DB_OK || c->deferred)
		return result;
	address_to(c, &user);
	token = jwt_sign_reset(c->arena, c->settings->secret_key, user.id, user.password,
		user.email, clock_seconds(), lifetime);
	c->link_validity = lifetime;
	return token != NULL && set_link(c, LINK_PASSWORD_RESET, token) ? DB_OK : DB_FAILED;
}

/* No link for an address that another account has: its owner has not asked for it (W7). */
static enum db_result prepare_new_address(struct db *db, struct composition *c)
{
	const char *email = c->request.new_email;
	struct mail_token token;
	bool taken = false;
	enum db_result result;

	if (email == NULL || c->request.username == NULL)
		return DB_FAILED;
	result = credentials_email_is_taken(db, c->arena, c->request.user_id, email, &taken);
	if (result == DB_OK && taken)
		return DB_NO_ROW;
	if (result == DB_OK)
		result = count_message(db, c, email);
	if (result != DB_OK || c->deferred)
		return result;
	c->to = email;
	c->username = c->request.username;
	c->language = c->request.language;
	if (!derive_token(c, &token) || !set_link(c, LINK_EMAIL_UPDATE, token.text))
		return DB_FAILED;
	return credentials_set_email_token(db, c->request.user_id, email, token.hash);
}

static const struct message_kind KINDS[MAIL_KIND_COUNT] = {
	[MAIL_CONFIRMATION] = {"account_confirmation", THROTTLE_CONFIRMATION, prepare_confirmation},
	[MAIL_RESEND_CONFIRMATION] = {"account_confirmation", THROTTLE_CONFIRMATION,
		prepare_resent_confirmation},
	[MAIL_PASSWORD_RESET] = {"password_reset", THROTTLE_PASSWORD_RESET, prepare_password_reset},
	[MAIL_PASSWORD_CHANGED] = {"password_changed", THROTTLE_PASSWORD_CHANGED,
		prepare_notification},
	[MAIL_EMAIL_CHANGE_OLD] = {"email_change_old", THROTTLE_EMAIL_CHANGED,
		prepare_notification},
	[MAIL_EMAIL_CHANGE_NEW] = {"email_change_new", THROTTLE_NEW_ADDRESS, prepare_new_address},
	[MAIL_EMAIL_CHANGED] = {"email_changed", THROTTLE_EMAIL_CHANGED, prepare_notification},
	[MAIL_EXPORT_READY] = {"export_ready", THROTTLE_EXPORT_READY, prepare_notification},
};

/* ---- composing ------------------------------------------------------------------------------------ */

/* The same at every attempt, so that mail programs recognize a message that was sent twice. */
static char *message_id(const struct composition *c)
{
	const char *at = strchr(c->settings->sender, '@');

	return arena_printf(c->arena, "fitgate.%" PRId64 ".%" PRId64 "%s", c->job->id,
		c->job->created_at, at == NULL ? "" : at);
}

/* false: there is no such template, it needs what the request lacks, or out of memory. */
static bool fill_message(const struct composition *c, struct message *message)
{
	const struct template *template = template_find(c->language, c->kind->template);
	const struct user_agent *device = &c->request.device;
	const struct template_value values[] = {
		{"username", c->username},
		{"link", c->link},
		{"new_email", c->request.new_email},
		{"delay", validity_words(c->arena, c->language, c->link_validity)},
		{"system", device->system == NULL ? TEMPLATE_LEFT_OUT : device->system},
		{"browser", device->browser == NULL ? TEMPLATE_LEFT_OUT : device->browser},
		{"site", c->settings->ui_url},
		{NULL, NULL},
	};

	if (template == NULL)
		return false;
	*message = (struct message){
		.from = c->settings->sender,
		.from_name = c->settings->sender_name,
		.to = c->to,
		.subject = template_fill(c->arena, template->subject, values),
		.id = message_id(c),
		.date = c->job->created_at,
		.plain = template_plain(c->arena, template, values),
		.html = template_html(c->arena, template, values),
	};
	return message->subject != NULL && message->id != NULL && message->plain != NULL &&
	       message->html != NULL;
}

static enum db_result prepare(struct db *db, void *context)
{
	struct composition *c = context;
	enum db_result result;

	c->deferred = false;
	result = c->kind->prepare(db, c);
	/* commit even if there is nothing to send: rows may have been changed on the way */
	c->nothing_to_send = result == DB_NO_ROW;
	return c->nothing_to_send ? DB_OK : result;
}

enum compose_result compose_message(struct db *db, struct arena *arena,
	const struct settings *settings, const struct job *job, struct message *message)
{
	struct composition c = {.arena = arena, .settings = settings, .job = job};

	if (!mail_request_read(job->payload, &c.request))
		return COMPOSE_UNREADABLE;
	c.kind = &KINDS[c.request.kind];
	if (db_transaction(db, prepare, &c) != DB_OK)
		return COMPOSE_FAILED;
	if (c.deferred)
		return COMPOSE_DEFERRED;
	if (c.nothing_to_send)
		return COMPOSE_NOTHING_TO_SEND;
	return fill_message(&c, message) ? COMPOSE_DONE : COMPOSE_UNREADABLE;
}
