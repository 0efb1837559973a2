/*
 * The formats follow Python's json module and FitTrackee's serializers.
 */
#include "export/archive_values.h"

#include "account/shortuuid.h"
#include "core/json/json.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void archive_write_time(struct json_writer *writer, const char *key, instant when)
{
	char text[CLOCK_SQL_SIZE] = "";

	json_write_key(writer, key);
	if (when != INSTANT_NONE)
		clock_sql(when, text);
	json_write_text(writer, when == INSTANT_NONE ? NULL : text);
}

void archive_write_integer(struct json_writer *writer, const char *key, int64_t value)
{
	char text[TEXT_DECIMAL_SIZE];

	json_write_key(writer, key);
	json_write_word(writer, text_decimal(value, 0, text));
}

void archive_write_text(struct json_writer *writer, const char *key, const char *text)
{
	json_write_key(writer, key);
	json_write_text(writer, text);
}

void archive_write_duration(struct json_writer *writer, const char *key, int64_t seconds)
{
	char text[CLOCK_DURATION_SIZE];

	json_write_key(writer, key);
	if (seconds != 0)
		clock_duration(seconds, text);
	json_write_text(writer, seconds == 0 ? NULL : text);
}

void archive_write_decimal(struct json_writer *writer, const char *key, const char *decimal)
{
	bool has_point = strchr(decimal, '.') != NULL;
	int length = (int)strlen(decimal);
	char text[TEXT_DECIMAL_SIZE + 2];

	while (has_point && decimal[length - 1] == '0' && decimal[length - 2] != '.')
		length--;
	snprintf(text, sizeof(text), "%.*s%s", length, decimal, has_point ? "" : ".0");
	json_write_key(writer, key);
	json_write_word(writer, text);
}

static bool is_zero(const char *decimal)
{
	return decimal[strspn(decimal, "-0.")] == '\0';
}

void archive_write_amount(struct json_writer *writer, const char *key, const char *decimal)
{
	if (decimal == NULL)
		archive_write_text(writer, key, NULL);
	else
		archive_write_decimal(writer, key, decimal);
}

void archive_write_measure(struct json_writer *writer, const char *key, const char *decimal)
{
	archive_write_amount(writer, key, decimal == NULL || is_zero(decimal) ? NULL : decimal);
}

void archive_write_stored(struct json_writer *writer, const char *key, const char *json)
{
	if (json == NULL || !json_is_strict(json, strlen(json))) {
		archive_write_text(writer, key, json);
		return;
	}
	json_write_key(writer, key);
	json_write_json(writer, json);
}

void archive_write_workout_id(struct json_writer *writer, const char *key, const char *uuid)
{
	char text[SHORTUUID_SIZE];

	archive_write_text(writer, key, shortuuid_encode(uuid, text) ? text : uuid);
}

void archive_write_flag(struct json_writer *writer, const char *key, bool flag)
{
	json_write_key(writer, key);
	json_write_word(writer, flag ? "true" : "false");
}

void archive_write_real(struct json_writer *writer, const char *key, double value)
{
	enum { FEW_DIGITS = 15, ALL_DIGITS = 17 };
	char text[TEXT_DECIMAL_SIZE];

	snprintf(text, sizeof(text), "%.*g", FEW_DIGITS, value);
	if (strtod(text, NULL) != value)
		snprintf(text, sizeof(text), "%.*g", ALL_DIGITS, value);
	json_write_key(writer, key);
	json_write_word(writer, text);
}
