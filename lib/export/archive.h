/*
 * Builds the archive of a user's data (contract §10): three JSON files, the picture, and the GPX files of the workouts.
 *
 * Memory does not depend on the size of the files; each file takes some hundred bytes.
 */
#ifndef FITGATE_EXPORT_ARCHIVE_H
#define FITGATE_EXPORT_ARCHIVE_H

#include "db/db.h"
#include "core/error.h"

struct archive_options {
	struct db *db;             /* no query is open when go_on is called */
	struct arena *arena;       /* db and cJSON allocate from it */
	const char *upload_folder; /* "": no files are stored */
	int64_t user_id;
	int scratch; /* an open directory for temporary files */
	int output;  /* an open, empty file */
	/* Called many times a second with the progress, 0 to 100. Returns whether to continue. */
	bool (*go_on)(void *context, int percent);
	void *context;
};

enum archive {
	ARCHIVE_DONE,    /* written, but not yet synced */
	ARCHIVE_NO_USER, /* no user has this id */
	ARCHIVE_STOPPED, /* go_on returned false */
	ARCHIVE_FAILED,  /* `error` has the reason */
};

/* Write the archive to `output`. Unless the result is ARCHIVE_DONE, the caller must discard that file. */
enum archive archive_build(const struct archive_options *options, struct error *error);

#endif
