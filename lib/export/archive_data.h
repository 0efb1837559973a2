/*
 * Writes the JSON files of an archive (contract §10): user_data.json, user_security_data.json and user_workouts_data.json. They are
 * formatted as by Python's json.dumps(..., indent=4), with dates as "2024-05-01 10:00:00".
 */
#ifndef FITGATE_EXPORT_ARCHIVE_DATA_H
#define FITGATE_EXPORT_ARCHIVE_DATA_H

#include "core/stream.h"
#include "db/db.h"

struct archive_data_options {
	struct db *db;
	struct arena *arena; /* db and cJSON allocate from it; the pages of workouts do not */
	int64_t user_id;
	struct sink profile, security, workouts;
	/* Called between two queries, when no query is open. Returns whether to continue. */
	bool (*go_on)(void *context, int64_t workouts_done, int64_t workout_count);
	void *context;
};

enum archive_data {
	ARCHIVE_DATA_WRITTEN,
	ARCHIVE_DATA_NO_USER,
	ARCHIVE_DATA_STOPPED,     /* go_on returned false */
	ARCHIVE_DATA_NOT_WRITTEN, /* a sink failed */
	ARCHIVE_DATA_FAILED,      /* a query failed (logged), or out of memory */
};

/* Write the files. *picture gets the path of the user's picture in the database, in the arena, or NULL. */
enum archive_data archive_data_write(
	const struct archive_data_options *options, const char **picture);

#endif
