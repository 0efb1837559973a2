/*
 * The picture of an account: the file in uploads/pictures/<user id>/ and users.picture, which names it
 * (contract §6.11, §6.12, §7.4, §8).
 */
#ifndef FITGATE_FILES_USER_PICTURE_H
#define FITGATE_FILES_USER_PICTURE_H

#include "db/db.h"
#include "files/change.h"

#define USER_PICTURE_CATEGORY "pictures"

struct user_picture {
	int64_t user_id;
	const char *
		name; /* of the file in the user's folder; NULL: none, or the row names no such file */
};

/* By the account's name, exactly as it is written. DB_OK, DB_NO_ROW: no such account; DB_FAILED. */
enum db_result user_picture_find_by_username(
	struct db *db, const char *username, struct user_picture *picture);

/* By the account's number. The same. */
enum db_result user_picture_find_by_id(
	struct db *db, int64_t user_id, struct user_picture *picture);

/*
 * Put the new file of an open change in force under this name, of less than PICTURE_NAME_SIZE characters
 * (files/picture_name.h); NULL: there is no picture any more. The old file is removed when the database
 * says so for sure. false: the old picture is in force, or in the rarest case nobody knows which. The
 * change is still to be closed.
 */
bool user_picture_set(struct db *db, struct change *change, const char *name);

/* Remove what uploads that were cut short have left behind (change_sweep()). */
bool user_picture_sweep(struct db *db, const char *upload_folder);

#endif
