/*
 * A change of what a user has in one category: a new file in the place of an old one, or none any more.
 *
 * The row in the database says which file is in force. A change is made so that, whatever ends the program
 * at whatever moment, the file that the row names is there and whole, and what is there beside it does
 * not stay: new files begin in uploads/<category>/.incoming/, and before anything is changed in a user's
 * folder a mark is set there, which goes when all is done. A clean-up (change_sweep()) needs to look at
 * nothing but that one folder.
 *
 *	change = CHANGE_OF(user_id)
 *	change_open(&change, upload_folder, "pictures", true)
 *	change_new_file(&change), then write through change_sink(&change)
 *	change_begin(&change)
 *	in a transaction: read the row and change_identify() the old file, update the row, change_place()
 *	when it is committed: change_remove() the old file
 *	change_close(&change)
 *
 * All functions that return bool have logged why when they return false.
 */
#ifndef FITGATE_FILES_CHANGE_H
#define FITGATE_FILES_CHANGE_H

#include "core/stream.h"
#include "db/db.h"
#include "files/folder.h"

#include <stdbool.h>
#include <stdint.h>

enum { CHANGE_NAME_SIZE = 64 };

/* Only the first three are for others. */
struct change {
	int file;    /* the new file, open for writing and reading; -1: none */
	bool placed; /* it has its name in the user's folder */
	bool left_over; /* to be set when nobody knows whether the folder is as it should be: the clean-up
			   looks at it */
	int64_t user_id;
	int category, incoming, folder, lock; /* -1: not open */
	char name[CHANGE_NAME_SIZE];          /* of the new file while it is not in its place */
	char mark[CHANGE_NAME_SIZE];
	bool marked;
};

/* One that is not open yet. */
#define CHANGE_OF(user)                                                                            \
	((struct change){.user_id = (user),                                                        \
		.file = -1,                                                                        \
		.category = -1,                                                                    \
		.incoming = -1,                                                                    \
		.folder = -1,                                                                      \
		.lock = -1})

/*
 * Open the folders of a category; with `make`, they are made where they are missing. Without it, and
 * without the folders, there is nothing to change: true, and all other calls do nothing. What was opened,
 * also when it returns false, is closed by change_close().
 */
bool change_open(struct change *change, const char *upload_folder, const char *category, bool make);

/* Make the file that becomes the new one. Any number of users and processes may do so at once. */
bool change_new_file(struct change *change);

/* Where its content goes. Does not log. */
struct sink change_sink(struct change *change);

/*
 * The new file, if there is one, is written for good; from now on until change_close() no other change of
 * this user's files in the category is made. Waits five seconds for the one that is, then logs it and is
 * false: who has the lock may have been stopped, or hang on its disk. Where the file system knows no
 * locks, that the file removed is the one that was identified is all that stands between two changes.
 */
bool change_begin(struct change *change);

/* Which file of the user's folder has this name now. NULL: none. */
struct file_identity change_identify(struct change *change, const char *name);

/*
 * Give the new file its name in the user's folder, in the place of what has it now; for good. What is in
 * its place already stays there, so a transaction may be run again.
 */
bool change_place(struct change *change, const char *name);

/* Remove a file of the user's folder, if it is still that one. What cannot be removed is left over. */
void change_remove(struct change *change, const char *name, struct file_identity identity);

/* Release everything, also of one that was never opened. A new file that is not in its place is removed. */
void change_close(struct change *change);

/*
 * The clean-up of a category: remove what changes that were cut short have left behind, once it is
 * older than a quarter of an hour. `in_force` tells which file of a user the database names (NULL:
 * none): DB_OK, DB_FAILED. false: something could not be done; a later call may.
 */
typedef enum db_result change_in_force(void *context, int64_t user_id, const char **name);
bool change_sweep(
	const char *upload_folder, const char *category, change_in_force *in_force, void *context);

#endif
