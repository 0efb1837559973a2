/*
 * Writes records; those of a workout are found in memory.
 */
#include "export/archive_internal.h"

#include "core/text.h"

#include <string.h>

/* In the unit that the API shows (contract §4). */
static void write_record_value(struct json_writer *writer, const struct record *record)
{
	char text[TEXT_DECIMAL_SIZE], duration[CLOCK_DURATION_SIZE];

	if (!record->has_value) {
		archive_write_text(writer, "value", NULL);
	} else if (strcmp(record->type, "LD") == 0) {
		clock_duration(record->value, duration);
		archive_write_text(writer, "value", duration);
	} else {
		bool speed = strcmp(record->type, "AS") == 0 || strcmp(record->type, "MS") == 0;

		archive_write_decimal(
			writer, "value", text_decimal(record->value, speed ? 2 : 3, text));
	}
}

static void write_record(
	struct json_writer *writer, const struct record *record, const char *username)
{
	json_write_open(writer, '{');
	archive_write_integer(writer, "id", record->id);
	archive_write_text(writer, "user", username);
	archive_write_integer(writer, "sport_id", record->sport_id);
	archive_write_workout_id(writer, "workout_id", record->uuid);
	archive_write_text(writer, "record_type", *record->type == '\0' ? NULL : record->type);
	archive_write_time(writer, "workout_date", record->date);
	write_record_value(writer, record);
	json_write_close(writer, '}');
}

void archive_write_records(struct json_writer *writer, const struct record *first,
	int64_t workout_id, const char *username)
{
	json_write_key(writer, "records");
	json_write_open(writer, '[');
	for (const struct record *record = first; record != NULL; record = record->next)
		if (workout_id == 0 || record->workout_id == workout_id)
			write_record(writer, record, username);
	json_write_close(writer, ']');
}
