/*
 * An account's own data: GET profile, POST profile/edit, /edit/preferences, /edit/sports, PATCH
 * profile/edit/account, DELETE profile/reset/sports/<id>, POST account/privacy-policy.
 *
 * What is shown after a change is what was read with the token, with the change made in it: the database
 * is not asked again.
 */
#include "account/credentials.h"
#include "account/edit.h"
#include "account/password.h"
#include "account/rules.h"
#include "account/service.h"
#include "account/sport.h"
#include "account/throttle.h"
#include "core/secret.h"
#include "core/text.h"
#include "mail/notice.h"

#include <limits.h>
#include <string.h>

/* GET /api/auth/profile (contract §6.5). The profile came with the check of the token. */
static void get_profile(struct service *service, struct request *request, struct response *response)
{
	(void)service;
	answer_data(response, profile_object(&request->caller->profile, request->dialect));
}

/* The hash of the token that survives when this caller changes the password (W4); NULL: none. */
static const char *kept_token(const struct caller *caller)
{
	return caller->kind == CALLER_FIRST_PARTY ? caller->token_hash : NULL;
}

/* ---- profile/edit (contract §6.6) -------------------------------------------------------------- */

/* A text of at most `limit` code points, or null; the key must be there. */
static bool read_text(
	const struct payload *payload, const char *key, size_t limit, const char **text)
{
	return payload_has(payload, key) && payload_text(payload, key, text) != FIELD_INVALID &&
	       (*text == NULL || text_length(*text) <= limit);
}

static bool read_birth_date(const struct payload *payload, instant *date)
{
	const char *text;

	if (!read_text(payload, "birth_date", EDIT_NAME_MAX, &text))
		return false;
	*date = INSTANT_NONE;
	return text == NULL || *text == '\0' || clock_parse_day(text, date);
}

static bool read_personal_data(const struct payload *payload, struct user *user)
{
	return read_text(payload, "first_name", EDIT_NAME_MAX, &user->first_name) &&
	       read_text(payload, "last_name", EDIT_NAME_MAX, &user->last_name) &&
	       read_text(payload, "location", EDIT_NAME_MAX, &user->location) &&
	       read_text(payload, "bio", EDIT_BIO_MAX, &user->bio) &&
	       read_birth_date(payload, &user->birth_date);
}

/* POST /api/auth/profile/edit */
static void edit_profile(
	struct service *service, struct request *request, struct response *response)
{
	struct profile profile = request->caller->profile;
	struct payload payload;

	if (!service_read_payload(request, response, &payload))
		return;
	if (!read_personal_data(&payload, &profile.user))
		answer(response, ANSWER_INVALID_PAYLOAD);
	else if (edit_personal_data(service->db, &profile.user) == DB_OK)
		answer_data_with_message(response, ANSWER_PROFILE_UPDATED,
			profile_object(&profile, request->dialect));
}

/* ---- profile/edit in 0.2 (dialects §4.6) ------------------------------------------------------- */

struct whole_edit {
	const struct caller *caller;
	struct user user;     /* as it shall be */
	const char *password; /* NULL: stays */
	const char *old_hash;
	char new_hash[PASSWORD_HASH_SIZE];
};

static bool read_time_and_week(const struct payload *payload, struct user *user)
{
	return read_text(payload, "timezone", EDIT_FORMAT_MAX, &user->timezone) &&
	       (!payload_has(payload, "weekm") ||
		       payload_flag(payload, "weekm", &user->weekm) == FIELD_VALID);
}

/* Steps 2 to 4: the new password, if there is one. false: refused, and the response says so. */
static bool read_new_password(
	const struct payload *payload, struct response *response, const char **password)
{
	const char *again;
	enum field field = payload_text(payload, "password", password);
	unsigned broken;

	if (field == FIELD_VALID && **password == '\0')
		*password = NULL;
	if (field != FIELD_INVALID && *password == NULL)
		return true;
	if (field == FIELD_INVALID ||
		payload_text(payload, "password_conf", &again) == FIELD_INVALID ||
		!rules_password_fits(*password)) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return false;
	}
	broken = again != NULL && secret_equal_text(again, *password) ? rules_password(*password)
								      : RULE_PASSWORD_TWICE;
	if (broken != 0)
		answer_broken_rules(response, broken);
	return broken == 0;
}

