/*
 * Letters and errands as JSON in the queue.
 */
#include "mail/outbox.h"

#include "account/confirmation.h"
#include "account/rules.h"
#include "account/token.h"
#include "account/user.h"
#include "core/json.h"

#include <string.h>

static const char *const ERRAND_NAMES[] = {
	[ERRAND_RESEND_CONFIRMATION] = "resend-confirmation",
	[ERRAND_PASSWORD_RESET] = "password-reset",
};

enum { ERRAND_COUNT = sizeof(ERRAND_NAMES) / sizeof(*ERRAND_NAMES) };

/* ---- writing ----------------------------------------------------------------------------------- */

char *outbox_link(
	struct arena *arena, const struct settings *settings, const char *path, const char *token)
{
	return arena_printf(arena, "%s%s%s", settings->ui_url, path, token);
}

static bool add_device(cJSON *object, struct user_agent device)
{
	return json_add_text(object, "system", device.system) &&
	       json_add_text(object, "browser", device.browser);
}

static char *letter_text(const struct letter *letter)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_add_text(object, "template", letter->template) ||
		!json_add_text(object, "to", letter->to) ||
		!json_add_text(object, "language", letter->language) ||
		!json_add_text(object, "username", letter->username) ||
		!add_device(object, letter->device) ||
		!json_add_text(object, "link", letter->link) ||
		!json_add_text(object, "new_email", letter->new_email) ||
		!json_add_number(object, "delay", (double)letter->delay))
		return NULL;
	return json_text(object);
}

enum db_result outbox_add_letter(struct db *db, const struct letter *letter)
{
	const char *text = letter_text(letter);

	return text == NULL ? DB_FAILED : queue_add(db, QUEUE_KIND_MAIL, text, NULL);
}

enum db_result outbox_add_errand(
	struct db *db, enum errand errand, const char *email, struct user_agent device)
{
	cJSON *object = cJSON_CreateObject();
	/* what is too long belongs to nobody; the job is written all the same */
	const char *address = strlen(email) <= RULES_EMAIL_MAX ? email : "";
	const char *text;

	if (object == NULL || !json_add_text(object, "errand", ERRAND_NAMES[errand]) ||
		!json_add_text(object, "email", address) || !add_device(object, device))
		return DB_FAILED;
	text = json_text(object);
	return text == NULL ? DB_FAILED : queue_add(db, QUEUE_KIND_MAIL, text, NULL);
}

/* ---- reading ----------------------------------------------------------------------------------- */

static const char *text_of(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(json_member(object, key));
}

static struct user_agent device_of(const cJSON *object)
{
	return (struct user_agent){text_of(object, "system"), text_of(object, "browser")};
}

static enum db_result read_letter(const cJSON *object, struct letter *letter)
{
	*letter = (struct letter){
		.template = text_of(object, "template"),
		.to = text_of(object, "to"),
		.language = text_of(object, "language"),
		.username = text_of(object, "username"),
		.device = device_of(object),
		.link = text_of(object, "link"),
		.new_email = text_of(object, "new_email"),
	};
	json_integer(json_member(object, "delay"), 0, INT32_MAX, &letter->delay);
	return letter->template != NULL && letter->to != NULL && letter->username != NULL
		       ? DB_OK
		       : DB_FAILED;
}

/* ---- errands ----------------------------------------------------------------------------------- */

struct errand_work {
	struct arena *arena;
	const struct settings *settings;
	const struct job *job;
	enum errand errand;
	const char *email;
	struct letter *letter;
};

/* A new token for an account that waits to be confirmed; the old one dies. */
static enum db_result resend_confirmation(
	struct db *db, const struct errand_work *work, const struct user_by_email *user)
{
	struct confirmation confirmation;
	enum db_result result;

	if (!confirmation_make(&confirmation))
		return DB_FAILED;
	result = confirmation_replace(db, user->id, &confirmation);
	work->letter->template = LETTER_ACCOUNT_CONFIRMATION;
	work->letter->link = outbox_link(
		work->arena, work->settings, LINK_ACCOUNT_CONFIRMATION, confirmation.token);
	return result;
}

/*
 * A token bound to the present password; nothing is stored. The job stays the errand that it is: a letter
 * that waits for the mail server would lose of the token's time, and have it lie in the queue.
 */
static enum db_result reset_password(
	const struct errand_work *work, const struct user_by_email *user)
{
	int64_t lifetime = work->settings->password_token_lifetime;
	char *token = token_issue_reset(work->arena, work->settings->secret_key, user->id,
		user->password, clock_seconds(), lifetime);

	if (token == NULL)
		return DB_FAILED;
	work->letter->template = LETTER_PASSWORD_RESET;
	work->letter->link = outbox_link(work->arena, work->settings, LINK_PASSWORD_RESET, token);
	work->letter->delay = lifetime;
	return DB_OK;
}

/* In one transaction, so that the link in the letter is the one that the account knows. */
static enum db_result run_errand(struct db *db, void *context)
{
	const struct errand_work *work = context;
	struct letter *letter = work->letter;
	struct user_by_email user;
	const char *text;
	enum db_result result = user_find_by_email(db, work->email, &user);

	if (result != DB_OK)
		return result;
	letter->to = user.email;
	letter->username = user.username;
	letter->language = user.language;
	result = work->errand == ERRAND_PASSWORD_RESET ? reset_password(work, &user)
						       : resend_confirmation(db, work, &user);
	if (result == DB_OK && letter->link == NULL)
		return DB_FAILED;
	if (result != DB_OK || work->errand == ERRAND_PASSWORD_RESET)
		return result;
	text = letter_text(letter);
	return text == NULL ? DB_FAILED : queue_replace(db, work->job, text);
}

static bool find_errand(const char *name, enum errand *errand)
{
	for (int i = 0; i < ERRAND_COUNT; i++)
		if (strcmp(name, ERRAND_NAMES[i]) == 0) {
			*errand = (enum errand)i;
			return true;
		}
	return false;
}

enum db_result outbox_open(struct db *db, struct arena *arena, const struct settings *settings,
	const struct job *job, struct letter *letter)
{
	const cJSON *order = json_parse(job->payload, strlen(job->payload));
	struct errand_work work = {arena, settings, job, 0, text_of(order, "email"), letter};
	const char *name = text_of(order, "errand");

	if (name == NULL)
		return read_letter(order, letter);
	if (!find_errand(name, &work.errand) || work.email == NULL)
		return DB_FAILED;
	*letter = (struct letter){.device = device_of(order)};
	return db_transaction(db, run_errand, &work);
}
