/*
 * Letters and errands as JSON in the queue.
 */
#include "mail/outbox.h"

#include "account/confirmation.h"
#include "account/rules.h"
#include "account/user.h"
#include "core/json.h"

#include <string.h>

#define ERRAND_RESEND_CONFIRMATION "resend-confirmation"

/* ---- writing ----------------------------------------------------------------------------------- */

static char *letter_text(const struct letter *letter)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_add_text(object, "template", letter->template) ||
		!json_add_text(object, "to", letter->to) ||
		!json_add_text(object, "language", letter->language) ||
		!json_add_text(object, "username", letter->username) ||
		!json_add_text(object, "link", letter->link) ||
		!json_add_text(object, "system", letter->user_system) ||
		!json_add_text(object, "browser", letter->user_browser))
		return NULL;
	return json_text(object);
}

enum db_result outbox_add_letter(struct db *db, const struct letter *letter)
{
	const char *text = letter_text(letter);

	return text == NULL ? DB_FAILED : queue_add(db, QUEUE_KIND_MAIL, text, NULL);
}

struct letter outbox_account_confirmation(struct arena *arena, const struct settings *settings,
	const char *to, const char *language, const char *username, const char *token,
	struct user_agent device)
{
	return (struct letter){
		.template = "account_confirmation",
		.to = to,
		.language = language,
		.username = username,
		.link = arena_printf(arena, "%s/account-confirmation?token=%s", settings->ui_url, token),
		.user_system = device.system,
		.user_browser = device.browser,
	};
}

enum db_result outbox_add_resend_confirmation(struct db *db, const char *email,
	struct user_agent device)
{
	cJSON *object = cJSON_CreateObject();
	/* what is too long belongs to nobody; the job is written all the same */
	const char *address = strlen(email) <= RULES_EMAIL_MAX ? email : "";
	const char *text;

	if (object == NULL || !json_add_text(object, "errand", ERRAND_RESEND_CONFIRMATION) ||
		!json_add_text(object, "email", address) ||
		!json_add_text(object, "system", device.system) ||
		!json_add_text(object, "browser", device.browser))
		return DB_FAILED;
	text = json_text(object);
	return text == NULL ? DB_FAILED : queue_add(db, QUEUE_KIND_MAIL, text, NULL);
}

/* ---- reading ----------------------------------------------------------------------------------- */

static const char *text_of(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(json_member(object, key));
}

static enum db_result read_letter(const cJSON *object, struct letter *letter)
{
	*letter = (struct letter){
		.template = text_of(object, "template"),
		.to = text_of(object, "to"),
		.language = text_of(object, "language"),
		.username = text_of(object, "username"),
		.link = text_of(object, "link"),
		.user_system = text_of(object, "system"),
		.user_browser = text_of(object, "browser"),
	};
	return letter->template != NULL && letter->to != NULL && letter->username != NULL ? DB_OK
											  : DB_FAILED;
}

struct errand {
	struct arena *arena;
	const struct settings *settings;
	const struct job *job;
	const cJSON *order;
	struct letter *letter;
};

/* In one transaction, so that the link in the letter is the one that the account knows. */
static enum db_result resend_confirmation(struct db *db, void *context)
{
	struct errand *errand = context;
	struct user_agent device = {text_of(errand->order, "system"), text_of(errand->order, "browser")};
	struct user_by_email user;
	struct confirmation confirmation;
	const char *text;
	enum db_result result = user_find_by_email(db, text_of(errand->order, "email"), &user);

	if (result != DB_OK)
		return result;
	if (!confirmation_make(&confirmation))
		return DB_FAILED;
	result = confirmation_replace(db, user.id, &confirmation);
	if (result != DB_OK)
		return result;
	*errand->letter = outbox_account_confirmation(errand->arena, errand->settings, user.email,
		user.language, user.username, confirmation.token, device);
	text = letter_text(errand->letter);
	return text == NULL ? DB_FAILED : queue_replace(db, errand->job, text);
}

enum db_result outbox_open(struct db *db, struct arena *arena, const struct settings *settings,
	const struct job *job, struct letter *letter)
{
	const cJSON *order = json_parse(job->payload, strlen(job->payload));
	struct errand errand = {arena, settings, job, order, letter};
	const char *name = text_of(order, "errand");

	if (name == NULL)
		return read_letter(order, letter);
	if (strcmp(name, ERRAND_RESEND_CONFIRMATION) != 0 || text_of(order, "email") == NULL)
		return DB_FAILED;
	return db_transaction(db, resend_confirmation, &errand);
}
