/*
 * A value is checked, for a message that names it, before the use case stores it (account/administration/app_config_change.h).
 */
#include "admin/settings.h"

#include "account/administration/app_config_change.h"
#include "account/validation.h"
#include "core/text.h"
#include "admin/account_row.h"
#include "admin/cli/report.h"
#include "admin/cli/terminal.h"
#include "admin/new_password.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHOWN_BYTES = 60,
};

static enum db_result read_config(const struct admin_context *admin, struct app_config *config)
{
	enum db_result result = app_config_read(admin->db, admin->arena, config);

	if (result == DB_NO_ROW)
		report_failure("table app_config must have exactly one row");
	return result;
}

/* ---- list -------------------------------------------------------------------------------------- */

/* The beginning of a long text, unless it is for JSON. NULL: out of memory, or there is no text. */
static const char *beginning(struct arena *arena, const char *text, enum report_form form)
{
	size_t end = SHOWN_BYTES;

	if (text == NULL || form == REPORT_JSON || strlen(text) <= SHOWN_BYTES)
		return text;
	while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
		end--;
	return arena_printf(arena, "%.*s... (%zu characters)", (int)end, text, text_length(text));
}

int settings_list(const struct admin_context *admin)
{
	struct report report = report_new(admin->options, REPORT_SHEET);
	struct app_config config;

	if (read_config(admin, &config) != DB_OK)
		return EXIT_FAILURE;
	report_number(&report, "max_users", 0, config.max_users);
	report_number(&report, "gpx_limit_import", 0, config.gpx_limit_import);
	report_number(&report, "max_single_file_size", 0, config.max_single_file_size);
	report_number(&report, "max_zip_file_size", 0, config.max_zip_file_size);
	report_text(&report, "admin_contact", 0, config.admin_contact);
	report_time(&report, "privacy_policy_date", config.privacy_policy_date);
	report_text(&report, "privacy_policy", 0,
		beginning(admin->arena, config.privacy_policy, report.form));
	report_text(&report, "about", 0, beginning(admin->arena, config.about, report.form));
	report_print(&report);
	return EXIT_SUCCESS;
}

/* ---- set --------------------------------------------------------------------------------------- */

enum {
	MAX_USERS,
	GPX_LIMIT_IMPORT,
	MAX_SINGLE_FILE_SIZE,
	MAX_ZIP_FILE_SIZE,
	ADMIN_CONTACT,
	PRIVACY_POLICY,
	PRIVACY_POLICY_DATE,
	ABOUT,
	SETTING_COUNT
};

const struct command_choice SETTINGS_KEYS[SETTING_COUNT + 1] = {
	[MAX_USERS] = {"max_users", "number of accounts; 0: no limit"},
	[GPX_LIMIT_IMPORT] = {"gpx_limit_import", "number of files in one upload of workouts"},
	[MAX_SINGLE_FILE_SIZE] = {"max_single_file_size",
		"largest uploaded file, in bytes, at most 32 MiB"},
	[MAX_ZIP_FILE_SIZE] = {"max_zip_file_size",
		"largest uploaded zip archive, in bytes, at most 32 MiB"},
	[ADMIN_CONTACT] = {"admin_contact", "an e-mail address"},
	[PRIVACY_POLICY] = {"privacy_policy",
		"text, or - to read standard input; another text than before also "
		"sets privacy_policy_date"},
	[PRIVACY_POLICY_DATE] = {"privacy_policy_date", "2026-11-22 or 2026-11-22T19:00:00Z"},
	[ABOUT] = {"about", "text, or - to read standard input"},
};

struct setting {
	const struct command_choice *key;
	enum app_config_field field;
	size_t offset; /* in struct app_config */
	/* Checks and stores the value; returns the exit status. */
	int (*store)(const struct admin_context *admin, const struct setting *setting,
		const char *value);
	int64_t low, high; /* the limits of a number; 0 for other types */
};

/* Store values of the setting's field; returns the exit status. */
static int change(const struct admin_context *admin, const struct setting *setting,
	const struct app_config *values)
{
	const struct account_context context = {
		.db = admin->db,
		.arena = admin->arena,
		.settings = admin->settings,
	};
	const struct app_config_change change = {.fields = setting->field, .values = *values};
	struct app_config config;

	switch (account_change_app_config(&context, &change, &config)) {
	case APP_CONFIG_CHANGED:
		return EXIT_SUCCESS;
	case APP_CONFIG_SIZES_DISORDERED:
		return report_failure("max_single_file_size (%" PRId64
				      ") must not exceed max_zip_file_size (%" PRId64 ")",
			config.max_single_file_size, config.max_zip_file_size);
	case APP_CONFIG_NOT_ONE_ROW:
		return report_failure("table app_config must have exactly one row");
	case APP_CONFIG_FAILED:
		break;
	}
	return report_result(DB_FAILED);
}

