/*
 * An account's own data: GET profile, POST profile/edit, /edit/preferences, /edit/sports, PATCH
 * profile/edit/account, DELETE profile/reset/sports/<id>, POST account/privacy-policy.
 *
 * A reply to a change shows the profile that was read with the token, with the change made in it: the database is
 * not queried again.
 */
#include "account/account_change.h"
#include "account/profile_edit.h"
#include "account/sport.h"
#include "account/validation.h"
#include "api/views/profile_view.h"
#include "api/service.h"
#include "api/views/sport_view.h"
#include "core/crypto.h"
#include "core/text.h"

#include <limits.h>
#include <string.h>

/* GET /api/auth/profile (contract §6.5). The query that checked the token has also read the profile. */
static enum handled get_profile(struct service *service, struct api_request *request)
{
	(void)service;
	return reply_data(request, profile_object(&request->principal->profile, request->dialect));
}

/* ---- profile/edit (contract §6.6) -------------------------------------------------------------- */

/* A text of at most `limit` code points, or null; the key must be present. */
static bool read_text(
	const struct payload *payload, const char *key, size_t limit, const char **text)
{
	return payload_has(payload, key) && payload_text(payload, key, text) != FIELD_INVALID &&
	       (*text == NULL || text_length(*text) <= limit);
}

static bool read_birth_date(const struct payload *payload, instant *date)
{
	const char *text;

	if (!read_text(payload, "birth_date", PROFILE_NAME_MAX, &text))
		return false;
	*date = INSTANT_NONE;
	return text == NULL || *text == '\0' || clock_parse_day(text, date);
}

static bool read_personal_data(const struct payload *payload, struct user *user)
{
	return read_text(payload, "first_name", PROFILE_NAME_MAX, &user->first_name) &&
	       read_text(payload, "last_name", PROFILE_NAME_MAX, &user->last_name) &&
	       read_text(payload, "location", PROFILE_NAME_MAX, &user->location) &&
	       read_text(payload, "bio", PROFILE_BIO_MAX, &user->bio) &&
	       read_birth_date(payload, &user->birth_date);
}

/* POST /api/auth/profile/edit */
static enum handled edit_profile(struct service *service, struct api_request *request)
{
	struct profile profile = request->principal->profile;

	if (!read_personal_data(&request->payload, &profile.user))
		return reply(request, REPLY_INVALID_PAYLOAD);
	if (account_edit_personal_data(service->db, &profile.user) != EDIT_DONE)
		return HANDLER_FAILED;
	return reply_data_with_message(
		request, REPLY_PROFILE_UPDATED, profile_object(&profile, request->dialect));
}

/* ---- profile/edit in 0.2 (dialects §4.6) ------------------------------------------------------- */

/* A new password, and the rules that it breaks. */
struct new_password {
	const char *text; /* NULL: the password stays */
	unsigned violations;
};

static bool read_time_and_week(const struct payload *payload, struct user *user)
{
	return read_text(payload, "timezone", PROFILE_FORMAT_MAX, &user->timezone) &&
	       (!payload_has(payload, "weekm") ||
		       payload_flag(payload, "weekm", &user->weekm) == FIELD_VALID);
}

/* Read and check the new password, if there is one: steps 2 to 4 of dialects §4.6. false: the payload is invalid. */
static bool read_new_password(const struct payload *payload, struct new_password *password)
{
	const char *repeated;
	enum field field = payload_text(payload, "password", &password->text);

	if (field == FIELD_VALID && *password->text == '\0')
		password->text = NULL;
	if (field != FIELD_INVALID && password->text == NULL)
		return true;
	if (field == FIELD_INVALID ||
		payload_text(payload, "password_conf", &repeated) == FIELD_INVALID ||
		!validation_password_fits(password->text))
		return false;
	password->violations = repeated != NULL && crypto_equal_text(repeated, password->text)
				       ? validation_password(password->text)
				       : VIOLATION_PASSWORD_TWICE;
	return true;
}

/* POST /api/auth/profile/edit; it also makes changes for which later dialects have separate endpoints */
static enum handled edit_whole_profile(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	const struct payload *payload = &request->payload;
	struct profile profile = request->principal->profile;
	struct new_password password = {0};

	if (!read_personal_data(payload, &profile.user) ||
		!read_time_and_week(payload, &profile.user) ||
		!read_new_password(payload, &password))
		return reply(request, REPLY_INVALID_PAYLOAD);
	if (password.violations != 0)
		return reply_violations(request, password.violations);
	switch (account_edit_with_password(
		&account, request->principal, &profile.user, password.text)) {
	case EDIT_DONE:
		return reply_data_with_message(
			request, REPLY_PROFILE_UPDATED, profile_object(&profile, request->dialect));
	case EDIT_PASSWORD_FORBIDDEN:
		return reply(request, REPLY_BAD_TOKEN);
	case EDIT_FAILED:
		break;
	}
	return HANDLER_FAILED;
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
			!read_text(payload, TEXTS[i].key, PROFILE_FORMAT_MAX, at))
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

