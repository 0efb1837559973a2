/*
 * Reads workouts page by page, so that memory does not grow with their number.
 */
#include "export/archive_internal.h"

#include <string.h>

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

/* The columns that workouts and segments share. */
#define MEASURES(structure, table)                                                                 \
	DB_FIELD(structure, duration, table ".duration"),                                          \
		DB_FIELD(structure, pauses, table ".pauses"),                                      \
		DB_FIELD(structure, moving, table ".moving"),                                      \
		DB_FIELD(structure, distance, table ".distance"),                                  \
		DB_FIELD(structure, min_alt, table ".min_alt"),                                    \
		DB_FIELD(structure, max_alt, table ".max_alt"),                                    \
		DB_FIELD(structure, descent, table ".descent"),                                    \
		DB_FIELD(structure, ascent, table ".ascent"),                                      \
		DB_FIELD(structure, max_speed, table ".max_speed"),                                \
		DB_FIELD(structure, ave_speed, table ".ave_speed")

struct archive_page {
	struct arena *arena;
	struct workout row, workouts[ARCHIVE_PAGE];
	int count;
	struct segment segment;
	int current; /* the index of the workout that the last segment belongs to */
	bool failed;
};

static bool keep_workout(void *context)
{
	struct archive_page *page = context;
	struct workout *workout = &page->workouts[page->count++];

	*workout = page->row;
	workout->segments = NULL;
	workout->end = &workout->segments;
	return page->count < ARCHIVE_PAGE;
}

static const struct db_field WORKOUT[] = {
	DB_FIELD(struct workout, id, "w.id"),
	DB_FIELD(struct workout, sport_id, "w.sport_id"),
	DB_FIELD(struct workout, uuid, "w.uuid"),
	DB_FIELD(struct workout, title, "w.title"),
	DB_FIELD(struct workout, sport, "s.label"),
	DB_FIELD(struct workout, gpx, "w.gpx"),
	DB_FIELD(struct workout, notes, "w.notes"),
	DB_FIELD(struct workout, weather_start, "w.weather_start"),
	DB_FIELD(struct workout, weather_end, "w.weather_end"),
	DB_FIELD_TIME(struct workout, created, "w.creation_date"),
	DB_FIELD_TIME(struct workout, modified, "w.modification_date"),
	DB_FIELD_TIME(struct workout, date, "w.workout_date"),
	MEASURES(struct workout, "w"),
	{0},
};

static const struct db_field SEGMENT[] = {
	DB_FIELD(struct segment, workout_id, "s.workout_id"),
	DB_FIELD(struct segment, segment_id, "s.segment_id"),
	DB_FIELD(struct segment, uuid, "s.workout_uuid"),
	MEASURES(struct segment, "s"),
	{0},
};

static enum db_result read_workouts(
	struct db *db, int64_t user_id, int64_t after, struct archive_page *page)
{
	/* FORCE INDEX: otherwise the optimizer reads all users' workouts in the order of their ids */
	static const struct db_query READ = {WORKOUT,
		.text = "FROM workouts AS w FORCE INDEX (ix_workouts_user_id) "
			"JOIN sports AS s ON s.id = w.sport_id WHERE w.user_id = ? AND w.id > ? "
			"ORDER BY w.id LIMIT ?"};

	page->count = 0;
	return db_query_each(db, page->arena, &READ,
		DB_PARAMS(DB_INT(user_id), DB_INT(after), DB_INT(ARCHIVE_PAGE)), &page->row,
		keep_workout, page);
}

/* Segments come in the order of the workouts in the page. Skip a segment of any other workout. */
static bool keep_segment(void *context)
{
	struct archive_page *page = context;
	struct segment *copy;

	while (page->current < page->count &&
		page->workouts[page->current].id < page->segment.workout_id)
		page->current++;
	if (page->current == page->count ||
		page->workouts[page->current].id != page->segment.workout_id)
		return true;
	copy = arena_alloc(page->arena, sizeof(*copy));
	page->failed = copy == NULL;
	if (copy == NULL)
		return false;
	*copy = page->segment;
	copy->next = NULL;
	*page->workouts[page->current].end = copy;
	page->workouts[page->current].end = &copy->next;
	return true;
}

