/*
 * Reads workouts page by page, so that memory does not grow with their number.
 */
#include "export/archive_internal.h"

#include "workouts/workout.h"

#include <string.h>

/* A workout with the label of its sport. */
struct labeled {
	struct workout workout;
	const char *sport;
	struct segment **end;
};

struct archive_page {
	struct arena *arena;
	struct labeled row, workouts[ARCHIVE_PAGE];
	int count;
	struct segment segment;
	int current; /* the index of the workout that the last segment belongs to */
	bool failed;
};

static bool keep_workout(void *context)
{
	struct archive_page *page = context;
	struct labeled *labeled = &page->workouts[page->count++];

	*labeled = page->row;
	labeled->end = &labeled->workout.segments;
	return page->count < ARCHIVE_PAGE;
}

static const struct db_field LABELED[] = {
	DB_FIELD(struct labeled, sport, "s.label"),
	DB_INNER(struct labeled, workout, "", WORKOUT_FIELDS),
	{0},
};

static enum db_result read_workouts(
	struct db *db, int64_t user_id, int64_t after, struct archive_page *page)
{
	/* FORCE INDEX: otherwise the optimizer reads all users' workouts in the order of their ids */
	static const struct db_query READ = {LABELED,
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
		page->workouts[page->current].workout.id < page->segment.workout_id)
		page->current++;
	if (page->current == page->count ||
		page->workouts[page->current].workout.id != page->segment.workout_id)
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
	static const struct db_query READ = {SEGMENT_FIELDS,
		.text = "FROM workouts AS w FORCE INDEX (ix_workouts_user_id) "
			"STRAIGHT_JOIN workout_segments AS s ON s.workout_id = w.id "
			"WHERE w.user_id = ? AND w.id BETWEEN ? AND ? ORDER BY w.id, s.segment_id"};
	enum db_result result;

	page->current = 0;
	page->failed = false;
	result = db_query_each(db, page->arena, &READ,
		DB_PARAMS(DB_INT(user_id), DB_INT(page->workouts[0].workout.id),
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
	return page->workouts[page->count - 1].workout.id;
}

bool archive_read_page(struct db *db, int64_t user_id, int64_t after, struct archive_page *page)
{
	return read_workouts(db, user_id, after, page) == DB_OK &&
	       (page->count == 0 || read_segments(db, user_id, page) == DB_OK);
}

/* ---- writing ----------------------------------------------------------------------------------- */

static void write_durations(struct json_writer *writer, const struct measures *measures)
{
	archive_write_duration(writer, "duration", measures->duration);
	archive_write_duration(writer, "pauses", measures->pauses);
	archive_write_duration(writer, "moving", measures->moving);
}

static void write_segment(struct json_writer *writer, const struct segment *segment)
{
	const struct measures *measures = &segment->measures;

	json_write_open(writer, '{');
	archive_write_workout_id(writer, "workout_id", segment->uuid);
	archive_write_integer(writer, "segment_id", segment->segment_id);
	write_durations(writer, measures);
	archive_write_measure(writer, "distance", measures->distance);
	archive_write_measure(writer, "min_alt", measures->min_alt);
	archive_write_measure(writer, "max_alt", measures->max_alt);
	archive_write_measure(writer, "descent", measures->descent);
	archive_write_measure(writer, "ascent", measures->ascent);
	archive_write_measure(writer, "max_speed", measures->max_speed);
	archive_write_measure(writer, "ave_speed", measures->ave_speed);
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

static void write_measures(struct json_writer *writer, const struct measures *measures)
{
	write_durations(writer, measures);
	archive_write_measure(writer, "distance", measures->distance);
	archive_write_measure(writer, "min_alt", measures->min_alt);
	archive_write_measure(writer, "max_alt", measures->max_alt);
	archive_write_amount(writer, "descent", measures->descent);
	archive_write_amount(writer, "ascent", measures->ascent);
	archive_write_measure(writer, "max_speed", measures->max_speed);
	archive_write_measure(writer, "ave_speed", measures->ave_speed);
}

static void write_workout(struct json_writer *writer, const struct labeled *labeled,
	const struct record *records, const char *username)
{
	const struct workout *workout = &labeled->workout;

	json_write_open(writer, '{');
	archive_write_workout_id(writer, "id", workout->uuid);
	archive_write_integer(writer, "sport_id", workout->sport_id);
	archive_write_text(writer, "title", workout->title);
	archive_write_time(writer, "creation_date", workout->created);
	archive_write_time(writer, "modification_date", workout->modified);
	archive_write_time(writer, "workout_date", workout->date);
	write_measures(writer, &workout->measures);
	archive_write_records(writer, records, workout->id, username);
	write_segments(writer, workout);
	archive_write_stored(writer, "weather_start", workout->weather_start);
	archive_write_stored(writer, "weather_end", workout->weather_end);
	archive_write_text(writer, "notes", workout->notes);
	archive_write_text(writer, "sport_label", labeled->sport);
	write_base_name(writer, "gpx", workout->gpx);
	json_write_close(writer, '}');
}

void archive_write_page(struct json_writer *writer, const struct archive_page *page,
	const struct record *records, const char *username)
{
	for (int i = 0; i < page->count; i++)
		write_workout(writer, &page->workouts[i], records, username);
}
