/*
 * Numbers are written as the database gives them, as decimal text without needless zeros: a column of
 * decimals has no rounding of its own, and so has what is exported.
 *
 * A user has few records, at most five a sport: they are read once and looked up for each workout.
 */
#include "files/archive_data.h"

#include "account/profile.h"
#include "account/shortuuid.h"
#include "core/json_writer.h"
#include "core/text.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 500 };

/* ---- values ------------------------------------------------------------------------------------ */

static void write_time(struct json_writer *writer, const char *key, instant when)
{
	char text[CLOCK_SQL_SIZE] = "";

	json_write_key(writer, key);
	if (when != INSTANT_NONE)
		clock_sql(when, text);
	json_write_text(writer, when == INSTANT_NONE ? NULL : text);
}

static void write_integer(struct json_writer *writer, const char *key, int64_t value)
{
	char text[TEXT_DECIMAL_SIZE];

	json_write_key(writer, key);
	json_write_word(writer, text_decimal(value, 0, text));
}

static void write_text(struct json_writer *writer, const char *key, const char *text)
{
	json_write_key(writer, key);
	json_write_text(writer, text);
}

/* null when there is none (0). */
static void write_duration(struct json_writer *writer, const char *key, int64_t seconds)
{
	char text[CLOCK_DURATION_SIZE];

	json_write_key(writer, key);
	if (seconds != 0)
		clock_duration(seconds, text);
	json_write_text(writer, seconds == 0 ? NULL : text);
}

/* Decimal text as Python prints the number: at least one digit behind the point, no needless zeros. */
static void write_decimal(struct json_writer *writer, const char *key, const char *decimal)
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

/* null when the column is; zero stays. */
static void write_amount(struct json_writer *writer, const char *key, const char *decimal)
{
	if (decimal == NULL)
		write_text(writer, key, NULL);
	else
		write_decimal(writer, key, decimal);
}

/* null when the column is, or zero. */
static void write_measure(struct json_writer *writer, const char *key, const char *decimal)
{
	write_amount(writer, key, decimal == NULL || is_zero(decimal) ? NULL : decimal);
}

/* Stored JSON. What is none after all is given as a text, so that nothing is lost. */
static void write_stored(struct json_writer *writer, const char *key, const char *json)
{
	if (json == NULL || !json_is_strict(json, strlen(json))) {
		write_text(writer, key, json);
		return;
	}
	json_write_key(writer, key);
	json_write_json(writer, json);
}

static void write_workout_id(struct json_writer *writer, const char *key, const char *uuid)
{
	char text[SHORTUUID_SIZE];

	write_text(writer, key, shortuuid_encode(uuid, text) ? text : uuid);
}

/* ---- records ----------------------------------------------------------------------------------- */

struct record {
	int64_t id, sport_id, workout_id;
	const char *type, *uuid;
	instant date;
	bool has_value;
	int64_t value;
	struct record *next;
};

struct records {
	struct arena *arena;
	struct record row, *first, **end;
	bool failed;
};

