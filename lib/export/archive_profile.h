/*
 * Writes the profile in user_data.json (contract §10): the members of GET profile except the records, with dates in the
 * form of archives.
 */
#ifndef FITGATE_EXPORT_ARCHIVE_PROFILE_H
#define FITGATE_EXPORT_ARCHIVE_PROFILE_H

#include "account/profile.h"
#include "export/archive_values.h"

/* Write the members of a profile into the open object. DB_OK, DB_FAILED. */
enum db_result archive_write_profile(
	struct json_writer *writer, struct db *db, const struct profile *profile);

#endif
