/*
 * The exports of all users, as an administrator sees them: what waits, what is done, and what has failed and why. The
 * content of an archive is its user's alone, so its file name is not among the fields.
 */
#ifndef FITGATE_EXPORT_EXPORT_LIST_H
#define FITGATE_EXPORT_EXPORT_LIST_H

#include "db/db.h"

enum { EXPORT_LIST_PAGE = 50 };

enum export_state {
	EXPORT_STATE_WAITING,
	EXPORT_STATE_RUNNING,
	EXPORT_STATE_DONE,
	EXPORT_STATE_FAILED,
};

struct listed_export {
	int64_t id, user_id;
	const char *username; /* NULL: the row belongs to no user */
	instant created_at;
	instant updated_at; /* INSTANT_NONE: still as it was requested */
	bool completed, has_file;
	int64_t file_size; /* bytes; 0 without a file */
	/* of its job, as long as there is one */
	int64_t job_id; /* 0: none */
	bool running;
	int64_t progress; /* percent */
	const char *
		reason; /* why the last attempt failed; NULL: none has failed, or the job is gone */
};

struct export_list {
	struct listed_export exports[EXPORT_LIST_PAGE];
	int count;
	bool has_more;
};

enum export_state export_state(const struct listed_export *row);

/* Read a page of exports, the newest first: those before the export `before` (an id; 0: from the newest on). Texts are in
 * the arena. DB_OK, DB_FAILED. */
enum db_result export_list_read(
	struct db *db, struct arena *arena, int64_t before, struct export_list *list);

#endif
