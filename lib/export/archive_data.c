/*
 * user_data.json is the profile of the API, except that dates and records have another form. Workouts are read and
 * written page by page.
 */
#include "export/archive_data.h"

#include "export/archive_internal.h"
#include "export/archive_profile.h"
#include "export/archive_security.h"

struct listing {
	const struct archive_data_options *options;
	struct profile profile;
	const struct record *records;
	struct json_writer writer;
	struct archive_page *page;
};

static enum archive_data write_pages(struct listing *listing, struct arena *arena)
{
	const struct archive_data_options *options = listing->options;
	struct archive_page *page = listing->page;
	int64_t after = 0, done = 0;

	do {
		if (!archive_read_page(options->db, options->user_id, after, page))
			return ARCHIVE_DATA_FAILED;
		archive_write_page(
			&listing->writer, page, listing->records, listing->profile.user.username);
		if (listing->writer.failed)
			return ARCHIVE_DATA_NOT_WRITTEN;
		if (archive_page_count(page) > 0)
			after = archive_page_last(page);
		done += archive_page_count(page);
		arena_reset(arena);
		if (!options->go_on(options->context, done, listing->profile.totals.nb_workouts))
			return ARCHIVE_DATA_STOPPED;
	} while (archive_page_count(page) == ARCHIVE_PAGE);
	return ARCHIVE_DATA_WRITTEN;
}

static enum archive_data write_workouts(struct listing *listing, struct arena *arena)
{
	enum archive_data result;

	json_writer_begin(&listing->writer, listing->options->workouts);
	json_write_open(&listing->writer, '[');
	result = write_pages(listing, arena);
	json_write_close(&listing->writer, ']');
	if (!json_writer_end(&listing->writer) && result == ARCHIVE_DATA_WRITTEN)
		result = ARCHIVE_DATA_NOT_WRITTEN;
	return result;
}

static enum archive_data write_user(struct listing *listing)
{
	struct json_writer *writer = &listing->writer;
	enum db_result result;

	json_writer_begin(writer, listing->options->profile);
	json_write_open(writer, '{');
	result = archive_write_profile(writer, listing->options->db, &listing->profile);
	archive_write_records(writer, listing->records, 0, listing->profile.user.username);
	json_write_close(writer, '}');
	if (result != DB_OK)
		return ARCHIVE_DATA_FAILED;
	return json_writer_end(&listing->writer) ? ARCHIVE_DATA_WRITTEN : ARCHIVE_DATA_NOT_WRITTEN;
}

/* Rows are read into an arena of their own: there may be many. */
static enum archive_data write_security(struct listing *listing, struct arena *arena)
{
	const struct archive_data_options *options = listing->options;
	struct json_writer *writer = &listing->writer;
	enum db_result result;

	json_writer_begin(writer, options->security);
	json_write_open(writer, '{');
	result = archive_write_security(writer, options->db, arena, options->user_id);
	json_write_close(writer, '}');
	arena_reset(arena);
	if (result != DB_OK)
		return ARCHIVE_DATA_FAILED;
	return json_writer_end(writer) ? ARCHIVE_DATA_WRITTEN : ARCHIVE_DATA_NOT_WRITTEN;
}

static enum archive_data write_all(struct listing *listing)
{
	struct arena page_arena = ARENA_EMPTY;
	enum archive_data result = ARCHIVE_DATA_FAILED;

	listing->page = archive_page_make(listing->options->arena, &page_arena);
	if (listing->page != NULL)
		result = write_user(listing);
	if (result == ARCHIVE_DATA_WRITTEN)
		result = write_security(listing, &page_arena);
	if (result == ARCHIVE_DATA_WRITTEN)
		result = write_workouts(listing, &page_arena);
	arena_free(&page_arena);
	return result;
}

enum archive_data archive_data_write(
	const struct archive_data_options *options, const char **picture)
{
	struct listing *listing = arena_zero(options->arena, sizeof(*listing));
	enum db_result read = DB_FAILED;

	if (listing != NULL)
		read = profile_read(
			options->db, options->arena, options->user_id, &listing->profile);
	if (read == DB_NO_ROW)
		return ARCHIVE_DATA_NO_USER;
	if (read == DB_OK)
		read = record_list_read(
			options->db, options->arena, options->user_id, &listing->records);
	if (read != DB_OK)
		return ARCHIVE_DATA_FAILED;
	listing->options = options;
	*picture = listing->profile.user.picture;
	return write_all(listing);
}
