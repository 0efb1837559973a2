/*
 * Writes user_security_data.json of an archive (contract §10): the sessions, personal tokens and security log of a user.
 */
#ifndef FITGATE_EXPORT_ARCHIVE_SECURITY_H
#define FITGATE_EXPORT_ARCHIVE_SECURITY_H

#include "db/db.h"
#include "export/archive_values.h"

/* Write the members of the object. Rows are written as they are read, so their number does not matter. DB_OK,
 * DB_FAILED. */
enum db_result archive_write_security(
	struct json_writer *writer, struct db *db, struct arena *arena, int64_t user_id);

#endif
