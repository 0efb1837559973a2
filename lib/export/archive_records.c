/*
 * Reads a user's records once, and finds those of each workout in memory.
 */
#include "export/archive_internal.h"

#include "core/text.h"

#include <string.h>

struct record {
	int64_t id, sport_id, workout_id;
	const char *type, *uuid;
	instant date;
	bool has_value;
	int64_t value;
	struct record *next;
};

struct archive_records {
	struct arena *arena;
	struct record row, *first, **end;
	bool failed;
};

static bool keep_record(void *context)
{
	struct archive_records *records = context;
	struct record *copy = arena_alloc(records->arena, sizeof(*copy));

	records->failed = copy == NULL;
	if (copy == NULL)
		return false;
	*copy = records->row;
	copy->next = NULL;
	*records->end = copy;
	records->end = &copy->next;
	return true;
}

static const struct db_field RECORD[] = {
	DB_FIELD(struct record, id, "id"),
	DB_FIELD(struct record, sport_id, "sport_id"),
	DB_FIELD(struct record, workout_id, "workout_id"),
	DB_FIELD(struct record, type, "record_type"),
	DB_FIELD(struct record, uuid, "workout_uuid"),
	DB_FIELD_TIME(struct record, date, "workout_date"),
	DB_FIELD(struct record, has_value, "value IS NOT NULL"),
	DB_FIELD(struct record, value, "value"),
	{0},
};

const struct archive_records *archive_read_records(
	struct db *db, struct arena *arena, int64_t user_id)
{
	static const struct db_query READ = {
		RECORD, .text = "FROM records WHERE user_id = ? ORDER BY sport_id, record_type"};
	struct archive_records *records = arena_zero(arena, sizeof(*records));

	if (records == NULL)
		return NULL;
	records->arena = arena;
	records->end = &records->first;
	if (db_query_each(db, arena, &READ, DB_PARAMS(DB_INT(user_id)), &records->row, keep_record,
		    records) != DB_OK ||
		records->failed)
		return NULL;
	return records;
}

/* In the unit that the API shows (contract §4). */
static void write_record_value(struct json_writer *writer, const struct record *record)
{
	const char *type = record->type == NULL ? "" : record->type;
	char text[TEXT_DECIMAL_SIZE], duration[CLOCK_DURATION_SIZE];

	if (!record->has_value) {
		archive_write_text(writer, "value", NULL);
	} else if (strcmp(type, "LD") == 0) {
		clock_duration(record->value, duration);
		archive_write_text(writer, "value", duration);
	} else {
		bool speed = strcmp(type, "AS") == 0 || strcmp(type, "MS") == 0;

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
	archive_write_text(writer, "record_type", record->type);
	archive_write_time(writer, "workout_date", record->date);
	write_record_value(writer, record);
	json_write_close(writer, '}');
}

void archive_write_records(struct json_writer *writer, const struct archive_records *records,
	int64_t workout_id, const char *username)
{
	json_write_key(writer, "records");
	json_write_open(writer, '[');
	for (const struct record *record = records->first; record != NULL; record = record->next)
		if (workout_id == 0 || record->workout_id == workout_id)
			write_record(writer, record, username);
	json_write_close(writer, ']');
}
