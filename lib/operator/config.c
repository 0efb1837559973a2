/*
 * One statement a setting; a value is checked before it is stored.
 */
#include "operator/config.h"

#include "account/app_config.h"
#include "account/rules.h"
#include "core/text.h"
#include "operator/report.h"
#include "operator/terminal.h"
#include "operator/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_BYTES = 65535, /* what a TEXT column holds */
	SHOWN = 60,
};

static enum db_result read_config(const struct desk *desk, struct app_config *config)
{
	enum db_result result = app_config_read(desk->db, config);

	if (result == DB_NO_ROW)
		report_failure("the table app_config has not exactly one row");
	return result;
}

/* ---- list -------------------------------------------------------------------------------------- */

/* A long text as a sheet shows it: its beginning. */
static const char *beginning(struct arena *arena, const char *text, enum report_form form)
{
	size_t end = SHOWN;

	if (text == NULL || form == REPORT_JSON || strlen(text) <= SHOWN)
		return text;
	while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
		end--;
	return arena_printf(arena, "%.*s... (%zu characters)", (int)end, text, text_length(text));
}

int config_list(const struct desk *desk)
{
	struct report report = {
		.form = options_has(desk->options, "json") ? REPORT_JSON : REPORT_SHEET};
	struct app_config config;

	if (read_config(desk, &config) != DB_OK)
		return EXIT_FAILURE;
	report_number(&report, "max_users", 0, config.max_users);
	report_number(&report, "gpx_limit_import", 0, config.gpx_limit_import);
	report_number(&report, "max_single_file_size", 0, config.max_single_file_size);
	report_number(&report, "max_zip_file_size", 0, config.max_zip_file_size);
	report_text(&report, "admin_contact", 0, config.admin_contact);
	report_time(&report, "privacy_policy_date", config.privacy_policy_date);
	report_text(&report, "privacy_policy", 0,
		beginning(desk->arena, config.privacy_policy, report.form));
	report_text(&report, "about", 0, beginning(desk->arena, config.about, report.form));
	report_print(&report);
	return EXIT_SUCCESS;
}

/* ---- set --------------------------------------------------------------------------------------- */

struct setting {
	const char *name, *sql;
	/* Store the value. */
	int (*store)(const struct desk *desk, const struct setting *setting, const char *value);
	int64_t low, high; /* of a number */
};

/* Two limits that depend on each other; whether the new one fits. */
static bool fits_the_other(const struct desk *desk, const struct setting *setting, int64_t number)
{
	struct app_config config;

	if (strcmp(setting->name, "max_single_file_size") != 0 &&
		strcmp(setting->name, "max_zip_file_size") != 0)
		return true;
	if (read_config(desk, &config) != DB_OK)
		return false;
	if (strcmp(setting->name, "max_single_file_size") == 0)
		config.max_single_file_size = number;
	else
		config.max_zip_file_size = number;
	if (config.max_single_file_size <= config.max_zip_file_size)
		return true;
	report_failure("max_single_file_size (%lld) would be more than max_zip_file_size (%lld)",
		(long long)config.max_single_file_size, (long long)config.max_zip_file_size);
	return false;
}

static int store_number(const struct desk *desk, const struct setting *setting, const char *value)
{
	int64_t number;

	if (!text_integer(value, setting->low, INT32_MAX, &number))
		return report_failure("%s: '%s' is not a whole number from %lld to %lld",
			setting->name, value, (long long)setting->low, (long long)setting->high);
	if (number > setting->high)
		return report_failure(
			"%s: at most %lld (32 MiB), nginx lets no larger request through",
			setting->name, (long long)setting->high);
	if (!fits_the_other(desk, setting, number))
		return EXIT_FAILURE;
	return report_result(db_change(desk->db, setting->sql, DB_PARAMS(DB_INT(number)), NULL));
}

static int store_contact(const struct desk *desk, const struct setting *setting, const char *value)
{
	if (*value != '\0' && !users_obey_rules(rules_email(value)))
		return EXIT_FAILURE;
	return report_result(db_change(
		desk->db, setting->sql, DB_PARAMS(DB_TEXT(*value == '\0' ? NULL : value)), NULL));
}

