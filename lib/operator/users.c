/*
 * Making accounts and looking at them.
 */
#include "operator/users.h"

#include "account/registration.h"
#include "account/rules.h"
#include "account/user.h"
#include "core/secret.h"
#include "core/text.h"
#include "operator/pages.h"
#include "operator/report.h"
#include "operator/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM_BYTES = 15 };

/* ---- finding ----------------------------------------------------------------------------------- */

static enum db_result find_by_id(struct db *db, const char *typed, struct person *person)
{
	static const char FIND[] = "SELECT " PERSON_COLUMNS " FROM users AS u WHERE u.id = ?";
	int64_t id;

	if (!text_integer(typed, 1, INT32_MAX, &id))
		return DB_NO_ROW;
	return db_row(db, FIND, DB_PARAMS(DB_INT(id)), DB_COLUMNS(PERSON_CELLS(person)));
}

/* The database's collation ignores more than case: what it finds is compared again. */
static enum db_result find_by_email(struct db *db, const char *typed, struct person *person)
{
	static const char FIND[] = "SELECT " PERSON_COLUMNS " FROM users AS u WHERE u.email = ?";
	enum db_result result =
		db_row(db, FIND, DB_PARAMS(DB_TEXT(typed)), DB_COLUMNS(PERSON_CELLS(person)));

	return result == DB_OK && !text_equal_ignoring_case(typed, person->email) ? DB_NO_ROW
										  : result;
}

static enum db_result find_by_username(struct db *db, const char *typed, struct person *person)
{
	static const char FIND[] = "SELECT " PERSON_COLUMNS " FROM users AS u WHERE u.username = ?";
	enum db_result result =
		db_row(db, FIND, DB_PARAMS(DB_TEXT(typed)), DB_COLUMNS(PERSON_CELLS(person)));

	return result == DB_OK && !text_equal_ignoring_case(typed, person->username) ? DB_NO_ROW
										     : result;
}

enum db_result users_find(const struct desk *desk, const char *typed, struct person *person)
{
	struct db *db = desk->db;
	enum db_result result = DB_NO_ROW;

	if (!text_is_utf8(typed, strlen(typed)))
		result = DB_NO_ROW;
	else if (*typed == '#')
		result = find_by_id(db, typed + 1, person);
	else if (strchr(typed, '@') != NULL)
		result = find_by_email(db, typed, person);
	else
		result = find_by_username(db, typed, person);
	if (result == DB_NO_ROW)
		report_failure("there is no user %s", typed);
	return result;
}

/* ---- checks and passwords ---------------------------------------------------------------------- */

bool users_obey_rules(unsigned broken)
{
	char text[RULES_MESSAGES_SIZE];

	if (broken == 0)
		return true;
	rules_messages(&DIALECTS[DIALECT_0_7], broken, text, sizeof(text));
	text[strlen(text) - 1] = '\0';
	for (char *end = text; (end = strchr(end, '\n')) != NULL;)
		*end = ';';
	report_failure("%s", text);
	return false;
}

static bool make_random_password(char random[USERS_RANDOM_SIZE])
{
	unsigned char bytes[RANDOM_BYTES];

	if (!secret_random(bytes, sizeof(bytes))) {
		report_failure("the system has no randomness");
		return false;
	}
	text_base64url(bytes, sizeof(bytes), random);
	return true;
}

static bool hash_password(
	const struct desk *desk, const char *password, char hash[PASSWORD_HASH_SIZE])
{
	if (!rules_password_fits(password)) {
		report_failure("password: at most %d bytes", CRYPT_MAX_PASSPHRASE_SIZE - 1);
		return false;
	}
	if (!users_obey_rules(rules_password(password)))
		return false;
	if (password_hash(desk->settings, password, hash))
		return true;
	report_failure("the password cannot be hashed: see the setting PASSWORD_HASH");
	return false;
}

bool users_new_password(
	const struct desk *desk, char hash[PASSWORD_HASH_SIZE], char random[USERS_RANDOM_SIZE])
{
	char password[TERMINAL_LINE_SIZE] = "";
	bool hashed;

	*random = '\0';
	if (options_has(desk->options, "random-password"))
		return make_random_password(random) && hash_password(desk, random, hash);
	hashed = terminal_read_password(password) && hash_password(desk, password, hash);
	explicit_bzero(password, sizeof(password));
	return hashed;
}

/* ---- create ------------------------------------------------------------------------------------ */

static int tell_registration(
	const struct registration *registration, enum registration_result result)
{
	switch (result) {
	case REGISTRATION_DONE:
		return EXIT_SUCCESS;
	case REGISTRATION_USERNAME_TAKEN:
		return report_failure("the username %s is already taken", registration->username);
	case REGISTRATION_EMAIL_KNOWN:
		return report_failure(
			"the e-mail address %s belongs to another account", registration->email);
	case REGISTRATION_CLOSED:
	case REGISTRATION_FAILED:
		break;
	}
	return report_failure("the user could not be stored");
}

