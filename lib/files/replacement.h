/*
 * Replaces the file that a user has in a category, or removes it.
 *
 * The row in the database names the current file. Even if the program is killed, the file that the row names exists
 * and is complete, and the sweep soon removes any other file from the user's directory: a new file is first written to
 * uploads/<category>/.incoming/, and that directory holds a dirty marker while the user's directory is being changed.
 * So file_replace_sweep() only has to look there.
 */
#ifndef FITGATE_FILES_REPLACEMENT_H
#define FITGATE_FILES_REPLACEMENT_H

#include "db/db.h"
#include "files/category.h"

#include <stdbool.h>
#include <stdint.h>

struct file_replacement {
	const char *upload_folder;
	const char *category; /* UPLOAD_PICTURES, ... */
	int64_t user_id;
	const char *name; /* of the new file; NULL: the user has no file afterwards */
	/*
	 * Writes the content of the new file to an open, empty file. Called once, before any lock is taken, so
	 * it may be slow. Not called if `name` is NULL. false: cancel the replacement.
	 */
	bool (*write)(void *context, int file);
	/*
	 * Runs within a transaction, possibly several times: locks the row, reads the name of its file into
	 * *current (NULL: none), and sets the name of the new file.
	 */
	enum db_result (*update)(struct db *db, void *context, const char **current);
	void *context;
};

enum file_replace_result {
	FILE_REPLACED,
	FILE_NOT_WRITTEN, /* write() returned false: nothing has changed */
	/* Failed, and logged. The old file is still current, unless the connection was lost during COMMIT: then
	   either file can be. */
	FILE_NOT_REPLACED,
};

/*
 * Of two replacements for the same user and category, the second waits for up to five seconds, then fails: the
 * process that holds the lock could be stopped, or its disk could hang. File systems without locks are accepted; there,
 * only the identity of the old file protects two simultaneous replacements from each other.
 */
enum file_replace_result file_replace(struct db *db, const struct file_replacement *replacement);

/*
 * Remove the files that interrupted replacements in a category have left behind, once they are 15 minutes old.
 * `current` reads the name of a user's file from the database (NULL: none): DB_OK, DB_FAILED. false: some files could
 * not be removed (logged); call again later.
 */
typedef enum db_result file_replace_current(void *context, int64_t user_id, const char **name);
bool file_replace_sweep(const char *upload_folder, const char *category,
	file_replace_current *current, void *context);

#endif