/* A client may send the stored language back even if this dialect does not have it: another client has set it. */
static bool read_language(
	const struct payload *payload, const struct dialect *dialect, struct user *user)
{
	const char *language;

	if (!payload_has(payload, "language"))
		return false;
	payload_text(payload, "language", &language);
	if (language == NULL || user->language == NULL || strcmp(language, user->language) != 0)
		user->language = validation_language(dialect->languages, language);
	return true;
}

static bool read_preferences(
	const struct dialect *dialect, const struct payload *payload, struct user *user)
{
	return read_language(payload, dialect, user) && read_texts(payload, dialect, user) &&
	       read_switches(payload, dialect, user);
}

/* POST /api/auth/profile/edit/preferences */
static enum handled edit_user_preferences(struct service *service, struct api_request *request)
{
	struct profile profile = request->principal->profile;
	enum preference_set set =
		request->dialect->has_all_preferences ? PREFERENCES_ALL : PREFERENCES_BEFORE_0_7;

	if (!read_preferences(request->dialect, &request->payload, &profile.user))
		return reply(request, REPLY_INVALID_PAYLOAD);
	if (account_edit_preferences(service->db, set, &profile.user) != EDIT_DONE)
		return HANDLER_FAILED;
	return reply_data_with_message(
		request, REPLY_PREFERENCES_UPDATED, profile_object(&profile, request->dialect));
}

/* ---- profile/edit/sports (contract §6.9), profile/reset/sports (§6.10) ------------------------- */

/* The id that a number or a text of decimal digits denotes; for other values 0, which no sport has. */
static int64_t read_sport_id(const cJSON *item)
{
	int64_t id = 0;

	if (cJSON_IsString(item))
		text_integer(item->valuestring, 1, INT_MAX, &id);
	else
		json_integer(item, 1, INT_MAX, &id);
	return id;
}

/* Steps 2 and 3 of contract §6.9. false: the payload is invalid. */
static bool read_sport(const struct payload *payload, int64_t *id)
{
	const cJSON *item = json_member(payload->object, "sport_id");

	if (item == NULL || !payload_has_other(payload, "sport_id") ||
		!(cJSON_IsNumber(item) || cJSON_IsString(item) || cJSON_IsNull(item)))
		return false;
	*id = read_sport_id(item);
	return true;
}

/* Steps 5 to 7 of contract §6.9. */
static enum reply read_sport_change(const struct payload *payload, struct sport_change *change)
{
	enum field color = payload_text(payload, "color", &change->color), active, threshold;

	if (change->color != NULL && *change->color == '\0')
		change->color = NULL;
	if (change->color != NULL && !sport_color_is_valid(change->color))
		return REPLY_BAD_COLOR;
	active = payload_flag(payload, "is_active", &change->active);
	change->has_active = active == FIELD_VALID;
	threshold = payload_number(
		payload, "stopped_speed_threshold", &change->stopped_speed_threshold);
	return color != FIELD_INVALID && active != FIELD_INVALID && threshold != FIELD_INVALID &&
			       change->stopped_speed_threshold >= 0
		       ? REPLY_NONE
		       : REPLY_INVALID_PAYLOAD;
}

/* POST /api/auth/profile/edit/sports */
static enum handled edit_sport(struct service *service, struct api_request *request)
{
	int64_t user_id = request->principal->profile.user.id, sport_id;
	struct sport_change change = {0};
	struct sport_preference stored = {0};
	enum sport_result result;
	enum reply refusal;