int users_create(const struct desk *desk)
{
	const char *language = options_value(desk->options, "language");
	char hash[PASSWORD_HASH_SIZE], random[USERS_RANDOM_SIZE];
	const struct registration registration = {
		.username = desk->options->arguments[0],
		.email = options_value(desk->options, "email"),
		.language = language == NULL ? "en" : language,
		.password = hash,
		.policy_accepted_at = INSTANT_NONE,
		.admin = options_has(desk->options, "admin"),
		.now = clock_now(),
	};
	int status;

	if (registration.email == NULL)
		return report_wrong_usage("--email is missing");
	if (!text_is_utf8(registration.username, strlen(registration.username)) ||
		!users_obey_rules(
			rules_username(registration.username, DIALECTS[DIALECT_0_7].username_max) |
			rules_email(registration.email)))
		return EXIT_FAILURE;
	if (strcmp(rules_language(desk->settings->languages, registration.language),
		    registration.language) != 0)
		return report_failure("--language is one of %s", desk->settings->languages);
	if (!users_new_password(desk, hash, random))
		return EXIT_FAILURE;
	status = tell_registration(
		&registration, registration_store(desk->db, &registration, NULL, NULL));
	if (status != EXIT_SUCCESS)
		return status;
	/* with a random password, standard output is that alone: for scripts */
	fprintf(*random == '\0' ? stdout : stderr, "created user #%lld %s\n",
		(long long)db_inserted_id(desk->db), registration.username);
	if (*random != '\0')
		puts(random);
	return EXIT_SUCCESS;
}

/* ---- list and show ----------------------------------------------------------------------------- */

static void describe(struct report *report, const struct person *person)
{
	report_number(report, "id", 7, person->id);
	report_text(report, "username", 30, person->username);
	report_flag(report, "admin", person->admin);
	report_flag(report, "is_active", person->confirmed);
	report_time(report, "suspended_at", person->suspended_at);
	report_time(report, "created_at", person->created_at);
	report_text(report, "language", 2, person->language);
	report_text(report, "email", 30, person->email);
}

struct listing {
	struct report report;
	struct person person;
};

static bool list_person(void *context)
{
	struct listing *listing = context;

	describe(&listing->report, &listing->person);
	report_print(&listing->report);
	return true;
}

int users_list(const struct desk *desk)
{
	static const char ALL[] =
		"SELECT " PERSON_COLUMNS " FROM users AS u WHERE u.id > ? ORDER BY u.id LIMIT ?";
	static const char INACTIVE[] =
		"SELECT " PERSON_COLUMNS " FROM users AS u WHERE u.id > ? AND "
		"(u.is_active = 0 OR u.suspended_at IS NOT NULL) ORDER BY u.id LIMIT ?";
	static const char ADMINS[] = "SELECT " PERSON_COLUMNS " FROM users AS u WHERE u.id > ? AND "
				     "u.admin = 1 ORDER BY u.id LIMIT ?";
	const struct options *options = desk->options;
	struct listing listing = {
		.report.form = options_has(options, "json") ? REPORT_JSON : REPORT_TABLE};
	const struct db_column columns[] = {PERSON_CELLS(&listing.person)};
	const struct pages pages = {
		.sql = options_has(options, "inactive") ? INACTIVE
		       : options_has(options, "admins") ? ADMINS
							: ALL,
		.columns = columns,
		.column_count = sizeof(columns) / sizeof(*columns),
		.row = &listing.person,
		.row_size = sizeof(listing.person),
		.id = &listing.person.id,
	};

	if (options_has(options, "inactive") && options_has(options, "admins"))
		return report_wrong_usage("--inactive and --admins exclude each other");
	return report_result(pages_each(desk, &pages, list_person, &listing));
}

/* What only the sheet of one user has. */
struct details {
	const char *first_name, *last_name, *timezone, *picture;
	instant accepted_policy_date;
	int64_t workouts, tokens;
	bool export_stored;
};

static enum db_result read_details(struct db *db, int64_t user_id, struct details *details)
{
	static const char READ[] =
		"SELECT first_name, last_name, timezone, picture, accepted_policy_date, "
		"(SELECT COUNT(*) FROM workouts WHERE user_id = u.id), "
		"(SELECT COUNT(*) FROM personal_tokens WHERE user_id = u.id AND revoked_at IS NULL AND "
		" (expires_at IS NULL OR expires_at > ?)), "
		"(SELECT COUNT(*) FROM users_data_export WHERE user_id = u.id AND file_name IS NOT NULL) "
		"FROM users AS u WHERE u.id = ?";

	return db_row(db, READ, DB_PARAMS(DB_TIME(clock_now()), DB_INT(user_id)),
		DB_COLUMNS(DB_TO_TEXT(&details->first_name), DB_TO_TEXT(&details->last_name),
			DB_TO_TEXT(&details->timezone), DB_TO_TEXT(&details->picture),
			DB_TO_TIME(&details->accepted_policy_date), DB_TO_INT(&details->workouts),
			DB_TO_INT(&details->tokens), DB_TO_BOOL(&details->export_stored)));
}

int users_show(const struct desk *desk)
{
	struct report report = {
		.form = options_has(desk->options, "json") ? REPORT_JSON : REPORT_SHEET};
	struct person person;
	struct details details;

	if (users_find(desk, desk->options->arguments[0], &person) != DB_OK)
		return EXIT_FAILURE;
	if (read_details(desk->db, person.id, &details) != DB_OK)
		return EXIT_FAILURE;
	describe(&report, &person);
	report_text(&report, "email_to_confirm", 0, person.email_to_confirm);
	report_text(&report, "first_name", 0, details.first_name);
	report_text(&report, "last_name", 0, details.last_name);
	report_text(&report, "timezone", 0, details.timezone);
	report_text(&report, "picture", 0, details.picture);
	report_time(&report, "accepted_policy_date", details.accepted_policy_date);
	report_number(&report, "workouts", 0, details.workouts);
	report_number(&report, "personal_tokens", 0, details.tokens);
	report_flag(&report, "export", details.export_stored);
	report_print(&report);
	return EXIT_SUCCESS;
}