static enum db_result store_whole_edit(struct db *db, void *context)
{
	const struct whole_edit *edit = context;
	enum db_result result = edit_personal_data(db, &edit->user);

	if (result == DB_OK)
		result = edit_time_and_week(db, &edit->user);
	if (result != DB_OK || edit->password == NULL)
		return result;
	return credentials_change_password(
		db, edit->user.id, edit->old_hash, edit->new_hash, kept_token(edit->caller));
}

static bool prepare_password(struct service *service, struct whole_edit *edit)
{
	if (edit->password == NULL)
		return true;
	return credentials_hash(service->db, edit->user.id, &edit->old_hash) == DB_OK &&
	       password_hash(&service->settings, edit->password, edit->new_hash);
}

/* POST /api/auth/profile/edit, with what has endpoints of its own in later dialects */
static void edit_whole_profile(
	struct service *service, struct request *request, struct response *response)
{
	struct profile profile = request->caller->profile;
	struct whole_edit edit = {.caller = request->caller};
	struct payload payload;

	if (!service_read_payload(request, response, &payload))
		return;
	if (!read_personal_data(&payload, &profile.user) ||
		!read_time_and_week(&payload, &profile.user)) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return;
	}
	edit.user = profile.user;
	if (read_new_password(&payload, response, &edit.password) &&
		prepare_password(service, &edit) &&
		db_transaction(service->db, store_whole_edit, &edit) == DB_OK)
		answer_data_with_message(response, ANSWER_PROFILE_UPDATED,
			profile_object(&profile, request->dialect));
}

/* ---- profile/edit/preferences (contract §6.8) -------------------------------------------------- */

/* A preference, and which dialects ask for it. */
struct preference {
	const char *key;
	unsigned dialects;
	size_t offset;
};

static const struct preference TEXTS[] = {
	{"date_format", IN_0_7, offsetof(struct user, date_format)},
	{"timezone", SINCE_0_6, offsetof(struct user, timezone)},
};

static const struct preference SWITCHES[] = {
	{"display_ascent", SINCE_0_6, offsetof(struct user, display_ascent)},
	{"imperial_units", SINCE_0_6, offsetof(struct user, imperial_units)},
	{"start_elevation_at_zero", IN_0_7, offsetof(struct user, start_elevation_at_zero)},
	{"use_raw_gpx_speed", IN_0_7, offsetof(struct user, use_raw_gpx_speed)},
	{"weekm", SINCE_0_6, offsetof(struct user, weekm)},
};

static bool read_texts(
	const struct payload *payload, const struct dialect *dialect, struct user *user)
{
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		const char **at = (const char **)((char *)user + TEXTS[i].offset);

		if ((TEXTS[i].dialects & dialect->mask) != 0 &&
			!read_text(payload, TEXTS[i].key, EDIT_FORMAT_MAX, at))
			return false;
	}
	return true;
}

static bool read_switches(
	const struct payload *payload, const struct dialect *dialect, struct user *user)
{
	for (size_t i = 0; i < sizeof(SWITCHES) / sizeof(*SWITCHES); i++) {
		bool *at = (bool *)((char *)user + SWITCHES[i].offset);

		if ((SWITCHES[i].dialects & dialect->mask) != 0 &&
			payload_flag(payload, SWITCHES[i].key, at) != FIELD_VALID)
			return false;
	}
	return true;
}

static bool read_preferences(const struct service *service, const struct dialect *dialect,
	const struct payload *payload, struct user *user)
{
	const char *language;

	if (!payload_has(payload, "language"))
		return false;
	payload_text(payload, "language", &language);
	user->language = rules_language(service_languages(service, dialect), language);
	return read_texts(payload, dialect, user) && read_switches(payload, dialect, user);
}

/* What the dialect does not name is another client's to change at the same time. */
static enum db_result store_preferences(
	struct db *db, const struct dialect *dialect, const struct user *user)
{
	return dialect->mask == IN_0_7 ? edit_preferences(db, user)
				       : edit_first_preferences(db, user);
}

/* POST /api/auth/profile/edit/preferences */
static void edit_user_preferences(
	struct service *service, struct request *request, struct response *response)
{
	struct profile profile = request->caller->profile;
	struct payload payload;