	if (!read_sport(&request->payload, &sport_id))
		return reply(request, REPLY_INVALID_PAYLOAD);
	/* an unknown sport is reported before an invalid value */
	result = sport_find(service->db, sport_id);
	refusal = result == SPORT_CHANGED ? read_sport_change(&request->payload, &change)
					  : REPLY_NONE;
	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	if (result == SPORT_CHANGED)
		result = sport_change_preference(
			service->db, request->http->arena, user_id, sport_id, &change, &stored);
	switch (result) {
	case SPORT_CHANGED:
		return reply_data_with_message(request, REPLY_SPORT_UPDATED,
			sport_view_preference(user_id, sport_id, &stored));
	case SPORT_UNKNOWN:
		return reply(request, REPLY_UNKNOWN_SPORT);
	case SPORT_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* DELETE /api/auth/profile/reset/sports/<sport_id> */
static enum handled reset_sport(struct service *service, struct api_request *request)
{
	int64_t user_id = request->principal->profile.user.id, sport_id = 0;

	text_integer(request->http->parameters[0], 1, INT_MAX, &sport_id);
	switch (sport_reset_preference(service->db, user_id, sport_id)) {
	case SPORT_CHANGED:
		return reply_no_content(request);
	case SPORT_UNKNOWN:
		return reply(request, REPLY_UNKNOWN_SPORT);
	case SPORT_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- profile/edit/account (contract §6.7) ------------------------------------------------------ */

/* Steps 2 to 5 of contract §6.7: the fields. */
static enum reply read_account_change(
	const struct payload *payload, struct account_change_form *form)
{
	enum field email = payload_email(payload, "email", &form->email);
	enum field password = payload_text(payload, "password", &form->password);
	enum field new_password = payload_text(payload, "new_password", &form->new_password);

	if (email == FIELD_ABSENT || (form->email != NULL && *form->email == '\0'))
		return REPLY_EMAIL_MISSING;
	if (password == FIELD_ABSENT || (form->password != NULL && *form->password == '\0'))
		return REPLY_PASSWORD_MISSING;
	if (email == FIELD_INVALID || password == FIELD_INVALID || new_password == FIELD_INVALID ||
		(form->new_password != NULL && !validation_password_fits(form->new_password)))
		return REPLY_INVALID_PAYLOAD;
	return REPLY_NONE;
}

static enum handled reply_changed(
	struct api_request *request, const struct account_change_outcome *outcome)
{
	struct profile profile = request->principal->profile;

	profile.user.email = outcome->email;
	profile.user.email_to_confirm = outcome->email_to_confirm;
	return reply_data_with_message(
		request, REPLY_ACCOUNT_UPDATED, profile_object(&profile, request->dialect));
}

/* PATCH /api/auth/profile/edit/account */
static enum handled edit_account(struct service *service, struct api_request *request)
{
	const struct account_context account = service_account(service, request);
	struct account_change_form form = {0};
	struct account_change_outcome outcome;
	enum reply refusal = read_account_change(&request->payload, &form);

	if (refusal != REPLY_NONE)
		return reply(request, refusal);
	switch (account_change(&account, request->principal, &form, &outcome)) {
	case ACCOUNT_CHANGE_DONE:
		return reply_changed(request, &outcome);
	case ACCOUNT_CHANGE_PASSWORD_WRONG:
		return reply(request, REPLY_BAD_CREDENTIALS);
	case ACCOUNT_CHANGE_INVALID:
		return reply_violations(request, outcome.violations);
	case ACCOUNT_CHANGE_LIMITED:
		return reply_too_many_attempts(request, outcome.wait);
	case ACCOUNT_CHANGE_FAILED:
		break;
	}
	return HANDLER_FAILED;
}

/* ---- account/privacy-policy (contract §6.18) --------------------------------------------------- */

/* POST /api/auth/account/privacy-policy */
static enum handled accept_policy(struct service *service, struct api_request *request)
{
	if (!payload_is_true(&request->payload, "accepted_policy"))
		return reply(request, REPLY_INVALID_PAYLOAD);
	if (account_accept_policy(service->db, request->principal->profile.user.id) != EDIT_DONE)
		return HANDLER_FAILED;
	return reply_success(request);
}

static const struct api_route ROUTES[] = {
	{{HTTP_GET, "/api/auth/profile", IN_ALL}, .handler = get_profile,
		.access = &ACCESS_PROFILE_READ, .group = &GROUP_OF_PROFILES},
	{{HTTP_POST, "/api/auth/profile/edit", SINCE_0_6}, .handler = edit_profile,
		.access = &ACCESS_PROFILE_WRITE_AND_SHOW, .group = &GROUP_OF_PROFILES,
		.reads_json = true},
	{{HTTP_POST, "/api/auth/profile/edit", IN_0_2}, .handler = edit_whole_profile,
		.access = &ACCESS_PROFILE_WRITE_AND_SHOW, .reads_json = true},
	{{HTTP_PATCH, "/api/auth/profile/edit/account", SINCE_0_6}, .handler = edit_account,
		.access = &ACCESS_PROFILE_WRITE_AND_SHOW, .reads_json = true},
	{{HTTP_POST, "/api/auth/profile/edit/preferences", SINCE_0_6},
		.handler = edit_user_preferences, .access = &ACCESS_PROFILE_WRITE_AND_SHOW,
		.group = &GROUP_OF_PROFILES, .reads_json = true},
	{{HTTP_POST, "/api/auth/profile/edit/sports", SINCE_0_6}, .handler = edit_sport,
		.access = &ACCESS_PROFILE_WRITE, .reads_json = true},
	{{HTTP_DELETE, "/api/auth/profile/reset/sports/:sport_id", SINCE_0_6},
		.handler = reset_sport, .access = &ACCESS_PROFILE_WRITE},
	{{HTTP_POST, "/api/auth/account/privacy-policy", IN_0_7}, .handler = accept_policy,
		.access = &ACCESS_PROFILE_WRITE, .reads_json = true},
	{.handler = NULL},
};

int main(int argc, char **argv)
{
	return service_main(argc, argv, "profile",
		SETTINGS_NEED_DATABASE | SETTINGS_NEED_SECRET | SETTINGS_NEED_MAIL, ROUTES);
}
