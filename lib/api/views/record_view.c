/*
 * Dozens of records of one shape: writing them as text takes a third of the time of building a tree. The
 * username is escaped; the other values cannot break the JSON.
 */
#include "api/views/record_view.h"

#include "account/shortuuid.h"
#include "core/text.h"

#include <assert.h>
#include <string.h>

/* Room for a record without the username: keys, numbers, date and workout id. */
enum { RECORD_SIZE = 256 };

/* Where the next text is written, and the room left for it. */
struct output {
	char *at;
	size_t left;
};

static void put(struct output *output, const char *text)
{
	size_t length = strlen(text);

	assert(length <= output->left); /* RECORD_SIZE is enough for all that a record can hold */
	memcpy(output->at, text, length);
	output->at += length;
	output->left -= length;
}

/* The stored integer in the unit of the API, as JSON (contract §4, table of records). */
static void put_value(struct output *output, const struct record *record)
{
	char text[TEXT_DECIMAL_SIZE], duration[CLOCK_DURATION_SIZE];

	if (!record->has_value) {
		put(output, "null");
		return;
	}
	if (strcmp(record->type, "LD") == 0) {
		clock_duration(record->value, duration);
		put(output, "\"");
		put(output, duration);
		put(output, "\"");
		return;
	}
	if (strcmp(record->type, "AS") == 0 || strcmp(record->type, "MS") == 0)
		put(output, text_decimal(record->value, 2, text));
	else
		put(output, text_decimal(record->value, 3, text));
}

/* One of the five types as JSON, or null. No other text from the database reaches the output. */
static const char *type_as_json(const struct record *record)
{
	static const char *const TYPES[] = {"\"AS\"", "\"FD\"", "\"HA\"", "\"LD\"", "\"MS\""};

	for (size_t i = 0; i < sizeof(TYPES) / sizeof(*TYPES); i++)
		if (strlen(record->type) == 2 && memcmp(TYPES[i] + 1, record->type, 2) == 0)
			return TYPES[i];
	return "null";
}

/* `user` is the username as JSON. false: the UUID is malformed. */
static bool put_record(struct output *output, const struct record *record, const char *user)
{
	char number[TEXT_DECIMAL_SIZE], date[CLOCK_HTTP_DATE_SIZE], workout_id[SHORTUUID_SIZE];

	if (!shortuuid_encode(record->uuid, workout_id))
		return false;
	clock_http_date(record->date, date);
	put(output, "{\"id\":");
	put(output, text_decimal(record->id, 0, number));
	put(output, ",\"record_type\":");
	put(output, type_as_json(record));
	put(output, ",\"sport_id\":");
	put(output, text_decimal(record->sport_id, 0, number));
	put(output, ",\"user\":");
	put(output, user);
	put(output, ",\"value\":");
	put_value(output, record);
	put(output, ",\"workout_date\":\"");
	put(output, date);
	put(output, "\",\"workout_id\":\"");
	put(output, workout_id);
	put(output, "\"}");
	return true;
}

static size_t room_for(const struct record *first, int64_t workout_id, size_t user_length)
{
	size_t room = sizeof("[]");

	for (const struct record *record = first; record != NULL; record = record->next)
		if (workout_id == 0 || record->workout_id == workout_id)
			room += RECORD_SIZE + user_length;
	return room;
}

static cJSON *view(const struct record *first, int64_t workout_id, const char *username)
{
	const char *user = json_text(cJSON_CreateString(username)), *separator = "";
	size_t size = user == NULL ? 0 : room_for(first, workout_id, strlen(user));
	char *text = size == 0 ? NULL : cJSON_malloc(size);
	struct output output = {text, size};

	if (text == NULL)
		return NULL;
	put(&output, "[");
	for (const struct record *record = first; record != NULL; record = record->next) {
		if (workout_id != 0 && record->workout_id != workout_id)
			continue;
		put(&output, separator);
		if (!put_record(&output, record, user))
			return NULL;
		separator = ",";
	}
	put(&output, "]");
	*output.at = '\0';
	return cJSON_CreateRaw(text);
}

cJSON *record_view_list(const struct record *first, const char *username)
{
	return view(first, 0, username);
}

cJSON *record_view_of_workout(const struct record *first, int64_t workout_id, const char *username)
{
	return view(first, workout_id, username);
}