	if (!service_read_payload(request, response, &payload))
		return;
	if (!read_preferences(service, request->dialect, &payload, &profile.user))
		answer(response, ANSWER_INVALID_PAYLOAD);
	else if (store_preferences(service->db, request->dialect, &profile.user) == DB_OK)
		answer_data_with_message(response, ANSWER_PREFERENCES_UPDATED,
			profile_object(&profile, request->dialect));
}

/* ---- profile/edit/sports (contract §6.9), profile/reset/sports (§6.10) ------------------------- */

/* The sport that a number or a text of decimal digits means; 0, which no sport has, for all others. */
static int64_t read_sport_id(const cJSON *item)
{
	int64_t id = 0;

	if (cJSON_IsString(item))
		text_integer(item->valuestring, 1, INT_MAX, &id);
	else
		json_integer(item, 1, INT_MAX, &id);
	return id;
}

/* Steps 2 to 4. false: refused, and the response says so, unless the database failed. */
static bool read_sport(struct service *service, const struct request *request,
	struct response *response, struct payload *payload, int64_t *id)
{
	const cJSON *item;
	enum db_result result;

	if (!service_read_payload(request, response, payload))
		return false;
	item = json_member(payload->object, "sport_id");
	if (item == NULL || !payload_has_other(payload, "sport_id") ||
		!(cJSON_IsNumber(item) || cJSON_IsString(item) || cJSON_IsNull(item))) {
		answer(response, ANSWER_INVALID_PAYLOAD);
		return false;
	}
	*id = read_sport_id(item);
	result = sport_find(service->db, *id);
	if (result == DB_NO_ROW)
		answer(response, ANSWER_UNKNOWN_SPORT);
	return result == DB_OK;
}

/* '#' and three or six hex digits. */
static bool is_color(const char *text)
{
	size_t digits;

	if (*text++ != '#')
		return false;
	digits = strspn(text, "0123456789abcdefABCDEF");
	return text[digits] == '\0' && (digits == 3 || digits == 6);
}

/* Steps 5 to 7. false: refused, and the response says so. */
static bool read_sport_change(
	const struct payload *payload, struct response *response, struct sport_change *change)
{
	enum field color = payload_text(payload, "color", &change->color), active, threshold;

	if (change->color != NULL && *change->color == '\0')
		change->color = NULL;
	if (change->color != NULL && !is_color(change->color)) {
		answer(response, ANSWER_BAD_COLOR);
		return false;
	}
	active = payload_flag(payload, "is_active", &change->active);
	change->has_active = active == FIELD_VALID;
	threshold = payload_number(
		payload, "stopped_speed_threshold", &change->stopped_speed_threshold);
	if (color != FIELD_INVALID && active != FIELD_INVALID && threshold != FIELD_INVALID &&
		change->stopped_speed_threshold >= 0)
		return true;
	answer(response, ANSWER_INVALID_PAYLOAD);
	return false;
}

static cJSON *preference_object(
	int64_t user_id, int64_t sport_id, const struct sport_preference *preference)
{
	cJSON *object = cJSON_CreateObject();

	if (object == NULL || !json_add_text(object, "color", preference->color) ||
		!json_add_bool(object, "is_active", preference->active) ||
		!json_add_number(object, "sport_id", (double)sport_id) ||
		!json_add_number(
			object, "stopped_speed_threshold", preference->stopped_speed_threshold) ||
		!json_add_number(object, "user_id", (double)user_id))
		return NULL;
	return object;
}

/* POST /api/auth/profile/edit/sports */
static void edit_sport(struct service *service, struct request *request, struct response *response)
{
	int64_t user_id = request->caller->profile.user.id, sport_id;
	struct payload payload;
	struct sport_change change = {0};
	struct sport_preference now = {0};

	if (!read_sport(service, request, response, &payload, &sport_id) ||
		!read_sport_change(&payload, response, &change))
		return;
	if (sport_change_preference(service->db, user_id, sport_id, &change, &now) == DB_OK)
		answer_data_with_message(
			response, ANSWER_SPORT_UPDATED, preference_object(user_id, sport_id, &now));
}

