/*
 * Making the archive of all that is stored of a user (contract §10): two JSON files, the picture, and the
 * GPX files of the workouts.
 *
 * Memory does not grow with the size of the files, and by some hundred bytes with their number.
 */
#ifndef FITGATE_FILES_ARCHIVE_H
#define FITGATE_FILES_ARCHIVE_H

#include "db/db.h"
#include "files/store.h"

struct archive_order {
	struct db *db;             /* free for other questions whenever go_on is called */
	struct arena *arena;       /* db and cJSON allocate from it */
	const char *upload_folder; /* "": there are no files */
	int64_t user_id;
	int scratch; /* an open folder with room for temporary files */
	int output;  /* an open empty file */
	/* Whether to go on; called many times a second, with what is done: 0 to 100. */
	bool (*go_on)(void *context, int percent);
	void *context;
};

enum archive {
	ARCHIVE_DONE,    /* it is written, not yet synced */
	ARCHIVE_NO_USER, /* nobody has this id */
	ARCHIVE_STOPPED, /* go_on said so */
	ARCHIVE_FAILED,  /* `reason` says why */
};

enum archive archive_build(const struct archive_order *order, char reason[STORE_REASON_SIZE]);

#endif
