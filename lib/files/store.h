/*
 * The files of users, in UPLOAD_FOLDER/uploads/<category>/<user id>/ (contract §8).
 *
 * What lies in a user's folder is never trusted: no symbolic link from there on is followed. The folders
 * above may be links; the operator may have put them elsewhere. An empty UPLOAD_FOLDER holds nothing.
 */
#ifndef FITGATE_FILES_STORE_H
#define FITGATE_FILES_STORE_H

#include <stdbool.h>
#include <stdint.h>

enum { STORE_REASON_SIZE = 320 };

/*
 * Remove all folders of a user with what is in them. That there are none is no error. When it returns
 * true they are gone for good, a power failure included. false: `reason` says what is in the way; what
 * could be removed is.
 */
bool store_remove_user(const char *upload_folder, int64_t user_id, char reason[STORE_REASON_SIZE]);

/*
 * Remove one archive of a user. `bytes` gets its size, -1 when there was none. false: as above.
 */
bool store_remove_export(const char *upload_folder, int64_t user_id, const char *name,
	int64_t *bytes, char reason[STORE_REASON_SIZE]);

#endif