/* DELETE /api/auth/profile/reset/sports/<sport_id> */
static void reset_sport(struct service *service, struct request *request, struct response *response)
{
	int64_t id = 0;
	enum db_result result;

	text_integer(request->parameters[0], 1, INT_MAX, &id);
	result = sport_find(service->db, id);
	if (result == DB_NO_ROW)
		answer(response, ANSWER_UNKNOWN_SPORT);
	else if (result == DB_OK &&
		 sport_reset_preference(service->db, request->caller->profile.user.id, id) == DB_OK)
		response_empty(response, 204);
}

/* ---- profile/edit/account (contract §6.7) ------------------------------------------------------ */

struct account_change {
	struct service *service;
	struct request *request;
	const struct caller *caller;
	const char *email;        /* NULL: stays */
	const char *new_password; /* NULL: stays */
	const char *old_hash;
	char new_hash[PASSWORD_HASH_SIZE];
	struct confirmation confirmation;
};

static enum db_result change_password(struct db *db, const struct account_change *change)
{
	const struct caller *caller = change->caller;
	enum db_result result = credentials_change_password(db, caller->profile.user.id,
		change->old_hash, change->new_hash, kept_token(caller));

	if (result != DB_OK)
		return result;
	return notice_password_changed(db, &change->service->settings, &caller->profile.user,
		user_agent_parse(change->request->user_agent));
}

static enum db_result request_email(struct db *db, const struct account_change *change)
{
	const struct user *user = &change->caller->profile.user;
	struct throttle throttle;
	enum db_result result;

	if (!throttle_for_mail(&change->service->settings, user->email,
		    change->request->remote_address, &throttle))
		return DB_FAILED;
	result = throttle_read(db, &throttle);
	if (result == DB_OK)
		result = throttle_count(db, &throttle);
	if (result == DB_OK)
		result = credentials_request_email(
			db, user->id, change->email, &change->confirmation);
	/* too many of them: the change waits like any other, but nobody is bothered with it */
	if (result != DB_OK || throttle_wait_for_account(&throttle) > 0)
		return result;
	return notice_email_change(db, change->request->arena, &change->service->settings, user,
		user_agent_parse(change->request->user_agent), change->email,
		&change->confirmation);
}

static enum db_result store_account_change(struct db *db, void *context)
{
	const struct account_change *change = context;
	int64_t user_id = change->caller->profile.user.id;
	enum db_result result = DB_OK;

	if (change->new_password != NULL)
		result = change_password(db, change);
	if (result != DB_OK || change->email == NULL)
		return result;
	if (change->service->settings.mail_enabled)
		return request_email(db, change);
	return credentials_set_email(db, user_id, change->email);
}

/* Steps 2 to 5: the fields. false: refused, and the response says so. */
static bool read_account_change(
	struct account_change *change, struct response *response, const char **password)
{
	struct payload payload;
	enum field email_field, password_field, new_field;
	const char *email;

	if (!service_read_payload(change->request, response, &payload))
		return false;
	email_field = payload_text(&payload, "email", &email);
	password_field = payload_text(&payload, "password", password);
	new_field = payload_text(&payload, "new_password", &change->new_password);
	if (email_field == FIELD_ABSENT || (email != NULL && *email == '\0'))
		answer(response, ANSWER_EMAIL_MISSING);
	else if (password_field == FIELD_ABSENT || (*password != NULL && **password == '\0'))
		answer(response, ANSWER_PASSWORD_MISSING);
	else if (email == NULL || password_field == FIELD_INVALID || new_field == FIELD_INVALID ||
		 (change->new_password != NULL && !rules_password_fits(change->new_password)))
		answer(response, ANSWER_INVALID_PAYLOAD);
	else {
		if (strcmp(email, change->caller->profile.user.email) != 0)
			change->email = email;
		return true;
	}
	return false;
}

/* Steps 6 and 7. false: refused, and the response says so, unless something failed. */
static bool check_account_change(
	struct account_change *change, struct response *response, const char *password)
{
	struct service *service = change->service;
	unsigned broken = 0;

	if (credentials_hash(service->db, change->caller->profile.user.id, &change->old_hash) !=
		DB_OK)
		return false;
	if (!password_verify(password, change->old_hash)) {
		answer(response, ANSWER_BAD_CREDENTIALS);
		return false;
	}
	if (change->email != NULL)
		broken |= rules_email(change->email);
	if (change->new_password != NULL)
		broken |= rules_password(change->new_password);
	if (broken == 0)
		return true;
	answer_broken_rules(response, broken);
	return false;
}

