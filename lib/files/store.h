/*
 * Removes users' files from UPLOAD_FOLDER/uploads/<category>/<user id>/ (contract §8).
 *
 * As in files/directory.h, no symbolic link is followed from a user's directory on. An empty UPLOAD_FOLDER means that
 * no files are stored.
 */
#ifndef FITGATE_FILES_STORE_H
#define FITGATE_FILES_STORE_H

#include "core/error.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Remove all directories of a user with their content. true: none are left, even after a power failure. false: `error`
 * names what could not be removed; everything else is removed.
 */
bool store_remove_user(const char *upload_folder, int64_t user_id, struct error *error);

/*
 * Remove one archive of a user. *bytes gets its size, or -1 if it did not exist. false: `error` has the reason.
 */
bool store_remove_export(const char *upload_folder, int64_t user_id, const char *name,
	int64_t *bytes, struct error *error);

#endif
