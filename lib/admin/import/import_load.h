/*
 * The second of an import's two passes: writing everything, in one transaction.
 */
#ifndef FITGATE_ADMIN_IMPORT_IMPORT_LOAD_H
#define FITGATE_ADMIN_IMPORT_IMPORT_LOAD_H

#include "admin/import/import_rows.h"

/*
 * Whether the database has no accounts, and nothing that remained of earlier ones. Locks out registrations until the
 * end of the transaction. DB_OK; DB_ROLLBACK, DB_FAILED: standard error has the reason.
 */
enum db_result import_require_empty(struct db *db);

/*
 * Write the rows that import_check() has accepted, all of them or none. DB_OK; DB_COMMIT_UNKNOWN; for other results
 * standard error has the reason.
 */
enum db_result import_load(struct import *import);

#endif