/* Where mail is sent, one address may ask for so much of it and no more. */
static bool address_may_cause_mail(struct account_change *change, struct response *response)
{
	struct throttle throttle;
	int64_t wait;

	if (change->email == NULL || !change->service->settings.mail_enabled)
		return true;
	if (!throttle_for_mail(&change->service->settings, change->caller->profile.user.email,
		    change->request->remote_address, &throttle) ||
		throttle_read(change->service->db, &throttle) != DB_OK)
		return false;
	wait = throttle_wait_for_address(&throttle);
	if (wait > 0)
		service_refuse_for_now(change->request, response, wait);
	return wait == 0;
}

static void show_account_change(const struct account_change *change, struct response *response)
{
	struct profile profile = change->caller->profile;

	if (change->email != NULL && change->service->settings.mail_enabled) {
		profile.user.email_to_confirm = change->email;
	} else if (change->email != NULL) {
		profile.user.email = change->email;
		profile.user.email_to_confirm = NULL;
	}
	answer_data_with_message(response, ANSWER_ACCOUNT_UPDATED,
		profile_object(&profile, change->request->dialect));
}

/* PATCH /api/auth/profile/edit/account */
static void edit_account(
	struct service *service, struct request *request, struct response *response)
{
	struct account_change change = {
		.service = service, .request = request, .caller = request->caller};
	const char *password;

	if (!read_account_change(&change, response, &password) ||
		!address_may_cause_mail(&change, response) ||
		!check_account_change(&change, response, password))
		return;
	if ((change.new_password != NULL &&
		    !password_hash(&service->settings, change.new_password, change.new_hash)) ||
		!confirmation_make(&change.confirmation))
		return;
	switch (db_transaction(service->db, store_account_change, &change)) {
	case DB_OK:
		show_account_change(&change, response);
		return;
	case DB_DUPLICATE: /* step 8: the address is somebody else's */
		answer_broken_rules(response, RULE_EMAIL);
		return;
	case DB_NO_ROW: /* the password has been changed a moment ago */
		answer(response, ANSWER_BAD_CREDENTIALS);
		return;
	default:
		return;
	}
}

/* ---- account/privacy-policy (contract §6.18) --------------------------------------------------- */

/* POST /api/auth/account/privacy-policy */
static void accept_policy(
	struct service *service, struct request *request, struct response *response)
{
	struct payload payload;

	if (!service_read_payload(request, response, &payload))
		return;
	if (!payload_is_true(&payload, "accepted_policy"))
		answer(response, ANSWER_INVALID_PAYLOAD);
	else if (edit_accept_policy(service->db, request->caller->profile.user.id, clock_now()) ==
		 DB_OK)
		answer_success(response);
}

static const struct route ROUTES[] = {
	{HTTP_GET, "/api/auth/profile", &ACCESS_PROFILE_READ, get_profile, IN_ALL},
	{HTTP_POST, "/api/auth/profile/edit", &ACCESS_PROFILE_WRITE_AND_SHOW, edit_profile,
		SINCE_0_6},
	{HTTP_POST, "/api/auth/profile/edit", &ACCESS_PROFILE_WRITE_AND_SHOW, edit_whole_profile,
		IN_0_2},
	{HTTP_PATCH, "/api/auth/profile/edit/account", &ACCESS_PROFILE_WRITE_AND_SHOW, edit_account,
		SINCE_0_6},
	{HTTP_POST, "/api/auth/profile/edit/preferences", &ACCESS_PROFILE_WRITE_AND_SHOW,
		edit_user_preferences, SINCE_0_6},
	{HTTP_POST, "/api/auth/profile/edit/sports", &ACCESS_PROFILE_WRITE, edit_sport, SINCE_0_6},
	{HTTP_DELETE, "/api/auth/profile/reset/sports/:sport_id", &ACCESS_PROFILE_WRITE,
		reset_sport, SINCE_0_6},
	{HTTP_POST, "/api/auth/account/privacy-policy", &ACCESS_PROFILE_WRITE, accept_policy,
		IN_0_7},
	{0},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "profile",
		SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL, ROUTES);
}