/* The same for a text; "" clears the setting. */
static int change_text(
	const struct admin_context *admin, const struct setting *setting, const char *text)
{
	struct app_config values = {0};

	*(const char **)((char *)&values + setting->offset) = *text == '\0' ? NULL : text;
	return change(admin, setting, &values);
}

static int store_number(
	const struct admin_context *admin, const struct setting *setting, const char *value)
{
	struct app_config values = {0};
	int64_t number;

	if (!text_integer(value, setting->low, INT32_MAX, &number))
		return report_failure("%s: '%s' is not a whole number from %" PRId64 " to %" PRId64,
			setting->key->name, value, setting->low, setting->high);
	if (number > setting->high)
		return report_failure("%s: at most %" PRId64
				      " (32 MiB): nginx rejects larger requests",
			setting->key->name, setting->high);
	*(int64_t *)((char *)&values + setting->offset) = number;
	return change(admin, setting, &values);
}

static int store_contact(
	const struct admin_context *admin, const struct setting *setting, const char *value)
{
	const char *email = account_typed_email(admin, value);

	if (*email != '\0' && !report_violations(validation_email(email)))
		return EXIT_FAILURE;
	return change_text(admin, setting, email);
}

/* The text to store; "" clears the setting. NULL: standard error has the reason. */
static const char *read_value(
	const struct admin_context *admin, const struct setting *setting, const char *value)
{
	if (strcmp(value, "-") == 0)
		return terminal_read_text(admin->arena, APP_CONFIG_TEXT_MAX);
	if (strlen(value) <= APP_CONFIG_TEXT_MAX && text_is_utf8(value, strlen(value)))
		return value;
	report_failure("%s must be UTF-8 text of at most %d bytes", setting->key->name,
		APP_CONFIG_TEXT_MAX);
	return NULL;
}

static int store_text(
	const struct admin_context *admin, const struct setting *setting, const char *value)
{
	const char *text = read_value(admin, setting, value);

	return text == NULL ? EXIT_FAILURE : change_text(admin, setting, text);
}

/* Parse a day, or an ISO 8601 time in UTC. */
static bool parse_time(struct arena *arena, const char *value, instant *when)
{
	char *copy = arena_copy(arena, value, strlen(value));
	size_t length = strlen(value);

	if (copy == NULL)
		return false;
	if (length == CLOCK_ISO_SIZE - 1 && copy[10] == 'T' && copy[length - 1] == 'Z') {
		copy[10] = ' ';
		copy[length - 1] = '\0';
	}
	return clock_parse_day(copy, when) || clock_parse_sql(copy, when);
}

static int store_time(
	const struct admin_context *admin, const struct setting *setting, const char *value)
{
	struct app_config values = {.privacy_policy_date = INSTANT_NONE};

	if (*value != '\0' && !parse_time(admin->arena, value, &values.privacy_policy_date))
		return report_failure("%s must be a time like 2026-11-22 or 2026-11-22T19:00:00Z",
			setting->key->name);
	return change(admin, setting, &values);
}

/* NOLINTNEXTLINE(bugprone-macro-parentheses): initializers cannot be in parentheses */
#define SETTING(name, member, store, low, high)                                                    \
	[name] = {&SETTINGS_KEYS[name], APP_CONFIG_##name, offsetof(struct app_config, member),    \
		store, low, high}

static const struct setting SETTINGS[SETTING_COUNT] = {
	SETTING(MAX_USERS, max_users, store_number, 0, INT32_MAX),
	SETTING(GPX_LIMIT_IMPORT, gpx_limit_import, store_number, 1, INT32_MAX),
	SETTING(MAX_SINGLE_FILE_SIZE, max_single_file_size, store_number, 1, APP_CONFIG_MAX_BYTES),
	SETTING(MAX_ZIP_FILE_SIZE, max_zip_file_size, store_number, 1, APP_CONFIG_MAX_BYTES),
	SETTING(ADMIN_CONTACT, admin_contact, store_contact, 0, 0),
	SETTING(PRIVACY_POLICY, privacy_policy, store_text, 0, 0),
	SETTING(PRIVACY_POLICY_DATE, privacy_policy_date, store_time, 0, 0),
	SETTING(ABOUT, about, store_text, 0, 0),
};

int settings_set(const struct admin_context *admin)
{
	const char *name = admin->options->arguments[0], *value = admin->options->arguments[1];
	struct app_config config;
	int status;

	for (int i = 0; i < SETTING_COUNT; i++) {
		if (strcmp(SETTINGS_KEYS[i].name, name) != 0)
			continue;
		if (read_config(admin, &config) != DB_OK)
			return EXIT_FAILURE;
		status = SETTINGS[i].store(admin, &SETTINGS[i], value);
		if (status == EXIT_SUCCESS)
			printf("set %s\n", name);
		return status;
	}
	return report_failure(
		"unrecognized setting \"%s\"; 'fitgate-admin settings list' shows all", name);
}