static enum db_result read_segments(struct db *db, int64_t user_id, struct archive_page *page)
{
	static const struct db_query READ = {SEGMENT,
		.text = "FROM workouts AS w FORCE INDEX (ix_workouts_user_id) "
			"STRAIGHT_JOIN workout_segments AS s ON s.workout_id = w.id "
			"WHERE w.user_id = ? AND w.id BETWEEN ? AND ? ORDER BY w.id, s.segment_id"};
	enum db_result result;

	page->current = 0;
	page->failed = false;
	result = db_query_each(db, page->arena, &READ,
		DB_PARAMS(DB_INT(user_id), DB_INT(page->workouts[0].id),
			DB_INT(archive_page_last(page))),
		&page->segment, keep_segment, page);
	return page->failed ? DB_FAILED : result;
}

struct archive_page *archive_page_make(struct arena *owner, struct arena *arena)
{
	struct archive_page *page = arena_zero(owner, sizeof(*page));

	if (page != NULL)
		page->arena = arena;
	return page;
}

int archive_page_count(const struct archive_page *page)
{
	return page->count;
}

int64_t archive_page_last(const struct archive_page *page)
{
	return page->workouts[page->count - 1].id;
}

bool archive_read_page(struct db *db, int64_t user_id, int64_t after, struct archive_page *page)
{
	return read_workouts(db, user_id, after, page) == DB_OK &&
	       (page->count == 0 || read_segments(db, user_id, page) == DB_OK);
}

/* ---- writing ----------------------------------------------------------------------------------- */

static void write_segment(struct json_writer *writer, const struct segment *segment)
{
	json_write_open(writer, '{');
	archive_write_workout_id(writer, "workout_id", segment->uuid);
	archive_write_integer(writer, "segment_id", segment->segment_id);
	archive_write_duration(writer, "duration", segment->duration);
	archive_write_duration(writer, "pauses", segment->pauses);
	archive_write_duration(writer, "moving", segment->moving);
	archive_write_measure(writer, "distance", segment->distance);
	archive_write_measure(writer, "min_alt", segment->min_alt);
	archive_write_measure(writer, "max_alt", segment->max_alt);
	archive_write_measure(writer, "descent", segment->descent);
	archive_write_measure(writer, "ascent", segment->ascent);
	archive_write_measure(writer, "max_speed", segment->max_speed);
	archive_write_measure(writer, "ave_speed", segment->ave_speed);
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

	archive_write_text(writer, key, slash == NULL ? path : slash + 1);
}

static void write_workout(struct json_writer *writer, const struct workout *workout,
	const struct archive_records *records, const char *username)
{
	json_write_open(writer, '{');
	archive_write_workout_id(writer, "id", workout->uuid);
	archive_write_integer(writer, "sport_id", workout->sport_id);
	archive_write_text(writer, "title", workout->title);
	archive_write_time(writer, "creation_date", workout->created);
	archive_write_time(writer, "modification_date", workout->modified);
	archive_write_time(writer, "workout_date", workout->date);
	archive_write_duration(writer, "duration", workout->duration);
	archive_write_duration(writer, "pauses", workout->pauses);
	archive_write_duration(writer, "moving", workout->moving);
	archive_write_measure(writer, "distance", workout->distance);
	archive_write_measure(writer, "min_alt", workout->min_alt);
	archive_write_measure(writer, "max_alt", workout->max_alt);
	archive_write_amount(writer, "descent", workout->descent);
	archive_write_amount(writer, "ascent", workout->ascent);
	archive_write_measure(writer, "max_speed", workout->max_speed);
	archive_write_measure(writer, "ave_speed", workout->ave_speed);
	archive_write_records(writer, records, workout->id, username);
	write_segments(writer, workout);
	archive_write_stored(writer, "weather_start", workout->weather_start);
	archive_write_stored(writer, "weather_end", workout->weather_end);
	archive_write_text(writer, "notes", workout->notes);
	archive_write_text(writer, "sport_label", workout->sport);
	write_base_name(writer, "gpx", workout->gpx);
	json_write_close(writer, '}');
}

void archive_write_page(struct json_writer *writer, const struct archive_page *page,
	const struct archive_records *records, const char *username)
{
	for (int i = 0; i < page->count; i++)
		write_workout(writer, &page->workouts[i], records, username);
}