static bool keep_record(void *context)
{
	struct records *records = context;
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

static enum db_result read_records(
	struct db *db, struct arena *arena, int64_t user_id, struct records *records)
{
	static const char READ[] =
		"SELECT id, sport_id, workout_id, record_type, workout_uuid, workout_date, "
		"value IS NOT NULL, value FROM records WHERE user_id = ? ORDER BY sport_id, record_type";
	struct record *row = &records->row;
	enum db_result result;

	*records = (struct records){.arena = arena, .end = &records->first};
	result = db_rows(db, READ, DB_PARAMS(DB_INT(user_id)),
		DB_COLUMNS(DB_TO_INT(&row->id), DB_TO_INT(&row->sport_id),
			DB_TO_INT(&row->workout_id), DB_TO_TEXT(&row->type), DB_TO_TEXT(&row->uuid),
			DB_TO_TIME(&row->date), DB_TO_BOOL(&row->has_value),
			DB_TO_INT(&row->value)),
		keep_record, records);
	return records->failed ? DB_FAILED : result;
}

/* In the unit that the API shows (contract §4). */
static void write_record_value(struct json_writer *writer, const struct record *record)
{
	const char *type = record->type == NULL ? "" : record->type;
	char text[TEXT_DECIMAL_SIZE], duration[CLOCK_DURATION_SIZE];

	if (!record->has_value) {
		write_text(writer, "value", NULL);
	} else if (strcmp(type, "LD") == 0) {
		clock_duration(record->value, duration);
		write_text(writer, "value", duration);
	} else {
		bool speed = strcmp(type, "AS") == 0 || strcmp(type, "MS") == 0;

		write_decimal(writer, "value", text_decimal(record->value, speed ? 2 : 3, text));
	}
}

static void write_record(
	struct json_writer *writer, const struct record *record, const char *username)
{
	json_write_open(writer, '{');
	write_integer(writer, "id", record->id);
	write_text(writer, "user", username);
	write_integer(writer, "sport_id", record->sport_id);
	write_workout_id(writer, "workout_id", record->uuid);
	write_text(writer, "record_type", record->type);
	write_time(writer, "workout_date", record->date);
	write_record_value(writer, record);
	json_write_close(writer, '}');
}

/* Those of one workout, or (0) all. */
static void write_records(struct json_writer *writer, const struct records *records,
	int64_t workout_id, const char *username)
{
	json_write_key(writer, "records");
	json_write_open(writer, '[');
	for (const struct record *record = records->first; record != NULL; record = record->next)
		if (workout_id == 0 || record->workout_id == workout_id)
			write_record(writer, record, username);
	json_write_close(writer, ']');
}

/* ---- profile ----------------------------------------------------------------------------------- */

static enum db_result read_profile(struct db *db, int64_t user_id, struct profile *profile)
{
	enum db_result result = profile_read(db, user_id, profile);

	return result == DB_OK ? profile_complete(db, profile) : result;
}

/* What GET profile shows, but for dates. false: memory is out. */
static bool write_profile(
	struct json_writer *writer, const struct profile *profile, const struct records *records)
{
	const cJSON *object = profile_object(profile, &DIALECTS[DIALECT_0_7]), *member;

	if (object == NULL)
		return false;
	json_write_open(writer, '{');
	cJSON_ArrayForEach(member, object)
	{
		const char *key = member->string, *text;

		if (strcmp(key, "birth_date") == 0) {
			write_time(writer, key, profile->user.birth_date);
		} else if (strcmp(key, "created_at") == 0) {
			write_time(writer, key, profile->user.created_at);
		} else if (strcmp(key, "records") == 0) {
			write_records(writer, records, 0, profile->user.username);
		} else if ((text = json_text(member)) != NULL) {
			json_write_key(writer, key);
			json_write_json(writer, text);
		} else {
			return false;
		}
	}
	json_write_close(writer, '}');
	return true;
}

/* ---- workouts ---------------------------------------------------------------------------------- */

struct segment {
	int64_t workout_id, segment_id;
	const char *uuid;
	int64_t duration, pauses, moving;
	const char *distance, *min_alt, *max_alt, *descent, *ascent, *max_speed, *ave_speed;
	struct segment *next;
};

struct workout {
	int64_t id, sport_id;
	const char *uuid, *title, *sport, *gpx, *notes, *weather_start, *weather_end;
	instant created, modified, date;
	int64_t duration, pauses, moving;
	const char *distance, *min_alt, *max_alt, *descent, *ascent, *max_speed, *ave_speed;
	struct segment *segments, **end;
};

#define MEASURES(table)                                                                            \
	table ".duration, " table ".pauses, " table ".moving, " table ".distance, " table          \
	      ".min_alt, " table ".max_alt, " table ".descent, " table ".ascent, " table           \
	      ".max_speed, " table ".ave_speed"
#define MEASURE_CELLS(row)                                                                         \
	DB_TO_INT(&(row)->duration), DB_TO_INT(&(row)->pauses), DB_TO_INT(&(row)->moving),         \
		DB_TO_TEXT(&(row)->distance), DB_TO_TEXT(&(row)->min_alt),                         \
		DB_TO_TEXT(&(row)->max_alt), DB_TO_TEXT(&(row)->descent),                          \
		DB_TO_TEXT(&(row)->ascent), DB_TO_TEXT(&(row)->max_speed),                         \
		DB_TO_TEXT(&(row)->ave_speed)

struct page {
	struct arena *arena;
	struct workout row, workouts[PAGE];
	int count;
	struct segment segment;
	int place; /* of the workout that the last segment belonged to */
	bool failed;
};

static bool keep_workout(void *context)
{
	struct page *page = context;
	struct workout *workout = &page->workouts[page->count++];

	*workout = page->row;
	workout->segments = NULL;
	workout->end = &workout->segments;
	return page->count < PAGE;
}

static enum db_result read_workouts(
	struct db *db, int64_t user_id, int64_t after, struct page *page)
{
	/* the optimizer is told not to walk through everybody's workouts in the order of their ids */
	static const char READ[] =
		"SELECT w.id, w.sport_id, w.uuid, w.title, s.label, w.gpx, w.notes, w.weather_start, "
		"w.weather_end, w.creation_date, w.modification_date, w.workout_date, " MEASURES(
			"w") " FROM workouts AS w FORCE INDEX (ix_workouts_user_id) "
			     "JOIN sports AS s ON s.id = w.sport_id WHERE w.user_id = ? AND w.id > ? "
			     "ORDER BY w.id LIMIT ?";
	struct workout *row = &page->row;

	page->count = 0;
	return db_rows(db, READ, DB_PARAMS(DB_INT(user_id), DB_INT(after), DB_INT(PAGE)),
		DB_COLUMNS(DB_TO_INT(&row->id), DB_TO_INT(&row->sport_id), DB_TO_TEXT(&row->uuid),
			DB_TO_TEXT(&row->title), DB_TO_TEXT(&row->sport), DB_TO_TEXT(&row->gpx),
			DB_TO_TEXT(&row->notes), DB_TO_TEXT(&row->weather_start),
			DB_TO_TEXT(&row->weather_end), DB_TO_TIME(&row->created),
			DB_TO_TIME(&row->modified), DB_TO_TIME(&row->date), MEASURE_CELLS(row)),
		keep_workout, page);
}

/* They come in the order of the page's workouts; one that belongs to none of them is passed over. */
static bool keep_segment(void *context)
{
	struct page *page = context;
	struct segment *copy;

	while (page->place < page->count &&
		page->workouts[page->place].id < page->segment.workout_id)
		page->place++;
	if (page->place == page->count ||
		page->workouts[page->place].id != page->segment.workout_id)
		return true;
	copy = arena_alloc(page->arena, sizeof(*copy));
	page->failed = copy == NULL;
	if (copy == NULL)
		return false;
	*copy = page->segment;
	copy->next = NULL;
	*page->workouts[page->place].end = copy;
	page->workouts[page->place].end = &copy->next;
	return true;
}

static enum db_result read_segments(struct db *db, int64_t user_id, struct page *page)
{
	static const char READ[] = "SELECT s.workout_id, s.segment_id, s.workout_uuid, " MEASURES(
		"s") " FROM workouts AS w FORCE INDEX (ix_workouts_user_id) "
		     "STRAIGHT_JOIN workout_segments AS s ON s.workout_id = w.id "
		     "WHERE w.user_id = ? AND w.id BETWEEN ? AND ? ORDER BY w.id, s.segment_id";
	struct segment *row = &page->segment;
	enum db_result result;

	page->place = 0;
	page->failed = false;
	result = db_rows(db, READ,
		DB_PARAMS(DB_INT(user_id), DB_INT(page->workouts[0].id),
			DB_INT(page->workouts[page->count - 1].id)),
		DB_COLUMNS(DB_TO_INT(&row->workout_id), DB_TO_INT(&row->segment_id),
			DB_TO_TEXT(&row->uuid), MEASURE_CELLS(row)),
		keep_segment, page);
	return page->failed ? DB_FAILED : result;
}

static void write_segment(struct json_writer *writer, const struct segment *segment)
{
	json_write_open(writer, '{');
	write_workout_id(writer, "workout_id", segment->uuid);
	write_integer(writer, "segment_id", segment->segment_id);
	write_duration(writer, "duration", segment->duration);
	write_duration(writer, "pauses", segment->pauses);
	write_duration(writer, "moving", segment->moving);
	write_measure(writer, "distance", segment->distance);
	write_measure(writer, "min_alt", segment->min_alt);
	write_measure(writer, "max_alt", segment->max_alt);
	write_measure(writer, "descent", segment->descent);
	write_measure(writer, "ascent", segment->ascent);
	write_measure(writer, "max_speed", segment->max_speed);
	write_measure(writer, "ave_speed", segment->ave_speed);
	json_write_close(writer, '}');
}

static void write_segments(struct json_writer *writer, const struct workout *workout)
{
	json_write_key(writer, "segments");
	json_write_open(writer, '[');
	for (const struct segment *segment = workout->segments; segment != NULL;
		segment = segment->next)
		write_segment(writer, segment);
	json_write_close(writer, ']');
}

static void write_base_name(struct json_writer *writer, const char *key, const char *path)
{
	const char *slash = path == NULL ? NULL : strrchr(path, '/');

	write_text(writer, key, slash == NULL ? path : slash + 1);
}

static void write_workout(struct json_writer *writer, const struct workout *workout,
	const struct records *records, const char *username)
{
	json_write_open(writer, '{');
	write_workout_id(writer, "id", workout->uuid);
	write_integer(writer, "sport_id", workout->sport_id);
	write_text(writer, "title", workout->title);
	write_time(writer, "creation_date", workout->created);
	write_time(writer, "modification_date", workout->modified);
	write_time(writer, "workout_date", workout->date);
	write_duration(writer, "duration", workout->duration);
	write_duration(writer, "pauses", workout->pauses);
	write_duration(writer, "moving", workout->moving);
	write_measure(writer, "distance", workout->distance);
	write_measure(writer, "min_alt", workout->min_alt);
	write_measure(writer, "max_alt", workout->max_alt);
	write_amount(writer, "descent", workout->descent);
	write_amount(writer, "ascent", workout->ascent);
	write_measure(writer, "max_speed", workout->max_speed);
	write_measure(writer, "ave_speed", workout->ave_speed);
	write_records(writer, records, workout->id, username);
	write_segments(writer, workout);
	write_stored(writer, "weather_start", workout->weather_start);
	write_stored(writer, "weather_end", workout->weather_end);
	write_text(writer, "notes", workout->notes);
	write_text(writer, "sport_label", workout->sport);
	write_base_name(writer, "gpx", workout->gpx);
	json_write_close(writer, '}');
}

struct listing {
	const struct archive_data_order *order;
	struct profile profile;
	struct records records;
	struct json_writer writer;
	struct page page;
};

static bool read_page(struct listing *listing, int64_t after)
{
	const struct archive_data_order *order = listing->order;
	struct page *page = &listing->page;

	return read_workouts(order->db, order->user_id, after, page) == DB_OK &&
	       (page->count == 0 || read_segments(order->db, order->user_id, page) == DB_OK);
}

static enum archive_data write_pages(struct listing *listing)
{
	const struct archive_data_order *order = listing->order;
	struct page *page = &listing->page;
	int64_t after = 0, done = 0;

	do {
		if (!read_page(listing, after))
			return ARCHIVE_DATA_FAILED;
		for (int i = 0; i < page->count; i++)
			write_workout(&listing->writer, &page->workouts[i], &listing->records,
				listing->profile.user.username);
		if (listing->writer.failed)
			return ARCHIVE_DATA_REFUSED;
		after = page->count == 0 ? after : page->workouts[page->count - 1].id;
		done += page->count;
		arena_reset(page->arena);
		if (!order->go_on(order->context, done, listing->profile.totals.nb_workouts))
			return ARCHIVE_DATA_STOPPED;
	} while (page->count == PAGE);
	return ARCHIVE_DATA_WRITTEN;
}

static enum archive_data write_workouts(struct listing *listing)
{
	enum archive_data result;

	json_writer_begin(&listing->writer, listing->order->workouts);
	json_write_open(&listing->writer, '[');
	result = write_pages(listing);
	json_write_close(&listing->writer, ']');
	if (!json_writer_end(&listing->writer) && result == ARCHIVE_DATA_WRITTEN)
		result = ARCHIVE_DATA_REFUSED;
	return result;
}

static enum archive_data write_user(struct listing *listing)
{
	json_writer_begin(&listing->writer, listing->order->profile);
	if (!write_profile(&listing->writer, &listing->profile, &listing->records))
		return ARCHIVE_DATA_FAILED;
	return json_writer_end(&listing->writer) ? ARCHIVE_DATA_WRITTEN : ARCHIVE_DATA_REFUSED;
}

enum archive_data archive_data_write(const struct archive_data_order *order, const char **picture)
{
	struct arena *arena = order->arena, of_page = ARENA_EMPTY;
	struct listing *listing = arena_zero(arena, sizeof(*listing));
	enum db_result read = DB_FAILED;
	enum archive_data result;

	if (listing != NULL)
		read = read_profile(order->db, order->user_id, &listing->profile);
	if (read == DB_NO_ROW)
		return ARCHIVE_DATA_NO_USER;
	if (read != DB_OK ||
		read_records(order->db, arena, order->user_id, &listing->records) != DB_OK)
		return ARCHIVE_DATA_FAILED;
	listing->order = order;
	listing->page.arena = &of_page;
	*picture = listing->profile.user.picture;
	result = write_user(listing);
	db_use_arena(order->db, &of_page);
	if (result == ARCHIVE_DATA_WRITTEN)
		result = write_workouts(listing);
	db_use_arena(order->db, arena);
	arena_free(&of_page);
	return result;
}
