/*
 * The two JSON files of an archive (contract §10): user_data.json and user_workouts_data.json, in the form
 * of Python's json.dumps(..., indent=4), with dates as "2024-05-01 10:00:00".
 */
#ifndef FITGATE_FILES_ARCHIVE_DATA_H
#define FITGATE_FILES_ARCHIVE_DATA_H

#include "core/stream.h"
#include "db/db.h"

struct archive_data_order {
	struct db *db;
	struct arena
		*arena; /* db and cJSON allocate from it; what is read by pages does not stay */
	int64_t user_id;
	struct sink profile, workouts;
	/* Whether to go on, asked between two questions: nothing is open in the database then. */
	bool (*go_on)(void *context, int64_t workouts_done, int64_t workouts_in_all);
	void *context;
};

enum archive_data {
	ARCHIVE_DATA_WRITTEN,
	ARCHIVE_DATA_NO_USER,
	ARCHIVE_DATA_STOPPED, /* go_on said so */
	ARCHIVE_DATA_REFUSED, /* a sink refused */
	ARCHIVE_DATA_FAILED,  /* the database, which has been logged, or memory */
};

/* Write both. `picture` gets the stored path of the user's picture, in the arena, or NULL. */
enum archive_data archive_data_write(const struct archive_data_order *order, const char **picture);

#endif