/* The text to store; "" stands for none. NULL: standard error says what is wrong. */
static const char *read_value(
	const struct desk *desk, const struct setting *setting, const char *value)
{
	if (strcmp(value, "-") == 0)
		return terminal_read_text(desk->arena, TEXT_BYTES);
	if (strlen(value) <= TEXT_BYTES && text_is_utf8(value, strlen(value)))
		return value;
	report_failure("%s is UTF-8 text of at most %d bytes", setting->name, TEXT_BYTES);
	return NULL;
}

static int store_text(const struct desk *desk, const struct setting *setting, const char *value)
{
	const char *text = read_value(desk, setting, value);

	if (text == NULL)
		return EXIT_FAILURE;
	return report_result(db_change(
		desk->db, setting->sql, DB_PARAMS(DB_TEXT(*text == '\0' ? NULL : text)), NULL));
}

/* The date goes with the text: who accepted an older one is asked again. */
static int store_policy(const struct desk *desk, const struct setting *setting, const char *value)
{
	const char *text = read_value(desk, setting, value);

	if (text == NULL)
		return EXIT_FAILURE;
	if (*text == '\0')
		return report_result(db_change(desk->db, setting->sql,
			DB_PARAMS(DB_TEXT(NULL), DB_TIME(INSTANT_NONE)), NULL));
	return report_result(db_change(
		desk->db, setting->sql, DB_PARAMS(DB_TEXT(text), DB_TIME(clock_now())), NULL));
}

/* A day, or ISO 8601 in UTC to the second. */
static bool read_time(struct arena *arena, const char *value, instant *when)
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

static int store_time(const struct desk *desk, const struct setting *setting, const char *value)
{
	instant when = INSTANT_NONE;

	if (*value != '\0' && !read_time(desk->arena, value, &when))
		return report_failure(
			"%s is a time like 2026-11-22 or 2026-11-22T19:00:00Z", setting->name);
	return report_result(db_change(desk->db, setting->sql, DB_PARAMS(DB_TIME(when)), NULL));
}

static const struct setting SETTINGS[] = {
	{"max_users", "UPDATE app_config SET max_users = ?", store_number, 0, INT32_MAX},
	{"gpx_limit_import", "UPDATE app_config SET gpx_limit_import = ?", store_number, 1,
		INT32_MAX},
	{"max_single_file_size", "UPDATE app_config SET max_single_file_size = ?", store_number, 1,
		APP_CONFIG_MAX_BYTES},
	{"max_zip_file_size", "UPDATE app_config SET max_zip_file_size = ?", store_number, 1,
		APP_CONFIG_MAX_BYTES},
	{"admin_contact", "UPDATE app_config SET admin_contact = ?", store_contact, 0, 0},
	{"privacy_policy", "UPDATE app_config SET privacy_policy = ?, privacy_policy_date = ?",
		store_policy, 0, 0},
	{"privacy_policy_date", "UPDATE app_config SET privacy_policy_date = ?", store_time, 0, 0},
	{"about", "UPDATE app_config SET about = ?", store_text, 0, 0},
};

enum { SETTING_COUNT = sizeof(SETTINGS) / sizeof(*SETTINGS) };

int config_set(const struct desk *desk)
{
	const char *name = desk->options->arguments[0], *value = desk->options->arguments[1];
	struct app_config config;
	int status;

	for (int i = 0; i < SETTING_COUNT; i++) {
		if (strcmp(SETTINGS[i].name, name) != 0)
			continue;
		if (read_config(desk, &config) != DB_OK)
			return EXIT_FAILURE;
		status = SETTINGS[i].store(desk, &SETTINGS[i], value);
		if (status == EXIT_SUCCESS)
			printf("set %s\n", name);
		return status;
	}
	return report_failure(
		"there is no setting %s; 'fitgate-admin settings list' shows them all", name);
}
