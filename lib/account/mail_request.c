/*
 * Mail requests as JSON in the queue.
 */
#include "account/mail_request.h"

#include "account/validation.h"
#include "core/json/json_record.h"
#include "core/text.h"

#include <string.h>

static const char *const KINDS[MAIL_KIND_COUNT] = {
	[MAIL_CONFIRMATION] = "confirmation",
	[MAIL_RESEND_CONFIRMATION] = "resend_confirmation",
	[MAIL_PASSWORD_RESET] = "password_reset",
	[MAIL_PASSWORD_CHANGED] = "password_changed",
	[MAIL_EMAIL_CHANGE_OLD] = "email_change_old",
	[MAIL_EMAIL_CHANGE_NEW] = "email_change_new",
	[MAIL_EMAIL_CHANGED] = "email_changed",
	[MAIL_EXPORT_READY] = "export_ready",
};

enum member {
	MAIL,
	TO,
	USER_ID,
	REGISTRATION_ID,
	USERNAME,
	LANGUAGE,
	NEW_EMAIL,
	SYSTEM,
	BROWSER,
	MEMBER_COUNT,
};

/* The members without texts; the last one ends the list. */
static const struct json_record_member MEMBERS[MEMBER_COUNT + 1] = {
	[MAIL] = {"mail", NULL},
	[TO] = {"to", NULL},
	[USER_ID] = {"user_id", NULL},
	[REGISTRATION_ID] = {"registration_id", NULL},
	[USERNAME] = {"username", NULL},
	[LANGUAGE] = {"language", NULL},
	[NEW_EMAIL] = {"new_email", NULL},
	[SYSTEM] = {"system", NULL},
	[BROWSER] = {"browser", NULL},
};

/* An id as text; NULL for 0. */
static const char *id_text(int64_t id, char text[TEXT_DECIMAL_SIZE])
{
	return id == 0 ? NULL : text_decimal(id, 0, text);
}

/* Parse an id; 0 for NULL. */
static bool read_id(const char *text, int64_t *id)
{
	*id = 0;
	return text == NULL || text_integer(text, 1, INT64_MAX, id);
}

enum db_result mail_request_add(struct db *db, const struct mail_request *request)
{
	char user_id[TEXT_DECIMAL_SIZE], registration_id[TEXT_DECIMAL_SIZE];
	struct json_record_member members[MEMBER_COUNT + 1];
	const char *payload;

	memcpy(members, MEMBERS, sizeof(members));
	members[MAIL].text = KINDS[request->kind];
	/* no account has an address that is too long; add the job anyway, so that the reply takes the same time */
	members[TO].text = strlen(request->to) <= VALIDATION_EMAIL_MAX ? request->to : "";
	members[USER_ID].text = id_text(request->user_id, user_id);
	members[REGISTRATION_ID].text = id_text(request->registration_id, registration_id);
	members[USERNAME].text = request->username;
	members[LANGUAGE].text = request->language;
	members[NEW_EMAIL].text = request->new_email;
	members[SYSTEM].text = request->device.system;
	members[BROWSER].text = request->device.browser;
	payload = json_record_write(members);
	return payload == NULL ? DB_FAILED : queue_add(db, QUEUE_KIND_MAIL, payload, NULL);
}

static bool find_kind(const char *name, enum mail_kind *kind)
{
	for (int i = 0; name != NULL && i < MAIL_KIND_COUNT; i++)
		if (strcmp(name, KINDS[i]) == 0) {
			*kind = (enum mail_kind)i;
			return true;
		}
	return false;
}

bool mail_request_read(const char *payload, struct mail_request *request)
{
	struct json_record_member members[MEMBER_COUNT + 1];

	memcpy(members, MEMBERS, sizeof(members));
	json_record_read(payload, members);
	*request = (struct mail_request){
		.to = members[TO].text,
		.username = members[USERNAME].text,
		.language = members[LANGUAGE].text,
		.new_email = members[NEW_EMAIL].text,
		.device = {members[SYSTEM].text, members[BROWSER].text},
	};
	return find_kind(members[MAIL].text, &request->kind) && request->to != NULL &&
	       read_id(members[USER_ID].text, &request->user_id) &&
	       read_id(members[REGISTRATION_ID].text, &request->registration_id);
}

struct mail_request mail_request_to_owner(
	enum mail_kind kind, const struct user *user, const char *user_agent)
{
	return (struct mail_request){
		.kind = kind,
		.to = user->email,
		.user_id = user->id,
		.username = user->username,
		.language = user->language,
		.device = user_agent_parse(user_agent),
	};
}
